/** Random files of every kind that the writers know. */
import { createHash } from "node:crypto";
import type { Random } from "../random.ts";
import { type DexClass, dexFile } from "./dex.ts";
import { dotnetFile, type Version } from "./dotnet.ts";
import { type ElfSymbol, elfFile } from "./elf.ts";
import { type Fact, facts, type WrittenFile } from "./fact.ts";
import { fatFile, type MachSpec, machFile } from "./mach-o.ts";
import { type PeSection, type PeSpec, peFile } from "./pe.ts";
import {
  debugSection,
  exportSection,
  importSection,
  resourceSection,
  versionFacts,
  versionInfo,
} from "./pe-tables.ts";
import { zipFile } from "./zip.ts";

/** Makes data to fill a part of a file with. */
export type Filler = () => Uint8Array;

const KINDS = {
  text: plainFile,
  random: plainFile,
  pe: windowsProgram,
  dotnet: dotnetAssembly,
  elf: elfProgram,
  "mach-o": machProgram,
  dex: (random: Random, filler: Filler) => withTail(dexFile(randomClasses(random)), random, filler),
  zip: zipArchive,
};
export type FileKind = keyof typeof KINDS;
export const FILE_KINDS = Object.keys(KINDS) as FileKind[];

export function randomFile(random: Random, kind: FileKind, filler: Filler): WrittenFile {
  const made = KINDS[kind](random, filler);
  return { bytes: made.bytes, facts: [...made.facts, ...commonFacts(random, made.bytes)] };
}

/** Facts of any file: size, numbers that stand in it, digests. */
function commonFacts(random: Random, bytes: Uint8Array): Fact[] {
  const data = Buffer.from(bytes);
  const at = random.int(0, Math.max(0, data.length - 8));
  const length = random.int(1, Math.max(1, data.length - at));
  const slice = data.subarray(at, at + length);
  const digest = (name: string, of: Uint8Array) => createHash(name).update(of).digest("hex");
  const reads =
    data.length < 8
      ? {}
      : {
          [`uint8(${at})`]: data.readUInt8(at),
          [`int8(${at})`]: data.readInt8(at),
          [`uint16(${at})`]: data.readUInt16LE(at),
          [`uint16be(${at})`]: data.readUInt16BE(at),
          [`int32(${at})`]: data.readInt32LE(at),
          [`uint32be(${at})`]: data.readUInt32BE(at),
        };
  return facts("", {
    filesize: data.length,
    ...reads,
    "hash.md5(0, filesize)": digest("md5", data),
    "hash.sha256(0, filesize)": digest("sha256", data),
    [`hash.sha1(${at}, ${length})`]: digest("sha1", slice),
    [`hash.crc32(${at}, ${length})`]: Bun.hash.crc32(slice),
    [`hash.checksum32(${at}, ${length})`]: slice.reduce((sum, byte) => (sum + byte) >>> 0, 0),
    [`math.count(${data[0] ?? 0})`]: data.filter((byte) => byte === (data[0] ?? 0)).length,
  });
}

function plainFile(random: Random, filler: Filler): WrittenFile {
  const parts = Array.from({ length: random.int(1, 3) }, filler);
  return { bytes: Buffer.concat(parts), facts: [] };
}

function withTail({ bytes, facts: known }: WrittenFile, random: Random, filler: Filler): WrittenFile {
  if (random.chance(0.2)) return { bytes, facts: known };
  return { bytes: Buffer.concat([bytes, filler()]), facts: known };
}

const LIBRARIES = [
  { library: "KERNEL32.dll", functions: ["CreateFileA", "WriteFile", "VirtualAlloc", "ExitProcess"] },
  { library: "USER32.dll", functions: ["MessageBoxA", "GetDC"] },
  { library: "advapi32.dll", functions: ["RegOpenKeyExW", "CryptEncrypt"] },
  { library: "comctl32.dll", functions: [17, "ImageList_Add", 8] },
] as const;
const COMPANIES = ["Acme", "Orchid & Co", "Nobody"];

function peSpec(random: Random, sections: readonly PeSection[], overlay: Uint8Array): PeSpec {
  const bits = random.pick([32, 64] as const);
  return {
    bits,
    timestamp: random.int(1_500_000_000, 1_700_000_000),
    characteristics: 0x22 | random.pick([0, 0x2000, 0x100]),
    subsystem: random.pick([2, 3]),
    dllCharacteristics: random.pick([0x8140, 0x8160, 0]),
    linkerVersion: [random.pick([6, 14]), random.int(0, 40)],
    osVersion: [random.int(4, 10), random.int(0, 2)],
    imageBase: random.pick([0x400000, 0x10000000]),
    checksum: random.int(0, 0xffff),
    ...(random.chance(0.6)
      ? {
          rich: {
            key: random.int(1, 0x7fffffff),
            entries: Array.from({ length: random.int(1, 4) }, (_, index) => ({
              tool: 0x83 + index,
              version: random.int(20000, 31000),
              count: random.int(1, 9),
            })),
          },
        }
      : {}),
    sections,
    overlay,
  };
}

function windowsProgram(random: Random, filler: Filler): WrittenFile {
  const bits = random.pick([32, 64] as const);
  const sections: PeSection[] = [{ name: ".text", characteristics: 0x60000020, content: filler() }];
  if (random.chance(0.5)) {
    sections.push({
      name: random.pick([".data", "UPX1", ".rdata"]),
      characteristics: 0xc0000040,
      content: filler(),
    });
  }
  const libraries = random.some(LIBRARIES, 0.6).map(({ library, functions }) => ({
    library,
    functions: [functions[0], ...random.some<string | number>(functions.slice(1), 0.6)],
  }));
  if (libraries.length > 0) sections.push(importSection(bits, libraries));
  if (random.chance(0.4)) {
    const names = random.some(["Alpha", "DllMain", "Register", "Start"], 0.7);
    sections.push(exportSection({ library: "sample.dll", timestamp: random.int(1, 2 ** 31), names }));
  }
  const version = { CompanyName: random.pick(COMPANIES), FileDescription: random.text(6, "abcdef ") };
  const hasResources = random.chance(0.5);
  if (hasResources) {
    sections.push(
      resourceSection([
        { type: 10, id: random.int(1, 300), language: random.pick([0x409, 0x407]), data: filler() },
        { type: 6, id: "NAMED", language: 0x409, data: random.bytes(20) },
        { type: 16, id: 1, language: 0x409, data: versionInfo(version) },
      ]),
    );
  }
  if (random.chance(0.4)) sections.push(debugSection(`C:\\build\\${random.text(5, "abcdef")}.pdb`));
  const spec = { ...peSpec(random, sections, random.chance(0.5) ? filler() : new Uint8Array()), bits };
  const file = peFile(spec);
  return { bytes: file.bytes, facts: [...file.facts, ...(hasResources ? versionFacts(version) : [])] };
}

function dotnetAssembly(random: Random, filler: Filler): WrittenFile {
  const version = (): Version => [random.int(0, 9), random.int(0, 9), random.int(0, 9999), random.int(0, 99)];
  const name = random.text(7, "ABCdefgh");
  return dotnetFile({
    pe: peSpec(random, [{ name: ".data", characteristics: 0xc0000040, content: filler() }], new Uint8Array()),
    runtime: random.pick(["v2.0.50727", "v4.0.30319"]),
    moduleName: `${name}.exe`,
    guid: random.bytes(16),
    assembly: { name, culture: random.pick(["", "en-GB", "de"]), version: version() },
    references: random
      .some(["mscorlib", "System.Core", "System.Xml"], 0.6)
      .map((reference) => ({ name: reference, token: random.bytes(8), version: version() })),
    moduleReferences: random.some(["kernel32.dll", "user32"], 0.5),
    classes: random
      .some(["Widget", "Program", "Loader"], 0.6)
      .map((each) => ({ namespace: name, name: each })),
    userStrings: Array.from({ length: random.int(1, 4) }, () => random.text(random.int(1, 40), "abcXYZ .!")),
    constants: Array.from({ length: random.int(0, 3) }, () => random.text(random.int(1, 12), "constan")),
    resources: Array.from({ length: random.int(0, 2) }, (_, index) => ({
      name: `r${index}.bin`,
      data: filler(),
    })),
  });
}

function elfProgram(random: Random, filler: Filler): WrittenFile {
  const symbols = (names: readonly string[]): ElfSymbol[] =>
    random.some(names, 0.6).map((name) => ({
      name,
      value: random.int(0x400000, 0x410000),
      size: random.int(0, 500),
      type: random.int(0, 2),
      bind: random.int(0, 2),
    }));
  return elfFile({
    bits: random.pick([32, 64] as const),
    littleEndian: random.chance(0.7),
    type: random.pick([2, 3]),
    machine: random.pick([3, 8, 20, 40, 62, 183]),
    sections: [
      { name: ".text", flags: 6, content: filler() },
      { name: random.pick([".rodata", ".data", ".note"]), flags: 2, content: filler() },
    ],
    symbols: symbols(["main", "helper", "_start", "buffer"]),
    dynamicSymbols: symbols(["puts", "socket", "malloc"]),
    dynamic: random.some<readonly [number, number]>(
      [
        [1, 5],
        [5, 0x400100],
        [12, random.int(1, 9999)],
      ],
      0.6,
    ),
  });
}

function machProgram(random: Random, filler: Filler): WrittenFile {
  const spec = (bits: 32 | 64, littleEndian: boolean): MachSpec => ({
    bits,
    littleEndian,
    cpuType: (bits === 64 ? 0x1000000 : 0) + random.pick([7, 12]),
    cpuSubtype: random.int(0, 9),
    fileType: random.pick([2, 6]),
    flags: random.pick([0x85, 0x200085]),
    segments: [
      {
        name: "__TEXT",
        protection: 5,
        sections: [
          { name: "__text", flags: 0x80000400, content: filler() },
          { name: "__cstring", flags: 2, content: random.bytes(9) },
        ],
      },
      { name: random.pick(["__DATA", "__LINKEDIT"]), protection: 3, sections: [] },
    ],
    ...(random.chance(0.7) ? { stackSize: random.int(0, 3) * 0x4000 } : {}),
  });
  if (random.chance(0.25)) return fatFile([spec(32, true), spec(64, true)]);
  return machFile(spec(random.pick([32, 64] as const), random.chance(0.8)));
}

function randomClasses(random: Random): DexClass[] {
  return ["Lcom/acme/Main;", "Lcom/acme/Util;", "Lorg/orchid/A;"].slice(0, random.int(1, 3)).map((name) => ({
    name,
    fields: random.some(["count", "key", "size", "token"], 0.5),
    methods: ["run", ...random.some(["<init>", "decrypt", "send"], 0.5)],
  }));
}

function zipArchive(random: Random, filler: Filler): WrittenFile {
  return zipFile(
    random.some(["a.txt", "classes.dex", "META-INF/MANIFEST.MF"], 0.7).map((name) => ({
      name,
      data: filler(),
      deflated: random.chance(0.5),
    })),
  );
}
