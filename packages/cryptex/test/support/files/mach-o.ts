/**
 * Writes Mach-O files (32 and 64 bits, both byte orders) and fat ones that hold several, by Apple's <mach-o/loader.h> and
 * <mach-o/fat.h>.
 */
import { ByteWriter, roundUp } from "./byte-writer.ts";
import { type Fact, facts, type WrittenFile } from "./fact.ts";

export interface MachSection {
  readonly name: string;
  readonly flags: number;
  readonly content: Uint8Array;
}

export interface MachSegment {
  readonly name: string;
  readonly protection: number;
  readonly sections: readonly MachSection[];
}

export interface MachSpec {
  readonly bits: 32 | 64;
  readonly littleEndian: boolean;
  readonly cpuType: number;
  readonly cpuSubtype: number;
  /** MH_EXECUTE is 2, MH_DYLIB 6. */
  readonly fileType: number;
  readonly flags: number;
  readonly segments: readonly MachSegment[];
  /** LC_MAIN, with an entry point at the first byte of the first section. */
  readonly stackSize?: number;
}

const LC = { segment: 1, segment64: 0x19, main: 0x80000028 } as const;

export function machFile(spec: MachSpec): WrittenFile {
  const made = build(spec);
  return { bytes: made.bytes, facts: prefixed("macho.", made.facts) };
}

/** A fat file is big endian whatever is in it. */
export function fatFile(specs: readonly MachSpec[]): WrittenFile {
  const out = new ByteWriter(false).u32(0xcafebabe, specs.length);
  let at = roundUp(8 + 20 * specs.length, 0x1000);
  const members = specs.map((spec) => {
    const { bytes, facts: memberFacts } = build(spec);
    const offset = at;
    at = roundUp(at + bytes.length, 0x1000);
    out.u32(spec.cpuType, spec.cpuSubtype, offset, bytes.length, 12);
    return { spec, bytes, offset, memberFacts };
  });
  for (const { offset, bytes } of members) out.padTo(offset).bytes(bytes);
  return {
    bytes: out.done(),
    facts: [
      ...facts("macho.", { fat_magic: 0xcafebabe, nfat_arch: specs.length }),
      ...members.flatMap(({ spec, bytes, offset, memberFacts }, index) => [
        ...facts(`macho.fat_arch[${index}].`, {
          cputype: spec.cpuType,
          cpusubtype: spec.cpuSubtype,
          offset,
          size: bytes.length,
          align: 12,
        }),
        ...facts("macho.", {
          [`file_index_for_arch(${spec.cpuType}, ${spec.cpuSubtype})`]: index,
        }),
        ...prefixed(`macho.file[${index}].`, memberFacts),
      ]),
    ],
  };
}

function prefixed(prefix: string, list: readonly Fact[]): Fact[] {
  return list.map((fact) => ({ ...fact, expression: prefix + fact.expression }));
}

function build(spec: MachSpec): { bytes: Uint8Array; facts: Fact[] } {
  const { bits, littleEndian, segments } = spec;
  const headerSize = bits === 64 ? 32 : 28;
  const segmentSize = bits === 64 ? 72 : 56;
  const sectionSize = bits === 64 ? 80 : 68;
  const hasMain = spec.stackSize !== undefined;
  const commandsSize = segments.reduce(
    (sum, { sections }) => sum + segmentSize + sectionSize * sections.length,
    hasMain ? 24 : 0,
  );
  const commandCount = segments.length + (hasMain ? 1 : 0);
  const magic = bits === 64 ? 0xfeedfacf : 0xfeedface;

  const out = new ByteWriter(littleEndian);
  out.u32(magic, spec.cpuType, spec.cpuSubtype, spec.fileType, commandCount, commandsSize, spec.flags);
  if (bits === 64) out.u32(0);
  const content = new ByteWriter(littleEndian).padTo(roundUp(headerSize + commandsSize, 16));
  const entry = content.length;
  const magicAsRead = littleEndian
    ? Buffer.from(new ByteWriter(true).u32(magic).done()).readUInt32BE()
    : magic;
  const made: Fact[] = facts("", {
    cputype: spec.cpuType,
    cpusubtype: spec.cpuSubtype,
    filetype: spec.fileType,
    ncmds: commandCount,
    sizeofcmds: commandsSize,
    flags: spec.flags,
    number_of_segments: segments.length,
  });
  // Read as big endian, whatever the file is.
  made.push({ expression: "magic", value: magicAsRead, differs: "macho-magic" });
  segments.forEach(({ name, protection, sections }, index) => {
    const start = content.length;
    const rows = sections.map((section) => {
      const offset = content.length;
      content.bytes(section.content).align(16);
      return { ...section, offset };
    });
    const size = content.length - start;
    const address = 0x10000 + start;
    out.u32(bits === 64 ? LC.segment64 : LC.segment, segmentSize + sectionSize * rows.length);
    out.text(name, 16).word(bits, address, size, start, size).u32(7, protection, rows.length, 0);
    for (const row of rows) {
      out
        .text(row.name, 16)
        .text(name, 16)
        .word(bits, 0x10000 + row.offset, row.content.length);
      out.u32(row.offset, 4, 0, 0, row.flags, 0, 0);
      if (bits === 64) out.u32(0);
    }
    made.push(
      ...facts(`segments[${index}].`, {
        segname: name,
        vmaddr: address,
        vmsize: size,
        fileoff: start,
        fsize: size,
        maxprot: 7,
        initprot: protection,
        nsects: rows.length,
      }),
      ...rows.flatMap((row, at) =>
        facts(`segments[${index}].sections[${at}].`, {
          sectname: row.name,
          segname: name,
          addr: 0x10000 + row.offset,
          size: row.content.length,
          offset: row.offset,
          flags: row.flags,
        }),
      ),
    );
  });
  if (spec.stackSize !== undefined) {
    out.u32(LC.main, 24).u64(entry, spec.stackSize);
    made.push(...facts("", { entry_point: entry, stack_size: spec.stackSize }));
  }
  const bytes = content.done();
  bytes.set(out.done());
  return { bytes, facts: made };
}
