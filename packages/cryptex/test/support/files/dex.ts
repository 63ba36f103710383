/** Writes Dalvik executables (Android's "Dalvik Executable format", version 035): classes with static fields and empty direct methods. */
import { createHash } from "node:crypto";
import { ByteWriter } from "./byte-writer.ts";
import { type Fact, facts, type WrittenFile } from "./fact.ts";

export interface DexClass {
  /** A descriptor: `Lcom/example/Main;`. */
  readonly name: string;
  /** Their type is int. */
  readonly fields: readonly string[];
  /** Without arguments and result. */
  readonly methods: readonly string[];
}

const HEADER_SIZE = 0x70;
const STATIC = 8;
const PUBLIC = 1;

export function dexFile(classes: readonly DexClass[]): WrittenFile {
  const strings = [
    ...new Set(["I", "V", ...classes.flatMap(({ name, fields, methods }) => [name, ...fields, ...methods])]),
  ].sort();
  const types = ["I", "V", ...classes.map(({ name }) => name)].sort();
  const stringOf = (text: string) => strings.indexOf(text);
  const typeOf = (name: string) => types.indexOf(name);
  const sorted = [...classes].sort((a, b) => (a.name < b.name ? -1 : 1));
  const fields = sorted.flatMap(({ name, fields: own }) => [...own].sort().map((field) => ({ name, field })));
  const methods = sorted.flatMap(({ name, methods: own }) =>
    [...own].sort().map((method) => ({ name, method })),
  );

  const sizes = [strings.length, types.length, 1, fields.length, methods.length, sorted.length];
  const rowSizes = [4, 4, 12, 8, 8, 32];
  const offsets: number[] = [];
  let at = HEADER_SIZE;
  sizes.forEach((size, index) => {
    offsets.push(at);
    at += size * (rowSizes[index] ?? 0);
  });
  const dataAt = at;

  const data = new ByteWriter();
  const stringOffsets = strings.map((text) => {
    const offset = dataAt + data.length;
    data.bytes(uleb128(text.length)).text(`${text}\0`);
    return offset;
  });
  const classOffsets = sorted.map(({ name, fields: ownFields, methods: ownMethods }) => {
    const offset = dataAt + data.length;
    for (const size of [ownFields.length, 0, ownMethods.length, 0]) data.bytes(uleb128(size));
    for (const difference of differences(fields, name))
      data.bytes(uleb128(difference)).bytes(uleb128(STATIC));
    for (const difference of differences(methods, name)) {
      data
        .bytes(uleb128(difference))
        .bytes(uleb128(STATIC | PUBLIC))
        .bytes(uleb128(0));
    }
    return offset;
  });
  const mapAt = dataAt + data.align(4).length;
  data.u32(1).u16(0, 0).u32(1, 0);

  const out = new ByteWriter()
    .text("dex\n035\0")
    .padTo(32)
    .u32(dataAt + data.length, HEADER_SIZE, 0x12345678, 0, 0, mapAt);
  for (const [index, size] of sizes.entries()) out.u32(size, size === 0 ? 0 : (offsets[index] ?? 0));
  out.u32(data.length, dataAt).u32(...stringOffsets, ...types.map(stringOf));
  out.u32(stringOf("V"), typeOf("V"), 0);
  for (const { name, field } of fields) out.u16(typeOf(name), typeOf("I")).u32(stringOf(field));
  for (const { name, method } of methods) out.u16(typeOf(name), 0).u32(stringOf(method));
  sorted.forEach(({ name }, index) => {
    out.u32(typeOf(name), PUBLIC, 0xffffffff, 0, 0xffffffff, 0, classOffsets[index] ?? 0, 0);
  });
  const bytes = out.bytes(data.done()).done();
  const signature = createHash("sha1").update(bytes.subarray(32)).digest();
  bytes.set(signature, 12);
  const checksum = adler32(bytes.subarray(12));
  new DataView(bytes.buffer).setUint32(8, checksum, true);

  return {
    bytes,
    facts: [
      ...facts("dex.header.", {
        checksum,
        file_size: bytes.length,
        header_size: HEADER_SIZE,
        map_offset: mapAt,
        string_ids_size: strings.length,
        type_ids_size: types.length,
        field_ids_size: fields.length,
        method_ids_size: methods.length,
        class_defs_size: sorted.length,
        data_offset: dataAt,
      }),
      ...facts("dex.header.", { magic: "dex\n035\0", signature: signature.toString("latin1") }).map(
        (fact) => ({
          ...fact,
          differs: "dex-texts-with-zeros",
        }),
      ),
      ...facts("dex.", {
        number_of_fields: fields.length,
        number_of_methods: methods.length,
        "map_list.size": 1,
        'has_class("Lno/such/Class;")': false,
      }),
      ...strings.flatMap((value, index) =>
        facts(`dex.string_ids[${index}].`, { value, size: value.length, offset: stringOffsets[index] ?? 0 }),
      ),
      ...types.flatMap((type, index) => facts(`dex.type_ids[${index}].`, { descriptor_idx: stringOf(type) })),
      ...fields.flatMap(({ name, field }, index) =>
        facts(`dex.field[${index}].`, { class_name: name, name: field, access_flags: STATIC }),
      ),
      ...methods.flatMap(({ name, method }, index): Fact[] => [
        ...facts(`dex.method[${index}].`, {
          class_name: name,
          name: method,
          proto: "V",
          access_flags: STATIC | PUBLIC,
        }),
        ...facts("dex.", {
          [`has_method("${method}")`]: true,
          [`has_method("${name}", "${method}")`]: true,
          [`has_class("${name}")`]: true,
        }),
      ]),
    ],
  };
}

/** Numbers of the members of a class: the first as it is, the others as steps. */
function differences(all: readonly { readonly name: string }[], name: string): number[] {
  const own = [...all.keys()].filter((index) => all[index]?.name === name);
  return own.map((index, at) => index - (own[at - 1] ?? 0));
}

function uleb128(value: number): Uint8Array {
  return value < 0x80 ? Uint8Array.of(value) : Uint8Array.of((value & 0x7f) | 0x80, value >> 7);
}

function adler32(bytes: Uint8Array): number {
  let low = 1;
  let high = 0;
  for (const byte of bytes) {
    low = (low + byte) % 65521;
    high = (high + low) % 65521;
  }
  return ((high << 16) | low) >>> 0;
}
