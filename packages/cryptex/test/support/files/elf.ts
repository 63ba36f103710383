/** Writes ELF files of both word sizes and byte orders, by the System V ABI: sections, segments, symbols, dynamic entries. */
import { ByteWriter } from "./byte-writer.ts";
import { type Fact, facts, type WrittenFile } from "./fact.ts";

export interface ElfSymbol {
  readonly name: string;
  readonly value: number;
  readonly size: number;
  /** 0 to 15 each: STT_ and STB_ numbers. */
  readonly type: number;
  readonly bind: number;
}

export interface ElfSpec {
  readonly bits: 32 | 64;
  readonly littleEndian: boolean;
  /** ET_EXEC is 2, ET_DYN 3. */
  readonly type: number;
  readonly machine: number;
  /** The entry point is at the first byte of the first one. */
  readonly sections: readonly {
    readonly name: string;
    readonly flags: number;
    readonly content: Uint8Array;
  }[];
  readonly symbols: readonly ElfSymbol[];
  readonly dynamicSymbols: readonly ElfSymbol[];
  /** Tag and value; the closing null entry is added. */
  readonly dynamic: readonly (readonly [number, number])[];
}

const BASE = 0x400000;
const SHT = { progbits: 1, symtab: 2, strtab: 3, dynamic: 6, dynsym: 11 } as const;
const PT = { load: 1, dynamic: 2 } as const;

interface Section {
  readonly name: string;
  readonly type: number;
  readonly flags: number;
  readonly content: Uint8Array;
  /** Number of the section with the names. */
  readonly link: number;
}

export function elfFile(spec: ElfSpec): WrittenFile {
  const { bits, littleEndian } = spec;
  const sections = allSections(spec);
  const headerSize = bits === 64 ? 64 : 52;
  const segmentSize = bits === 64 ? 56 : 32;
  const sectionSize = bits === 64 ? 64 : 40;
  const hasDynamic = spec.dynamic.length > 0;
  const segmentCount = hasDynamic ? 2 : 1;

  const body = new ByteWriter(littleEndian).padTo(headerSize + segmentCount * segmentSize);
  const placed = sections.map((section) => {
    body.align(8);
    const offset = body.length;
    body.bytes(section.content);
    return { ...section, offset, address: section.type === 0 ? 0 : BASE + offset };
  });
  body.align(8);
  const tableAt = body.length;
  const entry = placed[1];
  const segments = [
    { type: PT.load as number, flags: 5, offset: 0, size: tableAt },
    ...placed
      .filter((section) => hasDynamic && section.type === SHT.dynamic)
      .map(({ offset, content }) => ({ type: PT.dynamic as number, flags: 6, offset, size: content.length })),
  ];

  const head = new ByteWriter(littleEndian);
  head
    .u8(0x7f)
    .text("ELF")
    .u8(bits === 64 ? 2 : 1, littleEndian ? 1 : 2, 1)
    .padTo(16);
  head
    .u16(spec.type, spec.machine)
    .u32(1)
    .word(bits, entry?.address ?? 0, headerSize, tableAt)
    .u32(0);
  head.u16(headerSize, segmentSize, segments.length, sectionSize, placed.length, placed.length - 1);
  for (const { type, flags, offset, size } of segments) {
    head.u32(type);
    if (bits === 64) head.u32(flags);
    head.word(bits, offset, BASE + offset, BASE + offset, size, size);
    if (bits === 32) head.u32(flags);
    head.word(bits, 8);
  }
  let nameAt = 0;
  for (const { name, type, flags, content, link, offset, address } of placed) {
    body
      .u32(nameAt, type)
      .word(bits, flags, address, type === 0 ? 0 : offset, content.length)
      .u32(link, 0);
    body.word(bits, 1, 0);
    nameAt += name.length + 1;
  }
  const bytes = body.done();
  bytes.set(head.done());

  return {
    bytes,
    facts: [
      ...facts("elf.", {
        type: spec.type,
        machine: spec.machine,
        number_of_sections: placed.length,
        number_of_segments: segments.length,
        sh_offset: tableAt,
        sh_entry_size: sectionSize,
        ph_offset: headerSize,
        ph_entry_size: segmentSize,
      }),
      ...(entry === undefined ? [] : facts("elf.", { entry_point: entry.offset })),
      ...placed.flatMap(({ name, type, flags, content, offset, address }, index) =>
        index === 0
          ? []
          : facts(`elf.sections[${index}].`, { name, type, flags, size: content.length, offset, address }),
      ),
      ...segments.flatMap(({ type, flags, offset, size }, index) =>
        facts(`elf.segments[${index}].`, {
          type,
          flags,
          offset,
          file_size: size,
          memory_size: size,
          virtual_address: BASE + offset,
          alignment: 8,
        }),
      ),
      ...symbolFacts("symtab", spec.symbols),
      ...symbolFacts("dynsym", spec.dynamicSymbols),
      ...(hasDynamic ? facts("elf.", { dynamic_section_entries: spec.dynamic.length + 1 }) : []),
      ...spec.dynamic.flatMap(([type, val], index) => facts(`elf.dynamic[${index}].`, { type, val })),
    ],
  };
}

/** The null section, those of the specification, tables of symbols with their names, and the names of sections as the last. */
function allSections(spec: ElfSpec): Section[] {
  const none = new Uint8Array();
  const sections: Section[] = [{ name: "", type: 0, flags: 0, content: none, link: 0 }];
  for (const section of spec.sections) sections.push({ ...section, type: SHT.progbits, link: 0 });
  const addSymbols = (name: string, type: number, names: string, symbols: readonly ElfSymbol[]) => {
    if (symbols.length === 0) return;
    const text = `\0${symbols.map((symbol) => `${symbol.name}\0`).join("")}`;
    sections.push({ name, type, flags: 0, content: symbolTable(spec, symbols), link: sections.length + 1 });
    sections.push({ name: names, type: SHT.strtab, flags: 0, content: Buffer.from(text, "latin1"), link: 0 });
  };
  addSymbols(".symtab", SHT.symtab, ".strtab", spec.symbols);
  addSymbols(".dynsym", SHT.dynsym, ".dynstr", spec.dynamicSymbols);
  if (spec.dynamic.length > 0) {
    const out = new ByteWriter(spec.littleEndian);
    for (const [tag, value] of spec.dynamic) out.word(spec.bits, tag, value);
    sections.push({
      name: ".dynamic",
      type: SHT.dynamic,
      flags: 3,
      content: out.word(spec.bits, 0, 0).done(),
      link: 0,
    });
  }
  const names = `${sections.map((section) => `${section.name}\0`).join("")}.shstrtab\0`;
  sections.push({
    name: ".shstrtab",
    type: SHT.strtab,
    flags: 0,
    content: Buffer.from(names, "latin1"),
    link: 0,
  });
  return sections;
}

/** The null symbol, then these, all in section 1. */
function symbolTable({ bits, littleEndian }: ElfSpec, symbols: readonly ElfSymbol[]): Uint8Array {
  const out = new ByteWriter(littleEndian).padTo(bits === 64 ? 24 : 16);
  let nameAt = 1;
  for (const { name, value, size, type, bind } of symbols) {
    out.u32(nameAt);
    if (bits === 64)
      out
        .u8((bind << 4) | type, 0)
        .u16(1)
        .u64(value, size);
    else
      out
        .u32(value, size)
        .u8((bind << 4) | type, 0)
        .u16(1);
    nameAt += name.length + 1;
  }
  return out.done();
}

function symbolFacts(table: string, symbols: readonly ElfSymbol[]): Fact[] {
  if (symbols.length === 0) return [];
  return [
    ...facts("elf.", { [`${table}_entries`]: symbols.length + 1 }),
    ...symbols.flatMap(({ name, value, size, type, bind }, index) =>
      facts(`elf.${table}[${index + 1}].`, { name, value, size, type, bind, shndx: 1 }),
    ),
  ];
}
