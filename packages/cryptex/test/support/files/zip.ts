/** Writes ZIP archives (PKWARE's APPNOTE): local headers, central directory; members stored or deflated. */
import { deflateRawSync } from "node:zlib";
import { ByteWriter } from "./byte-writer.ts";
import { facts, type WrittenFile } from "./fact.ts";

export interface ZipMember {
  readonly name: string;
  readonly data: Uint8Array;
  readonly deflated: boolean;
}

/** 1 January 2020, 00:00, in the format of MS-DOS. */
const DATE = (40 << 9) | (1 << 5) | 1;

export function zipFile(members: readonly ZipMember[]): WrittenFile {
  const out = new ByteWriter();
  const directory = new ByteWriter();
  for (const { name, data, deflated } of members) {
    const packed = deflated ? deflateRawSync(data) : data;
    const offset = out.length;
    const common = new ByteWriter().u16(20, 0, deflated ? 8 : 0, 0, DATE);
    common.u32(Bun.hash.crc32(data), packed.length, data.length).u16(name.length, 0);
    out.u32(0x04034b50).bytes(common.done()).text(name).bytes(packed);
    directory.u32(0x02014b50).u16(20).bytes(common.done());
    directory.u16(0, 0, 0).u32(0, offset).text(name);
  }
  const directoryAt = out.length;
  out.bytes(directory.done()).u32(0x06054b50).u16(0, 0, members.length, members.length);
  out.u32(directory.length, directoryAt).u16(0);
  return {
    bytes: out.done(),
    facts: facts("", {
      "uint32(filesize - 22)": 0x06054b50,
      "uint16(filesize - 12)": members.length,
      "uint32(filesize - 6)": directoryAt,
      ...(members.length === 0
        ? {}
        : { "uint32(0)": 0x04034b50, "uint16(8)": members[0]?.deflated === true ? 8 : 0 }),
    }),
  };
}
