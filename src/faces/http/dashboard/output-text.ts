/** Output bytes as people read them: hexadecimal, integers, or numbers between 0 and 1. */

export const OUTPUT_FORMATS = ["hex", "int", "float"] as const;
export type OutputFormat = (typeof OUTPUT_FORMATS)[number];

/** What each word is. */
export const OUTPUT_NOTES: Record<OutputFormat, string> = {
  hex: "4 bytes a word",
  int: "unsigned 32-bit integers, big-endian",
  float: "in [0, 1): the high 53 bits of 8 bytes, big-endian",
};

/** Bytes at the end that do not fill a word are left out. */
export function outputWords(bytes: Uint8Array, format: OutputFormat): readonly string[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const wordBytes = format === "float" ? 8 : 4;
  const words = Array.from({ length: Math.floor(bytes.length / wordBytes) }, (_, i) => i * wordBytes);
  switch (format) {
    case "hex":
      return words.map((at) => view.getUint32(at).toString(16).padStart(8, "0"));
    case "int":
      return words.map((at) => String(view.getUint32(at)));
    case "float":
      return words.map((at) => fraction(view.getBigUint64(at)).toFixed(16));
  }
}

/** Exact: 53 bits are what a double holds. The largest is 1 - 2^-53, which 16 decimals show as less than 1. */
function fraction(word: bigint): number {
  return Number(word >> 11n) / 2 ** 53;
}
