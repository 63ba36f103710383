/** Finds the shared libraries inside a compiled program by their headers: Bun keeps no list of them. */
import { type LibraryFile, readLibraryFile } from "./library-file.ts";

export interface EmbeddedLibrary extends LibraryFile {
  /** From its first byte to the end of the program. */
  readonly bytes: Uint8Array;
}

export function embeddedLibraries(program: Uint8Array): EmbeddedLibrary[] {
  const isLibrary = program[0] === 0x7f ? isElfLibrary : isMachOLibrary;
  const magic = Buffer.from(program.subarray(0, 4));
  const all = Buffer.from(program.buffer, program.byteOffset, program.byteLength);
  const libraries: EmbeddedLibrary[] = [];
  for (let at = all.indexOf(magic, 4); at >= 0; at = all.indexOf(magic, at + 4)) {
    const bytes = program.subarray(at);
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    if (isLibrary(view)) libraries.push({ ...readLibraryFile(bytes), bytes });
  }
  return libraries;
}

/** 64 bits, little-endian, of type ET_DYN, the program headers right after the header, and with sections to read. */
function isElfLibrary(view: DataView): boolean {
  const ET_DYN = 3;
  const marks = view.getUint8(4) === 2 && view.getUint8(5) === 1 && view.getUint16(16, true) === ET_DYN;
  return marks && view.getBigUint64(0x20, true) === 64n && view.getUint16(0x3c, true) > 0;
}

function isMachOLibrary(view: DataView): boolean {
  const MH_DYLIB = 6;
  return view.getUint32(12, true) === MH_DYLIB;
}
