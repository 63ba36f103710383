/** Writes archives, good ones and such that lie: every field of a ZIP file can be set to anything. */
import { deflateRawSync } from "node:zlib";

export function bytesOf(text: string): Uint8Array {
  return Buffer.from(text, "latin1");
}

export function joined(...parts: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts));
}

/** Fields of a header. */
interface ZipFields {
  readonly flags?: number;
  readonly method?: number;
  readonly crc?: number;
  readonly packedSize?: number;
  readonly size?: number;
  readonly name?: string;
  readonly extra?: Uint8Array;
}

export interface ZipMemberSpec extends ZipFields {
  readonly name: string;
  readonly content?: Uint8Array;
  /** In place of the content, packed. */
  readonly packed?: Uint8Array;
  /** 0 stores, 8 deflates. */
  readonly method?: number;
  /** Sizes behind the data. */
  readonly descriptor?: boolean;
  /** Local header that says something else than the central directory. */
  readonly local?: ZipFields;
  /** Mode of Unix. */
  readonly mode?: number;
  /** Offset in the central directory; where it is, if not given. */
  readonly offset?: number;
  /** Not in the central directory. */
  readonly isHidden?: boolean;
  /** Not in front of it. */
  readonly isAlone?: boolean;
}

export interface ZipSpec {
  readonly front?: Uint8Array;
  readonly comment?: Uint8Array;
  readonly behind?: Uint8Array;
  readonly count?: number;
  readonly wide?: boolean;
  /** Adds nothing for `front` to the offsets. */
  readonly offsetsWithoutFront?: boolean;
}

export function zip(members: readonly ZipMemberSpec[], spec: ZipSpec = {}): Uint8Array {
  const { front = new Uint8Array(0), comment = new Uint8Array(0), behind = new Uint8Array(0) } = spec;
  const parts: Uint8Array[] = [front];
  let at = front.length;
  const add = (part: Uint8Array) => {
    parts.push(part);
    at += part.length;
  };
  const entries: Uint8Array[] = [];
  for (const member of members) {
    const { content = new Uint8Array(0), method = 8, descriptor = false } = member;
    const packed = member.packed ?? (method === 8 ? deflateRawSync(content) : content);
    const fields = {
      flags: descriptor ? 8 : 0,
      method,
      crc: Bun.hash.crc32(content),
      packedSize: packed.length,
      size: content.length,
      extra: new Uint8Array(0),
      ...member,
    };
    const later = descriptor ? { crc: 0, packedSize: 0, size: 0 } : {};
    const offset = member.offset ?? at - (spec.offsetsWithoutFront ? front.length : 0);
    if (!member.isAlone) {
      add(localHeader({ ...fields, ...later, ...member.local }));
      add(packed);
      if (descriptor) add(numbers([4, 0x08074b50], [4, fields.crc], [4, packed.length], [4, fields.size]));
    }
    if (!member.isHidden) entries.push(centralHeader(fields, offset, member.mode));
  }
  const directory = at - (spec.offsetsWithoutFront ? front.length : 0);
  for (const entry of entries) add(entry);
  const size = entries.reduce((sum, { length }) => sum + length, 0);
  const count = spec.count ?? entries.length;
  if (spec.wide) {
    const end = at - (spec.offsetsWithoutFront ? front.length : 0);
    add(
      numbers(
        ...([
          [4, 0x06064b50],
          [8, 44],
          [2, 45],
          [2, 45],
          [4, 0],
          [4, 0],
        ] as const),
        ...([
          [8, count],
          [8, count],
          [8, size],
          [8, directory],
        ] as const),
      ),
    );
    add(numbers([4, 0x07064b50], [4, 0], [8, end], [4, 1]));
    add(
      numbers(
        [4, 0x06054b50],
        [2, 0],
        [2, 0],
        [2, 0xffff],
        [2, 0xffff],
        [4, 0xffffffff],
        [4, 0xffffffff],
        [2, 0],
      ),
    );
  } else {
    add(
      numbers(
        [4, 0x06054b50],
        [2, 0],
        [2, 0],
        [2, count],
        [2, count],
        [4, size],
        [4, directory],
        [2, comment.length],
      ),
    );
    add(comment);
  }
  add(behind);
  return joined(...parts);
}

function localHeader({
  flags = 0,
  method = 0,
  crc = 0,
  packedSize = 0,
  size = 0,
  name = "",
  extra = new Uint8Array(0),
}: ZipFields): Uint8Array {
  return joined(
    numbers([4, 0x04034b50], [2, 20], [2, flags], [2, method], [2, 0], [2, 0x5d21], [4, crc]),
    numbers([4, packedSize], [4, size], [2, name.length], [2, extra.length]),
    bytesOf(name),
    extra,
  );
}

function centralHeader(
  {
    flags = 0,
    method = 0,
    crc = 0,
    packedSize = 0,
    size = 0,
    name = "",
    extra = new Uint8Array(0),
  }: ZipFields,
  offset: number,
  mode = 0,
): Uint8Array {
  return joined(
    numbers(
      [4, 0x02014b50],
      [1, 20],
      [1, mode === 0 ? 0 : 3],
      [2, 20],
      [2, flags],
      [2, method],
      [2, 0],
      [2, 0x5d21],
    ),
    numbers(
      [4, crc],
      [4, packedSize],
      [4, size],
      [2, name.length],
      [2, extra.length],
      [2, 0],
      [2, 0],
      [2, 0],
    ),
    numbers([4, (mode << 16) >>> 0], [4, offset]),
    bytesOf(name),
    extra,
  );
}

/** Little-endian numbers of so many bytes. */
export function numbers(...fields: readonly (readonly [width: number, value: number])[]): Uint8Array {
  const bytes: number[] = [];
  for (const [width, value] of fields) {
    let rest = BigInt(value);
    for (let i = 0; i < width; i++, rest >>= 8n) bytes.push(Number(rest & 0xffn));
  }
  return Uint8Array.from(bytes);
}

export interface TarMemberSpec {
  readonly name: string;
  readonly content?: Uint8Array;
  /** Type flag; "0" is a file. */
  readonly type?: string;
  readonly link?: string;
  /** Stated, in place of that of the content. */
  readonly size?: number;
  /** pax records before it. */
  readonly pax?: Readonly<Record<string, string>>;
}

const BLOCK = 512;

/** @param end blocks of zeros behind the last member */
export function tar(members: readonly TarMemberSpec[], end = 2): Uint8Array {
  const parts = members.flatMap((member) => [
    ...paxHeader(member),
    tarHeader(member),
    padded(member.content),
  ]);
  return joined(...parts, new Uint8Array(end * BLOCK));
}

export function tarHeader({
  name,
  content,
  type = "0",
  link = "",
  size = content?.length ?? 0,
}: TarMemberSpec): Uint8Array {
  const header = Buffer.alloc(BLOCK);
  header.write(name, 0, 100, "latin1");
  header.write("0000644\0", 100);
  header.write("0000000\0", 108);
  header.write("0000000\0", 116);
  header.write(`${size.toString(8).padStart(11, "0")}\0`, 124);
  header.write("00000000000\0", 136);
  header.write("        ", 148);
  header.write(type, 156);
  header.write(link, 157, 100, "latin1");
  header.write("ustar\x0000", 257, "latin1");
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148);
  return header;
}

function paxHeader({ pax }: TarMemberSpec): Uint8Array[] {
  if (!pax) return [];
  const records = Object.entries(pax).map(([key, value]) => {
    const rest = ` ${key}=${value}\n`;
    // The length counts its own digits.
    let length = rest.length + 1;
    while (`${length}${rest}`.length !== length) length = `${length}${rest}`.length;
    return `${length}${rest}`;
  });
  const content = bytesOf(records.join(""));
  return [tarHeader({ name: "pax", type: "x", content }), padded(content)];
}

function padded(content: Uint8Array = new Uint8Array(0)): Uint8Array {
  return joined(content, new Uint8Array((BLOCK - (content.length % BLOCK)) % BLOCK));
}

/** A frame of zstd with blocks of one repeated byte: four bytes for 128 KiB each. RFC 8878. */
export function zstdOfZeros(blocks: number, windowLog = 17): Uint8Array {
  const block = 128 * 1024;
  const header = numbers([4, 0xfd2fb528], [1, 0], [1, (windowLog - 10) << 3]);
  const parts = Array.from({ length: blocks }, (_, index) =>
    numbers([3, (block << 3) | (1 << 1) | (index === blocks - 1 ? 1 : 0)], [1, 0]),
  );
  return joined(header, ...parts);
}
