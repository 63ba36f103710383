/**
 * Where the members of a ZIP file are: APPNOTE.TXT 6.3. Programs differ in what they see where its parts contradict each other, which
 * hostile files make use of. So both lists of members are read, that of the central directory and that of the local headers, and what
 * they disagree on is said. Offsets are of the bytes given.
 */

/** Members, and in words contradictions and gaps. */
export interface ZipStructure {
  readonly members: Iterable<ZipMember>;
  /** By which some of it may not have been seen. */
  readonly faults: readonly string[];
  readonly notes: readonly string[];
}

export interface ZipMember {
  /** Binary string. */
  readonly name: string;
  readonly method: number;
  readonly isEncrypted: boolean;
  readonly crc: number | undefined;
  /** Undefined where only the end of the packed data tells it. */
  readonly packedSize: number | undefined;
  readonly size: number | undefined;
  /** Where the packed data begin; undefined where there is no local header. */
  readonly data: number | undefined;
  /** Type bits of the mode, where a Unix made it. */
  readonly type: number | undefined;
  readonly faults: readonly string[];
  readonly notes: readonly string[];
}

const LOCAL = "PK\x03\x04";
const LOCAL_BYTES = 30;
const CENTRAL = 0x02014b50;
const CENTRAL_BYTES = 46;
const END = "PK\x05\x06";
const END_BYTES = 22;
const END64 = 0x06064b50;
const LOCATOR64 = 0x07064b50;
const LOCATOR64_BYTES = 20;
const DESCRIPTOR = 0x08074b50;

const FLAG = { encrypted: 1, sizesBehind: 8, strong: 64, hiddenNames: 8192 } as const;
const METHOD_AES = 99;
const NARROW = 0xffff_ffff;

/** The end of the central directory. */
interface End {
  readonly at: number;
  /** First byte behind its comment. */
  readonly behind: number;
  /** First byte of the directory. */
  readonly directory: number;
  /** First byte behind it. */
  readonly limit: number;
  /** Added to the offsets that stand in it: other bytes may have been put in front. */
  readonly base: number;
  readonly stated: number;
  readonly faults: readonly string[];
}

/** Marks of an end that are looked at. A hostile file may hold any number. */
const MOST_ENDS = 100_000;

/** Finds the last end of a central directory that fits what is before it. @param within bytes from the end */
export function endOfZip(bytes: Uint8Array, within = bytes.length): End | undefined {
  const buffer = asBuffer(bytes);
  const first = Math.max(0, bytes.length - within);
  let at = bytes.length;
  for (let tries = 0; tries < MOST_ENDS && at > 0; tries++) {
    at = buffer.lastIndexOf(END, at - 1, "latin1");
    if (at < first) break;
    const end = at + END_BYTES <= bytes.length ? readEnd(buffer, at) : undefined;
    if (end) return end;
  }
  return undefined;
}

function readEnd(buffer: Buffer, at: number): End | undefined {
  const faults: string[] = [];
  const [disk, diskOfDirectory] = [buffer.readUInt16LE(at + 4), buffer.readUInt16LE(at + 6)];
  let stated = buffer.readUInt16LE(at + 10);
  let size = buffer.readUInt32LE(at + 12);
  let offset = buffer.readUInt32LE(at + 16);
  let limit = at;
  const wide = end64(buffer, at, offset === NARROW || size === NARROW || stated === 0xffff);
  if (wide) ({ stated, size, offset, limit } = wide);
  if ((disk !== 0 || diskOfDirectory !== 0) && !(wide && disk === 0xffff)) {
    faults.push("it is one of several volumes, and the others are not here");
  }
  const behind = at + END_BYTES + buffer.readUInt16LE(at + 20);
  // Most often nothing stands between the directory and its end; else the offset is that of the file.
  const isEmpty = (directory: number) => stated === 0 && directory === limit;
  const candidates = [limit - size, offset]
    .filter((directory) => directory >= 0 && (isEntry(buffer, directory, limit) || isEmpty(directory)))
    .map((directory) => ({ at, behind, directory, limit, base: directory - offset, stated, faults }));
  // Either of its numbers may be wrong: what leads to a member is right.
  return candidates.find((end) => isEmpty(end.directory) || leadsToMember(buffer, end)) ?? candidates[0];
}

function isEntry(buffer: Buffer, at: number, limit: number): boolean {
  return at + CENTRAL_BYTES <= limit && buffer.readUInt32LE(at) === CENTRAL;
}

function leadsToMember(buffer: Buffer, { directory, limit, base }: End): boolean {
  const [first] = centralFields(buffer, directory, limit) ?? [];
  return first !== undefined && localHeader(buffer, base + first.offset!) !== undefined;
}

/** Reads the end of a file with sizes of 64 bits, if there is one. */
function end64(buffer: Buffer, at: number, isWanted: boolean) {
  const locator = at - LOCATOR64_BYTES;
  if (!isWanted || locator < 0 || buffer.readUInt32LE(locator) !== LOCATOR64) return undefined;
  const stated = wide(buffer, locator + 8);
  // It stands right before its locator, unless it has an extension. Where bytes were put in front, its place is off by as many.
  for (const place of [locator - 56, stated]) {
    if (!Number.isSafeInteger(place) || place < 0 || place + 56 > locator) continue;
    if (buffer.readUInt32LE(place) !== END64) continue;
    return {
      stated: wide(buffer, place + 32),
      size: wide(buffer, place + 40),
      offset: wide(buffer, place + 48),
      limit: place,
    };
  }
  return undefined;
}

/** A number of 64 bits; above 2^53 it is inexact, and far beyond every file. */
function wide(buffer: Buffer, at: number): number {
  return Number(buffer.readBigUInt64LE(at));
}

/** Reads both lists of members. @param most members of the central directory that are looked at */
export function zipStructure(bytes: Uint8Array, most: number): ZipStructure {
  const buffer = asBuffer(bytes);
  const end = endOfZip(bytes);
  if (!end) {
    return {
      members: localMembers(buffer, [[0, bytes.length]], []),
      faults: ["it has no central directory: truncated or damaged. Its members were looked for"],
      notes: [],
    };
  }
  const entries = centralEntries(buffer, end, most);
  const faults = [...end.faults];
  const isNarrow = end.stated < 0xffff;
  if (entries.length === most)
    faults.push(`no more than ${most} members of its central directory are looked at`);
  else if (
    isNarrow
      ? entries.length % 0x10000 !== end.stated
      : entries.length !== end.stated && end.stated !== 0xffff
  ) {
    faults.push(`its central directory has ${entries.length} members, and by its end ${end.stated}`);
  }
  const covered = cover(entries);
  if (covered.overlaps > 0) {
    faults.push(`${covered.overlaps} of its members overlap others, as they do in a bomb`);
  }
  const gaps = gapsOf(covered.ranges, end.directory);
  const behind = bytes.length - end.behind;
  return {
    members: both(entries, localMembers(buffer, gaps, ["the central directory does not name it"])),
    faults,
    notes: strayNotes(buffer, gaps, behind),
  };
}

function* both(first: Iterable<ZipMember>, second: Iterable<ZipMember>): Generator<ZipMember> {
  yield* first;
  yield* second;
}

type Range = readonly [from: number, to: number];

interface CentralEntry extends ZipMember {
  /** From the local header to behind the data; undefined without a local header. */
  readonly range: Range | undefined;
}

function centralEntries(buffer: Buffer, { directory, limit, base }: End, most: number): CentralEntry[] {
  const entries: CentralEntry[] = [];
  for (let at = directory; entries.length < most; ) {
    const read = centralFields(buffer, at, limit);
    if (!read) break;
    const [fields, next] = read;
    const type = buffer[at + 5] === 3 ? buffer.readUInt16LE(at + 40) & 0o170000 || undefined : undefined;
    entries.push(centralEntry(buffer, fields, base, type));
    at = next;
  }
  return entries;
}

/** Reads an entry of the central directory. Returns where the next one is, too; undefined where there is none. */
function centralFields(buffer: Buffer, at: number, limit: number): [Fields, next: number] | undefined {
  if (!isEntry(buffer, at, limit)) return undefined;
  const nameEnd = at + CENTRAL_BYTES + buffer.readUInt16LE(at + 28);
  const extraEnd = nameEnd + buffer.readUInt16LE(at + 30);
  if (extraEnd > limit) return undefined;
  const fields = {
    flags: buffer.readUInt16LE(at + 8),
    method: buffer.readUInt16LE(at + 10),
    crc: buffer.readUInt32LE(at + 16),
    packedSize: buffer.readUInt32LE(at + 20),
    size: buffer.readUInt32LE(at + 24),
    offset: buffer.readUInt32LE(at + 42),
    name: buffer.toString("latin1", at + CENTRAL_BYTES, nameEnd),
  };
  widen(buffer, [nameEnd, extraEnd], fields);
  return [fields, extraEnd + buffer.readUInt16LE(at + 32)];
}

interface Fields {
  flags: number;
  method: number;
  crc: number;
  packedSize: number;
  size: number;
  offset?: number;
  name: string;
}

/** Takes the sizes of 64 bits (4.5.3): each stands there only if its narrow field is full. */
function widen(buffer: Buffer, [from, to]: Range, fields: Fields): void {
  for (let at = from; at + 4 <= to; ) {
    const end = at + 4 + buffer.readUInt16LE(at + 2);
    if (end > to) return;
    if (buffer.readUInt16LE(at) === 1) {
      let next = at + 4;
      for (const field of ["size", "packedSize", "offset"] as const) {
        if (fields[field] !== NARROW || next + 8 > end) continue;
        fields[field] = wide(buffer, next);
        next += 8;
      }
      return;
    }
    at = end;
  }
}

function centralEntry(buffer: Buffer, central: Fields, base: number, type: number | undefined): CentralEntry {
  const { name, method, crc, size, packedSize } = central;
  const isEncrypted = (central.flags & (FLAG.encrypted | FLAG.strong)) !== 0 || method === METHOD_AES;
  const facts = { name, method, crc, size, packedSize, type };
  const at = base + central.offset!;
  const local = localHeader(buffer, at);
  if (!local) {
    const faults = ["there is no local header where the central directory says"];
    return { ...facts, isEncrypted, data: undefined, range: undefined, faults, notes: [] };
  }
  const faults = contradictions(central, local.fields);
  if (local.data + packedSize > buffer.length)
    faults.push("truncated: its data end behind the end of the archive");
  const notes =
    local.fields.name === name
      ? []
      : [`its local header names it ${quoted(local.fields.name)}, and the central directory as here`];
  const end = Math.min(local.data + packedSize, buffer.length);
  return {
    ...facts,
    isEncrypted: isEncrypted || (local.fields.flags & FLAG.encrypted) !== 0,
    data: local.data,
    range: [at, descriptorEnd(buffer, end)],
    faults,
    notes,
  };
}

/** Passes a data descriptor (4.3.9) behind the data, if its mark is there. One without is among the gaps that are too small to be said. */
function descriptorEnd(buffer: Buffer, at: number): number {
  const isMarked = at + 4 <= buffer.length && buffer.readUInt32LE(at) === DESCRIPTOR;
  return isMarked ? Math.min(buffer.length, at + 16) : at;
}

/** Names fields of a local header that are there and say something else. Those of a member whose sizes stand behind it may be zero. */
function contradictions(central: Fields, local: Fields): string[] {
  const isLater = (local.flags & FLAG.sizesBehind) !== 0;
  const differ = (["method", "crc", "packedSize", "size"] as const).filter(
    (field) => local[field] !== central[field] && !(isLater && field !== "method" && isUnset(local[field])),
  );
  if (((central.flags ^ local.flags) & FLAG.encrypted) !== 0)
    return ["central directory and local header disagree on its encryption"];
  if (differ.length === 0) return [];
  const words = differ.map((field) => `${WORDS[field]} (${central[field]}, ${local[field]})`);
  return [
    `central directory and local header disagree on its ${words.join(", ")}: other programs may see other content`,
  ];
}

function isUnset(value: number): boolean {
  return value === 0 || value === NARROW;
}

const WORDS = { method: "method", crc: "CRC", packedSize: "packed size", size: "size" } as const;

interface LocalHeader {
  readonly fields: Fields;
  readonly data: number;
}

function localHeader(buffer: Buffer, at: number): LocalHeader | undefined {
  if (!(at >= 0) || at + LOCAL_BYTES > buffer.length || buffer.toString("latin1", at, at + 4) !== LOCAL)
    return undefined;
  const nameEnd = at + LOCAL_BYTES + buffer.readUInt16LE(at + 26);
  const data = nameEnd + buffer.readUInt16LE(at + 28);
  if (data > buffer.length) return undefined;
  const fields: Fields = {
    flags: buffer.readUInt16LE(at + 6),
    method: buffer.readUInt16LE(at + 8),
    crc: buffer.readUInt32LE(at + 14),
    packedSize: buffer.readUInt32LE(at + 18),
    size: buffer.readUInt32LE(at + 22),
    name: buffer.toString("latin1", at + LOCAL_BYTES, nameEnd),
  };
  widen(buffer, [nameEnd, data], fields);
  return { fields, data };
}

/** Joins the members' ranges. An overlap is a member that begins before one that stands before it ends. */
function cover(entries: readonly CentralEntry[]): {
  readonly ranges: readonly Range[];
  readonly overlaps: number;
} {
  const sorted = entries.flatMap(({ range }) => (range ? [range] : [])).sort(([a], [b]) => a - b);
  const ranges: Range[] = [];
  let overlaps = 0;
  let last: [number, number] | undefined;
  for (const [from, to] of sorted) {
    if (last && from < last[1]) overlaps++;
    if (last && from <= last[1]) last[1] = Math.max(last[1], to);
    else {
      last = [from, to];
      ranges.push(last);
    }
  }
  return { ranges, overlaps };
}

function gapsOf(covered: readonly Range[], end: number): Range[] {
  const gaps: Range[] = [];
  let at = 0;
  for (const [from, to] of covered) {
    if (from > at) gaps.push([at, Math.min(from, end)]);
    at = Math.max(at, to);
  }
  if (end > at) gaps.push([at, end]);
  return gaps.filter(([from, to]) => to > from);
}

/** Says where bytes stand that belong to no member. Zeros are padding, and a data descriptor has up to 24 bytes. */
function strayNotes(buffer: Buffer, gaps: readonly Range[], behind: number): string[] {
  const places = new Map<string, number>();
  for (const [from, to] of gaps) {
    const count = to - from;
    if (from > 0 && count <= 24) continue;
    if (isZero(buffer.subarray(from, to))) continue;
    const where = from === 0 ? "before its first member" : "between its members";
    places.set(where, (places.get(where) ?? 0) + count);
  }
  if (behind > 0) places.set("behind its end", behind);
  return [...places].map(
    ([where, count]) =>
      `${count} bytes ${where} are in none that its central directory names: they are scanned as part of the archive`,
  );
}

function isZero(bytes: Uint8Array): boolean {
  return bytes.every((byte) => byte === 0);
}

/** Finds members by their local headers alone, in stretches that no member of the central directory takes. */
function* localMembers(
  buffer: Buffer,
  ranges: readonly Range[],
  notes: readonly string[],
): Generator<ZipMember> {
  for (const [from, to] of ranges) {
    let at = from;
    for (;;) {
      at = buffer.indexOf(LOCAL, at, "latin1");
      if (at < 0 || at >= to) break;
      const local = localHeader(buffer, at);
      if (!local || !isPlausible(local)) {
        at += 4;
        continue;
      }
      const { fields, data } = local;
      const areBehind = (fields.flags & FLAG.sizesBehind) !== 0 && isUnset(fields.packedSize);
      const packedSize = areBehind ? undefined : fields.packedSize;
      const isCut = packedSize !== undefined && data + packedSize > to;
      yield {
        name: fields.name,
        method: fields.method,
        isEncrypted: (fields.flags & (FLAG.encrypted | FLAG.strong)) !== 0 || fields.method === METHOD_AES,
        crc: areBehind ? undefined : fields.crc,
        packedSize: packedSize === undefined ? undefined : Math.min(packedSize, to - data),
        size: areBehind ? undefined : fields.size,
        data,
        type: undefined,
        faults: isCut ? ["truncated: its data end behind the end of the archive"] : [],
        notes,
      };
      // Where its length is not known, the next header is looked for in its data, too: too many members are better than too few.
      at = packedSize === undefined || isCut ? data : data + packedSize;
    }
  }
}

/** Four bytes alone may stand anywhere. The version has been at most 6.3 since 2006. */
function isPlausible({ fields }: LocalHeader): boolean {
  return fields.name !== "" && (fields.method <= 20 || (fields.method >= 93 && fields.method <= 99));
}

function quoted(name: string): string {
  return JSON.stringify(Buffer.from(name.slice(0, 200), "latin1").toString());
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
}
