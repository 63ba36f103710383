/**
 * Writes .NET assemblies: a Windows program with a CLI header and metadata (ECMA-335, partition II, 24 and 25). All indexes into
 * heaps and tables are two bytes wide. There is no code in them.
 */
import { ByteWriter } from "./byte-writer.ts";
import { type Fact, facts, type WrittenFile } from "./fact.ts";
import { DIRECTORY, type PeSpec, peFile } from "./pe.ts";

export type Version = readonly [number, number, number, number];

export interface DotnetSpec {
  /** Its first section is made here. */
  readonly pe: PeSpec;
  readonly runtime: string;
  readonly moduleName: string;
  readonly guid: Uint8Array;
  readonly assembly: { readonly name: string; readonly culture: string; readonly version: Version };
  readonly references: readonly {
    readonly name: string;
    readonly token: Uint8Array;
    readonly version: Version;
  }[];
  readonly moduleReferences: readonly string[];
  readonly classes: readonly { readonly namespace: string; readonly name: string }[];
  readonly userStrings: readonly string[];
  readonly constants: readonly string[];
  readonly resources: readonly { readonly name: string; readonly data: Uint8Array }[];
}

const CODE = 0x60000020;
const CLI_HEADER_SIZE = 72;
/** Room for `jmp [address]`, by which the entry point of a 32-bit program begins. */
const CLI_HEADER_AT = 8;
const TABLE = {
  module: 0x00,
  typeDef: 0x02,
  constant: 0x0b,
  moduleRef: 0x1a,
  assembly: 0x20,
  assemblyRef: 0x23,
  resource: 0x28,
} as const;
const ELEMENT_TYPE_STRING = 0x0e;

export function dotnetFile(spec: DotnetSpec): WrittenFile {
  const metadata = writeMetadata(spec);
  const resources = new ByteWriter();
  for (const { data } of spec.resources) resources.u32(data.length).bytes(data).align(8);
  return peFile({
    ...spec.pe,
    sections: [
      {
        name: ".text",
        characteristics: CODE,
        content: (rva, offset) => {
          const metadataAt = CLI_HEADER_AT + CLI_HEADER_SIZE;
          const resourcesAt = metadataAt + metadata.bytes.length;
          const out = new ByteWriter().u8(0xff, 0x25).padTo(CLI_HEADER_AT);
          out
            .u32(CLI_HEADER_SIZE)
            .u16(2, 5)
            .u32(rva + metadataAt, metadata.bytes.length, 1, 0);
          out.u32(rva + resourcesAt, resources.length).padTo(metadataAt);
          out.bytes(metadata.bytes).bytes(resources.done()).align(16);
          return {
            bytes: out.done(),
            directories: [{ index: DIRECTORY.clr, rva: rva + CLI_HEADER_AT, size: CLI_HEADER_SIZE }],
            facts: dotnetFacts(spec, metadata.streams, offset + metadataAt, offset + resourcesAt),
          };
        },
      },
      ...spec.pe.sections,
    ],
  });
}

interface Stream {
  readonly name: string;
  readonly offset: number;
  readonly size: number;
}

/** A heap of texts or blobs; an index is the place of what was added. */
class Heap {
  readonly #out = new ByteWriter().u8(0);

  text(text: string): number {
    if (text === "") return 0;
    const at = this.#out.length;
    this.#out.text(`${text}\0`);
    return at;
  }

  /** With its length before it, in one byte or two. */
  blob(data: Uint8Array): number {
    const at = this.#out.length;
    if (data.length < 0x80) this.#out.u8(data.length);
    else this.#out.u8(0x80 | (data.length >> 8), data.length & 0xff);
    this.#out.bytes(data);
    return at;
  }

  done(): Uint8Array {
    return this.#out.align(4).done();
  }
}

function writeMetadata(spec: DotnetSpec): { bytes: Uint8Array; streams: Stream[] } {
  const strings = new Heap();
  const blobs = new Heap();
  const userStrings = new Heap();
  for (const text of spec.userStrings) {
    userStrings.blob(Buffer.concat([Buffer.from(text, "utf16le"), Buffer.of(0)]));
  }
  const tables = writeTables(spec, strings, blobs);
  const content: [string, Uint8Array][] = [
    ["#~", tables],
    ["#Strings", strings.done()],
    ["#US", userStrings.done()],
    ["#GUID", spec.guid],
    ["#Blob", blobs.done()],
  ];
  const root = new ByteWriter().text("BSJB").u16(1, 1).u32(0);
  const versionSize = Math.ceil((spec.runtime.length + 1) / 4) * 4;
  root.u32(versionSize).text(spec.runtime, versionSize).u16(0, content.length);
  const headersSize = content.reduce((sum, [name]) => sum + 8 + Math.ceil((name.length + 1) / 4) * 4, 0);
  let at = root.length + headersSize;
  const streams = content.map(([name, bytes]) => {
    const stream = { name, offset: at, size: bytes.length };
    at += bytes.length;
    root.u32(stream.offset, stream.size).text(`${name}\0`).align(4);
    return stream;
  });
  for (const [, bytes] of content) root.bytes(bytes);
  return { bytes: root.done(), streams };
}

/** The tables, in the order of their numbers, behind the numbers of their rows. */
function writeTables(spec: DotnetSpec, strings: Heap, blobs: Heap): Uint8Array {
  const { assembly } = spec;
  const rows: [number, ((out: ByteWriter) => void)[]][] = [
    [TABLE.module, [(out) => out.u16(0, strings.text(spec.moduleName), 1, 0, 0)]],
    [
      TABLE.typeDef,
      spec.classes.map(({ name, namespace }) => (out) => {
        out.u32(1).u16(strings.text(name), strings.text(namespace), 0, 1, 1);
      }),
    ],
    [
      TABLE.constant,
      spec.constants.map((text) => (out) => {
        out.u8(ELEMENT_TYPE_STRING, 0).u16(4, blobs.blob(Buffer.from(text, "utf16le")));
      }),
    ],
    [TABLE.moduleRef, spec.moduleReferences.map((name) => (out) => out.u16(strings.text(name)))],
    [
      TABLE.assembly,
      [
        (out) =>
          out
            .u32(0x8004)
            .u16(...assembly.version)
            .u32(0)
            .u16(0, strings.text(assembly.name), strings.text(assembly.culture)),
      ],
    ],
    [
      TABLE.assemblyRef,
      spec.references.map(({ name, token, version }) => (out) => {
        out
          .u16(...version)
          .u32(0)
          .u16(blobs.blob(token), strings.text(name), 0, 0);
      }),
    ],
    [
      TABLE.resource,
      spec.resources.map(({ name }, index) => (out) => {
        out.u32(resourceOffset(spec, index), 1).u16(strings.text(name), 0);
      }),
    ],
  ];
  const present = rows.filter(([, list]) => list.length > 0);
  const valid = present.reduce((bits, [table]) => bits | (1n << BigInt(table)), 0n);
  const out = new ByteWriter()
    .u32(0)
    .u8(2, 0, 0, 1)
    .u64(valid, 0)
    .u32(...present.map(([, list]) => list.length));
  for (const [, list] of present) for (const write of list) write(out);
  return out.align(4).done();
}

function resourceOffset({ resources }: DotnetSpec, index: number): number {
  return resources.slice(0, index).reduce((sum, { data }) => sum + Math.ceil((4 + data.length) / 8) * 8, 0);
}

function dotnetFacts(
  spec: DotnetSpec,
  streams: readonly Stream[],
  root: number,
  resourcesAt: number,
): Fact[] {
  const utf16 = (text: string) => Buffer.from(text, "utf16le").toString("latin1");
  const version = ([major, minor, build_number, revision_number]: Version) => ({
    major,
    minor,
    build_number,
    revision_number,
  });
  return [
    ...facts("dotnet.", {
      is_dotnet: 1,
      version: spec.runtime,
      module_name: spec.moduleName,
      "assembly.name": spec.assembly.name,
      ...(spec.assembly.culture === "" ? {} : { "assembly.culture": spec.assembly.culture }),
      number_of_streams: streams.length,
      number_of_guids: 1,
      "guids[0]": guidText(spec.guid),
      number_of_user_strings: spec.userStrings.length,
      ...(spec.references.length > 0 ? { number_of_assembly_refs: spec.references.length } : {}),
      ...(spec.moduleReferences.length > 0 ? { number_of_modulerefs: spec.moduleReferences.length } : {}),
      ...(spec.constants.length > 0 ? { number_of_constants: spec.constants.length } : {}),
      ...(spec.resources.length > 0 ? { number_of_resources: spec.resources.length } : {}),
    }),
    ...facts("dotnet.assembly.version.", version(spec.assembly.version)),
    ...streams.flatMap(({ name, offset, size }, index) =>
      facts(`dotnet.streams[${index}].`, { name, offset: root + offset, size }),
    ),
    ...spec.references.flatMap(({ name, token, version: at }, index) => [
      ...facts(`dotnet.assembly_refs[${index}].`, {
        name,
      }),
      ...blobFact(`assembly_refs[${index}].public_key_or_token`, Buffer.from(token).toString("latin1")),
      ...facts(`dotnet.assembly_refs[${index}].version.`, version(at)),
    ]),
    ...spec.moduleReferences.flatMap((name, index) => facts("dotnet.", { [`modulerefs[${index}]`]: name })),
    ...spec.userStrings.flatMap((text, index) =>
      facts("dotnet.", { [`user_strings[${index}]`]: utf16(text) }),
    ),
    ...spec.constants.flatMap((text, index) => blobFact(`constants[${index}]`, utf16(text))),
    ...spec.resources.flatMap(({ name, data }, index) =>
      facts(`dotnet.resources[${index}].`, {
        name,
        length: data.length,
        offset: resourcesAt + resourceOffset(spec, index) + 4,
      }),
    ),
    ...spec.classes.flatMap(({ name, namespace }, index) =>
      facts(`dotnet.classes[${index}].`, { name, namespace, visibility: "public", type: "class" }).map(
        (fact) => ({ ...fact, since: "4.3" as const }),
      ),
    ),
  ];
}

function blobFact(field: string, value: string): Fact[] {
  return facts("dotnet.", { [field]: value }).map((fact) => ({ ...fact, differs: "dotnet-blob-end" }));
}

function guidText(guid: Uint8Array): string {
  const data = Buffer.from(guid);
  const hex = (from: number, to: number) => data.subarray(from, to).toString("hex");
  const head = [data.readUInt32LE(0).toString(16).padStart(8, "0")];
  for (const at of [4, 6]) head.push(data.readUInt16LE(at).toString(16).padStart(4, "0"));
  return [...head, hex(8, 10), hex(10, 16)].join("-");
}
