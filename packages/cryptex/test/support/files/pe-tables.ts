/** Sections of Windows programs that hold the tables of directories: imports, exports, resources with version information, debug. */
import { createHash } from "node:crypto";
import { ByteWriter } from "./byte-writer.ts";
import { type Fact, facts } from "./fact.ts";
import { DIRECTORY, type PeSection } from "./pe.ts";

const READ_ONLY_DATA = 0x40000040;

export interface ImportedLibrary {
  readonly library: string;
  /** Names, or ordinals; no ordinals of ws2_32 and oleaut32, which the import hash turns into names. */
  readonly functions: readonly (string | number)[];
}

/** Import directory: a descriptor a library, each with a table of 32 or 64-bit entries. */
export function importSection(bits: 32 | 64, libraries: readonly ImportedLibrary[]): PeSection {
  return {
    name: ".idata",
    characteristics: READ_ONLY_DATA,
    content: (rva) => {
      const entrySize = bits / 8;
      const descriptorsSize = 20 * (libraries.length + 1);
      const thunks = libraries.reduce((count, { functions }) => count + functions.length + 1, 0);
      const tablesSize = thunks * entrySize;
      // Descriptors, lookup tables, address tables (the same words again), then names.
      const out = new ByteWriter();
      const names = new ByteWriter();
      const namesAt = rva + descriptorsSize + 2 * tablesSize;
      const words: bigint[] = [];
      for (const { library, functions } of libraries) {
        const table = words.length * entrySize;
        const libraryAt = namesAt + names.length;
        names.text(`${library}\0`).align(2);
        for (const name of functions) {
          if (typeof name === "number") words.push((1n << BigInt(bits - 1)) | BigInt(name));
          else {
            words.push(BigInt(namesAt + names.length));
            names.u16(0).text(`${name}\0`).align(2);
          }
        }
        words.push(0n);
        out.u32(rva + descriptorsSize + table, 0, 0, libraryAt, rva + descriptorsSize + tablesSize + table);
      }
      out
        .padTo(descriptorsSize)
        .word(bits, ...words, ...words)
        .bytes(names.done());
      return {
        bytes: out.done(),
        directories: [{ index: DIRECTORY.import, rva, size: descriptorsSize }],
        facts: importFacts(libraries),
      };
    },
  };
}

function importFacts(libraries: readonly ImportedLibrary[]): Fact[] {
  const hashed = libraries.flatMap(({ library, functions }) =>
    functions.map((name) => {
      const stem = library.replace(/\.(dll|ocx|sys)$/i, "");
      return `${stem}.${typeof name === "number" ? `ord${name}` : name}`.toLowerCase();
    }),
  );
  return [
    ...facts("pe.", {
      number_of_imports: libraries.length,
      "imphash()": createHash("md5").update(hashed.join(",")).digest("hex"),
      'imports("absent.dll")': false,
      'imports("absent.dll", "Nothing")': false,
    }),
    ...libraries.flatMap(({ library, functions }, index) => [
      ...importDetails(index, { library, functions }),
      ...facts("pe.", { [`imports("${library}")`]: functions.length }),
      ...functions.flatMap((name) =>
        typeof name === "number"
          ? facts("pe.", { [`imports("${library}", ${name})`]: true })
          : facts("pe.", {
              [`imports("${library.toUpperCase()}", "${name}")`]: true,
              [`imports(/${library.slice(0, 3)}/i, /${name.slice(-3)}$/)`]: true,
            }),
      ),
    ]),
  ];
}

function importDetails(index: number, { library, functions }: ImportedLibrary): Fact[] {
  const details = facts(`pe.import_details[${index}].`, {
    library_name: library,
    number_of_functions: functions.length,
    ...Object.fromEntries(
      functions.map((name, at) => [
        `functions[${at}].${typeof name === "number" ? "ordinal" : "name"}`,
        name,
      ]),
    ),
  });
  return index === 0 ? details : details.map((fact) => ({ ...fact, differs: "pe-import-details" }));
}

export interface Exports {
  readonly library: string;
  readonly timestamp: number;
  /** Sorted, as loaders want them. */
  readonly names: readonly string[];
}

/** Export directory: as many functions as names, ordinals from 1, all at the first byte of the first section. */
export function exportSection({ library, timestamp, names }: Exports): PeSection {
  return {
    name: ".edata",
    characteristics: READ_ONLY_DATA,
    content: (rva) => {
      const functionsAt = rva + 40;
      const namesAt = functionsAt + 4 * names.length;
      const ordinalsAt = namesAt + 4 * names.length;
      const textAt = ordinalsAt + 2 * names.length;
      const text = new ByteWriter().text(`${library}\0`);
      const pointers = names.map((name) => {
        const at = textAt + text.length;
        text.text(`${name}\0`);
        return at;
      });
      const out = new ByteWriter().u32(0, timestamp).u16(0, 0).u32(textAt, 1);
      out.u32(names.length, names.length, functionsAt, namesAt, ordinalsAt);
      out.u32(...names.map(() => 0x1000), ...pointers).u16(...names.keys());
      const bytes = out.bytes(text.done()).done();
      return {
        bytes,
        directories: [{ index: DIRECTORY.export, rva, size: bytes.length }],
        facts: [
          ...facts("pe.", {
            number_of_exports: names.length,
            dll_name: library,
            export_timestamp: timestamp,
            'exports("NoSuchExport")': false,
          }),
          ...names.flatMap((name, index) =>
            facts("pe.", {
              [`exports("${name}")`]: true,
              [`exports(/^${name.slice(0, 4)}/)`]: true,
              [`exports(${1 + index})`]: true,
              [`exports_index("${name}")`]: index,
              [`export_details[${index}].name`]: name,
              [`export_details[${index}].ordinal`]: 1 + index,
            }),
          ),
        ],
      };
    },
  };
}

export interface Resource {
  readonly type: number;
  /** A number, or a name. */
  readonly id: number | string;
  readonly language: number;
  readonly data: Uint8Array;
}

/** Resource directory of three levels: type, id, language. Each resource has branches of its own. */
export function resourceSection(resources: readonly Resource[]): PeSection {
  return {
    name: ".rsrc",
    characteristics: READ_ONLY_DATA,
    content: (rva, offset) => {
      const rootSize = 16 + 8 * resources.length;
      const branchSize = 24 + 24 + 16;
      const textAt = rootSize + branchSize * resources.length;
      const text = new ByteWriter();
      const table = (named: number, numbered: number) =>
        new ByteWriter().u32(0, 0).u16(4, 0, named, numbered).done();
      const out = new ByteWriter().bytes(table(0, resources.length));
      resources.forEach(({ type }, index) => {
        out.u32(type, 0x80000000 + rootSize + branchSize * index);
      });
      const places = resources.map(({ id, language, data }, index) => {
        const branch = rootSize + branchSize * index;
        const named = typeof id === "string";
        out.bytes(table(named ? 1 : 0, named ? 0 : 1));
        out.u32(named ? 0x80000000 + textAt + text.length : id, 0x80000000 + branch + 24);
        if (named) text.u16(id.length).bytes(Buffer.from(id, "utf16le")).align(4);
        out.bytes(table(0, 1)).u32(language, branch + 48);
        const at = textAt + text.length;
        text.bytes(data).align(4);
        out.u32(rva + at, data.length, 0, 0);
        return at;
      });
      const bytes = out.bytes(text.done()).done();
      return {
        bytes,
        directories: [{ index: DIRECTORY.resource, rva, size: bytes.length }],
        facts: [
          ...facts("pe.", { number_of_resources: resources.length, "resource_version.major": 4 }),
          ...resources.flatMap(({ type, id, language, data }, index) => [
            ...facts(`pe.resources[${index}].`, {
              type,
              language,
              length: data.length,
              offset: offset + (places[index] ?? 0),
              ...(typeof id === "number"
                ? { id }
                : { name_string: Buffer.from(id, "utf16le").toString("latin1") }),
            }),
            ...facts("pe.", {
              [`language(${language & 0xff})`]: true,
              [`locale(${language})`]: true,
            }),
          ]),
        ],
      };
    },
  };
}

/** VS_VERSIONINFO with one table of strings. */
export function versionInfo(values: Readonly<Record<string, string>>): Uint8Array {
  const node = (
    key: string,
    value: Uint8Array,
    valueLength: number,
    isText: boolean,
    children: Uint8Array,
  ) => {
    const out = new ByteWriter().u16(0, valueLength, isText ? 1 : 0);
    out.bytes(Buffer.from(`${key}\0`, "utf16le")).align(4);
    out.bytes(value).align(4).bytes(children);
    const bytes = out.done();
    new DataView(bytes.buffer).setUint16(0, bytes.length, true);
    return new ByteWriter().bytes(bytes).align(4).done();
  };
  const none = new Uint8Array();
  const strings = Object.entries(values).map(([key, value]) =>
    node(key, Buffer.from(`${value}\0`, "utf16le"), value.length + 1, true, none),
  );
  const table = node("040904b0", none, 0, true, Buffer.concat(strings));
  const fixed = new ByteWriter().u32(0xfeef04bd, 0x10000).padTo(52).done();
  return node("VS_VERSION_INFO", fixed, 52, false, node("StringFileInfo", none, 0, true, table));
}

export function versionFacts(values: Readonly<Record<string, string>>): Fact[] {
  return facts("pe.", {
    number_of_version_infos: Object.keys(values).length,
    ...Object.fromEntries(Object.entries(values).map(([key, value]) => [`version_info["${key}"]`, value])),
  });
}

/** Debug directory with one CodeView entry that names a PDB file. */
export function debugSection(pdbPath: string): PeSection {
  return {
    name: ".debug",
    characteristics: READ_ONLY_DATA,
    content: (rva, offset) => {
      const entry = new ByteWriter()
        .text("RSDS")
        .bytes(new Uint8Array(16))
        .u32(1)
        .text(`${pdbPath}\0`)
        .done();
      const out = new ByteWriter()
        .u32(0, 0)
        .u16(0, 0)
        .u32(2, entry.length, rva + 28, offset + 28);
      return {
        bytes: out.bytes(entry).done(),
        directories: [{ index: DIRECTORY.debug, rva, size: 28 }],
        facts: facts("pe.", { pdb_path: pdbPath }),
      };
    },
  };
}
