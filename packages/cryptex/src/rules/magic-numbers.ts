/** Bytes by which kinds of files are told, and conditions that have them in the wrong order. */

/** Names with the first bytes, in the order of the file. */
const MAGICS: readonly (readonly [name: string, bytes: readonly number[]])[] = [
  ["MZ of a program for Windows", [0x4d, 0x5a]],
  ["PE signature", [0x50, 0x45, 0x00, 0x00]],
  ["magic number of ELF", [0x7f, 0x45, 0x4c, 0x46]],
  ["magic number of ZIP", [0x50, 0x4b, 0x03, 0x04]],
  ["magic number of PDF", [0x25, 0x50, 0x44, 0x46]],
  ["magic number of OLE files", [0xd0, 0xcf, 0x11, 0xe0]],
  ["magic number of RTF", [0x7b, 0x5c, 0x72, 0x74]],
  ["magic number of RAR", [0x52, 0x61, 0x72, 0x21]],
  ["magic number of 7z", [0x37, 0x7a, 0xbc, 0xaf]],
  ["magic number of gzip", [0x1f, 0x8b]],
  ["magic number of cabinet files", [0x4d, 0x53, 0x43, 0x46]],
  ["magic number of links", [0x4c, 0x00, 0x00, 0x00]],
  ["magic number of dex", [0x64, 0x65, 0x78, 0x0a]],
  ["magic number of Java classes", [0xca, 0xfe, 0xba, 0xbe]],
  ["magic number of PNG", [0x89, 0x50, 0x4e, 0x47]],
  ["magic number of GIF", [0x47, 0x49, 0x46, 0x38]],
  ["magic number of JPEG", [0xff, 0xd8, 0xff]],
  ["magic number of WebAssembly", [0x00, 0x61, 0x73, 0x6d]],
];

export interface WrongMagic {
  readonly name: string;
  /** Value that the function reads at such a file. */
  readonly right: bigint;
  /** Hex digits of the value. */
  readonly digits: number;
  /** Function that reads the bytes in the order of the value. */
  readonly otherRead: string;
}

/** Finds the kind of file that a comparison means with its bytes turned round. @param type as in `uint16be` */
export function wrongMagic(type: string, value: bigint): WrongMagic | undefined {
  const [, bits, big] = /^u?int(16|32)(be)?$/.exec(type) ?? [];
  if (bits === undefined) return undefined;
  const size = Number(bits) / 8;
  const read = (bytes: readonly number[], bigEndian: boolean): bigint => {
    const ordered = bigEndian ? bytes : bytes.toReversed();
    return ordered.slice(0, size).reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
  };
  let wrong: WrongMagic | undefined;
  for (const [name, bytes] of MAGICS) {
    if (bytes.length < size) continue;
    const first = bytes.slice(0, size);
    const right = read(first, big !== undefined);
    if (right === value) return undefined;
    if (read(first, big === undefined) === value) {
      wrong ??= {
        name,
        right,
        digits: size * 2,
        otherRead: big === undefined ? `${type}be` : type.slice(0, -"be".length),
      };
    }
  }
  return wrong;
}
