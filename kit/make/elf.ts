/** Executable and linkable format, 64 bits, little-endian: System V ABI, generic part, chapters 4 and 5. */

/** Field offsets of the file header. */
const PROGRAM_HEADERS_AT = 0x20;
const SECTION_HEADERS_AT = 0x28;
const PROGRAM_HEADER_SIZE = 0x36;
const PROGRAM_HEADER_COUNT = 0x38;
const SECTION_HEADER_COUNT = 0x3c;
const SECTION_NAMES_INDEX = 0x3e;

/**
 * Removes what only debuggers and linkers read: the sections after the last byte that is loaded, and the table of sections.
 * Loaders use the program headers alone, which stay as they are.
 */
export function withoutDebugInformation(file: Uint8Array): Uint8Array {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  if (view.getUint32(0, false) !== 0x7f454c46 || file[4] !== 2 || file[5] !== 1) {
    throw new Error("not a 64-bit little-endian ELF file");
  }
  const headersAt = Number(view.getBigUint64(PROGRAM_HEADERS_AT, true));
  const headerSize = view.getUint16(PROGRAM_HEADER_SIZE, true);
  const count = view.getUint16(PROGRAM_HEADER_COUNT, true);
  let end = headersAt + count * headerSize;
  for (let i = 0; i < count; i++) {
    const at = headersAt + i * headerSize;
    const offset = Number(view.getBigUint64(at + 8, true));
    const size = Number(view.getBigUint64(at + 32, true));
    end = Math.max(end, offset + size);
  }
  const loaded = file.slice(0, end);
  const header = new DataView(loaded.buffer);
  header.setBigUint64(SECTION_HEADERS_AT, 0n, true);
  header.setUint16(SECTION_HEADER_COUNT, 0, true);
  header.setUint16(SECTION_NAMES_INDEX, 0, true);
  return loaded;
}
