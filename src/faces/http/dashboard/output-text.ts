/** Output bytes as text: hexadecimal, integers, or numbers in [0, 1). */

export const OUTPUT_FORMATS = ["hex", "int", "float"] as const;
export type OutputFormat = (typeof OUTPUT_FORMATS)[number];

/** The note that explains each format. */
export const OUTPUT_NOTES: Record<OutputFormat, string> = {
  hex: "4 bytes a word",
  int: "unsigned 32-bit integers, big-endian",
  float: "in [0, 1): the high 53 bits of 8 bytes, big-endian",
};

/** Formats bytes as words of 4 or 8 bytes; an incomplete word at the end is left out. */
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

/** Returns the high 53 bits as a fraction, exactly. The largest is 1 - 2^-53, which 16 decimals show as less than 1. */
function fraction(word: bigint): number {
  return Number(word >> 11n) / 2 ** 53;
}
