/** Reads the tables of a shared library: ELF (Linux) or Mach-O (macOS), 64 bits, little-endian. */
export interface LibraryFile {
  readonly format: "ELF" | "Mach-O";
  readonly machine: "x64" | "arm64" | "other";
  /** Exported names, sorted, without the leading underscore of macOS. */
  readonly exports: readonly string[];
  /** Imported names, sorted. */
  readonly imports: readonly string[];
  /** Libraries it loads. */
  readonly needed: readonly string[];
  /** macOS only: the oldest version it runs on, as "13.0". */
  readonly minimumOs?: string;
  /** macOS only: true if it has a signature, which Apple silicon demands. */
  readonly signed?: boolean;
}

export function readLibraryFile(bytes: Uint8Array): LibraryFile {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (view.getUint32(0, false) === 0x7f454c46) return readElf(view);
  if (view.getUint32(0, true) === 0xfeedfacf) return readMachO(view);
  throw new Error("neither ELF nor 64-bit Mach-O");
}

interface Symbol {
  readonly name: string;
  readonly defined: boolean;
}

function split(symbols: readonly Symbol[]): Pick<LibraryFile, "exports" | "imports"> {
  const names = (defined: boolean) =>
    symbols
      .filter((symbol) => symbol.defined === defined)
      .map((symbol) => symbol.name)
      .sort();
  return { exports: names(true), imports: names(false) };
}

function readText(view: DataView, at: number): string {
  let end = at;
  while (view.getUint8(end) !== 0) end++;
  return new TextDecoder().decode(new Uint8Array(view.buffer, view.byteOffset + at, end - at));
}

/** System V ABI, generic part: chapters 4 (sections, symbols) and 5 (dynamic section). */
function readElf(view: DataView): LibraryFile {
  const u16 = (at: number) => view.getUint16(at, true);
  const u32 = (at: number) => view.getUint32(at, true);
  const u64 = (at: number) => Number(view.getBigUint64(at, true));
  const sectionsAt = u64(0x28);
  const sections = Array.from({ length: u16(0x3c) }, (_, i) => {
    const at = sectionsAt + i * u16(0x3a);
    return { type: u32(at + 4), offset: u64(at + 24), size: u64(at + 32), link: u32(at + 40) };
  });
  const section = (type: number) => {
    const found = sections.find((each) => each.type === type);
    if (!found) throw new Error(`no section of type ${type}`);
    return { ...found, strings: sections[found.link]!.offset };
  };

  const SHT_DYNAMIC = 6;
  const SHT_DYNSYM = 11;
  const symbolTable = section(SHT_DYNSYM);
  const symbols: Symbol[] = [];
  // Entry 0 is empty. Binding 0 is local.
  for (let at = symbolTable.offset + 24; at < symbolTable.offset + symbolTable.size; at += 24) {
    if (view.getUint8(at + 4) >> 4 === 0) continue;
    symbols.push({ name: readText(view, symbolTable.strings + u32(at)), defined: u16(at + 6) !== 0 });
  }

  const DT_NEEDED = 1;
  const dynamic = section(SHT_DYNAMIC);
  const needed: string[] = [];
  for (let at = dynamic.offset; at < dynamic.offset + dynamic.size; at += 16) {
    if (u64(at) === DT_NEEDED) needed.push(readText(view, dynamic.strings + u64(at + 8)));
  }
  const machine = { 62: "x64", 183: "arm64" }[u16(0x12)] ?? "other";
  return { format: "ELF", machine: machine as LibraryFile["machine"], ...split(symbols), needed };
}

/** mach-o/loader.h and mach-o/nlist.h. */
function readMachO(view: DataView): LibraryFile {
  const u32 = (at: number) => view.getUint32(at, true);
  const LC_SYMTAB = 0x2;
  const LC_LOAD_DYLIB = 0xc;
  const LC_CODE_SIGNATURE = 0x1d;
  const LC_BUILD_VERSION = 0x32;
  const LINKERS_OWN = ["_mh_dylib_header", "__dso_handle"];
  const N_EXT = 0x01;
  const N_TYPE = 0x0e;

  const symbols: Symbol[] = [];
  const needed: string[] = [];
  let minimumOs = "";
  let signed = false;
  let at = 32;
  for (let i = u32(16); i > 0; i--) {
    const command = u32(at);
    if (command === LC_LOAD_DYLIB) needed.push(readText(view, at + u32(at + 8)));
    if (command === LC_CODE_SIGNATURE) signed = u32(at + 12) > 0;
    if (command === LC_BUILD_VERSION) minimumOs = `${u32(at + 12) >> 16}.${(u32(at + 12) >> 8) & 0xff}`;
    if (command === LC_SYMTAB) {
      for (let entry = u32(at + 8), n = u32(at + 12); n > 0; n--, entry += 16) {
        const type = view.getUint8(entry + 4);
        if ((type & N_EXT) === 0) continue;
        const name = readText(view, u32(at + 16) + u32(entry)).replace(/^_/, "");
        if (!LINKERS_OWN.includes(name)) symbols.push({ name, defined: (type & N_TYPE) !== 0 });
      }
    }
    at += u32(at + 4);
  }
  const machine = { 16777223: "x64", 16777228: "arm64" }[u32(4)] ?? "other";
  return {
    format: "Mach-O",
    machine: machine as LibraryFile["machine"],
    ...split(symbols),
    needed,
    minimumOs,
    signed,
  };
}
