/**
 * Writes Windows programs (PE, 32 and 64 bits) by Microsoft's "PE Format": DOS header, Rich header, COFF and optional header,
 * sections, overlay. What stands in directories (imports, resources …) is made by pe-tables.ts.
 */
import { ByteWriter, roundUp } from "./byte-writer.ts";
import { type Fact, facts, type WrittenFile } from "./fact.ts";

const FILE_ALIGNMENT = 0x200;
const SECTION_ALIGNMENT = 0x1000;
/** Numbers of data directories. */
export const DIRECTORY = { export: 0, import: 1, resource: 2, debug: 6, delayImport: 13, clr: 14 } as const;

export interface Directory {
  readonly index: number;
  readonly rva: number;
  readonly size: number;
}

/** Content of a section that needs to know where it will lie. */
export interface PlacedContent {
  readonly bytes: Uint8Array;
  readonly directories: readonly Directory[];
  readonly facts: readonly Fact[];
}

export interface PeSection {
  /** At most eight bytes. */
  readonly name: string;
  readonly characteristics: number;
  readonly content: Uint8Array | ((rva: number, offset: number) => PlacedContent);
}

/** Tool, its build, and how many objects it made: an entry of the Rich header. */
export interface RichEntry {
  readonly tool: number;
  readonly version: number;
  readonly count: number;
}

export interface PeSpec {
  readonly bits: 32 | 64;
  readonly timestamp: number;
  readonly characteristics: number;
  readonly subsystem: number;
  readonly dllCharacteristics: number;
  readonly linkerVersion: readonly [number, number];
  readonly osVersion: readonly [number, number];
  readonly imageBase: number;
  readonly checksum: number;
  readonly rich?: { readonly key: number; readonly entries: readonly RichEntry[] };
  readonly sections: readonly PeSection[];
  readonly overlay: Uint8Array;
}

const DLL = 0x2000;

export function peFile(spec: PeSpec): WrittenFile {
  const rich = spec.rich === undefined ? new Uint8Array() : richHeader(spec.rich);
  const headerAt = 0x80 + rich.length;
  const optionalSize = spec.bits === 64 ? 240 : 224;
  const headersSize = roundUp(headerAt + 24 + optionalSize + 40 * spec.sections.length, FILE_ALIGNMENT);
  const placed = place(spec.sections, headersSize);
  const directories = placed.flatMap((section) => section.directories);
  const imageSize = placed.reduce(
    (end, section) => Math.max(end, section.rva + roundUp(section.virtualSize, SECTION_ALIGNMENT)),
    SECTION_ALIGNMENT,
  );
  const entryRva = placed[0]?.rva ?? SECTION_ALIGNMENT;
  const machine = spec.bits === 64 ? 0x8664 : 0x14c;

  const out = new ByteWriter();
  out.text("MZ").padTo(0x3c).u32(headerAt).padTo(0x80).bytes(rich);
  out.text("PE\0\0").u16(machine, placed.length).u32(spec.timestamp, 0, 0);
  out.u16(optionalSize, spec.characteristics);
  out.u16(spec.bits === 64 ? 0x20b : 0x10b).u8(...spec.linkerVersion);
  out.u32(FILE_ALIGNMENT, 2 * FILE_ALIGNMENT, 0, entryRva, SECTION_ALIGNMENT);
  if (spec.bits === 32) out.u32(2 * SECTION_ALIGNMENT);
  out.word(spec.bits, spec.imageBase).u32(SECTION_ALIGNMENT, FILE_ALIGNMENT);
  out.u16(...spec.osVersion, 0, 0, 6, 0).u32(0, imageSize, headersSize, spec.checksum);
  out.u16(spec.subsystem, spec.dllCharacteristics);
  out.word(spec.bits, 0x100000, 0x1000, 0x200000, 0x2000).u32(0, 16);
  for (let index = 0; index < 16; index++) {
    const directory = directories.find((candidate) => candidate.index === index);
    out.u32(directory?.rva ?? 0, directory?.size ?? 0);
  }
  for (const section of placed) {
    out.text(section.name, 8).u32(section.virtualSize, section.rva, section.rawSize, section.offset);
    out.u32(0, 0).u16(0, 0).u32(section.characteristics);
  }
  for (const section of placed) out.padTo(section.offset).bytes(section.bytes).align(FILE_ALIGNMENT);
  out.padTo(headersSize);
  const overlayAt = out.length;
  out.bytes(spec.overlay);

  return {
    bytes: out.done(),
    facts: [
      ...headerFacts(spec, { machine, entryOffset: placed[0]?.offset, entryRva, imageSize, headersSize }),
      ...(spec.rich === undefined ? [] : richFacts(spec.rich, rich.length)),
      ...placed.flatMap((section, index) => [
        ...facts(`pe.sections[${index}].`, {
          name: section.name,
          virtual_address: section.rva,
          virtual_size: section.virtualSize,
          raw_data_offset: section.offset,
          raw_data_size: section.rawSize,
          characteristics: section.characteristics,
        }),
        ...section.facts,
      ]),
      ...directories.flatMap((directory) =>
        facts(`pe.data_directories[${directory.index}].`, {
          virtual_address: directory.rva,
          size: directory.size,
        }),
      ),
      ...facts("pe.overlay.", {
        offset: spec.overlay.length === 0 ? 0 : overlayAt,
        size: spec.overlay.length,
      }),
    ],
  };
}

function place(sections: readonly PeSection[], headersSize: number) {
  let rva = SECTION_ALIGNMENT;
  let offset = headersSize;
  return sections.map((section) => {
    const { content } = section;
    const made =
      typeof content === "function" ? content(rva, offset) : { bytes: content, directories: [], facts: [] };
    const at = {
      rva,
      offset,
      virtualSize: made.bytes.length,
      rawSize: roundUp(made.bytes.length, FILE_ALIGNMENT),
    };
    rva += roundUp(Math.max(made.bytes.length, 1), SECTION_ALIGNMENT);
    offset += at.rawSize;
    return { name: section.name, characteristics: section.characteristics, ...made, ...at };
  });
}

function headerFacts(
  spec: PeSpec,
  made: {
    readonly machine: number;
    readonly entryOffset: number | undefined;
    readonly entryRva: number;
    readonly imageSize: number;
    readonly headersSize: number;
  },
): Fact[] {
  return [
    ...facts("pe.", {
      "is_32bit()": spec.bits === 32,
      "is_64bit()": spec.bits === 64,
      "is_dll()": (spec.characteristics & DLL) !== 0,
      machine: made.machine,
      opthdr_magic: spec.bits === 64 ? 0x20b : 0x10b,
      number_of_sections: spec.sections.length,
      timestamp: spec.timestamp,
      characteristics: spec.characteristics,
      entry_point_raw: made.entryRva,
      image_base: spec.imageBase,
      size_of_image: made.imageSize,
      size_of_headers: made.headersSize,
      subsystem: spec.subsystem,
      dll_characteristics: spec.dllCharacteristics,
      checksum: spec.checksum,
      "linker_version.major": spec.linkerVersion[0],
      "linker_version.minor": spec.linkerVersion[1],
      "os_version.major": spec.osVersion[0],
      "os_version.minor": spec.osVersion[1],
    }),
    ...(made.entryOffset === undefined ? [] : facts("pe.", { entry_point: made.entryOffset })),
  ];
}

/** "DanS", three words of zeros and the entries, each word XORed with the key; then "Rich" and the key. */
function richHeader({ key, entries }: NonNullable<PeSpec["rich"]>): Uint8Array {
  const out = new ByteWriter().u32(0x536e6144 ^ key, key, key, key);
  for (const { tool, version, count } of entries) out.u32(((tool << 16) | version) ^ key, count ^ key);
  return out.text("Rich").u32(key).align(8).done();
}

function richFacts({ key, entries }: NonNullable<PeSpec["rich"]>, length: number): Fact[] {
  return [
    ...facts("pe.rich_signature.", { offset: 0x80, length: length - 8, key }),
    ...entries.flatMap(({ tool, version }) =>
      facts("pe.rich_signature.", {
        [`toolid(${tool}) > 0`]: true,
        [`version(${version}, ${tool}) > 0`]: true,
      }),
    ),
  ];
}
