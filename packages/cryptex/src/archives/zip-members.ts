/** Reads the members of a ZIP file. Each is unpacked by itself, so that none depends on what stands before it. */
import { Content } from "./content.ts";
import type { Source } from "./machine.ts";
import { type Found, Names } from "./member.ts";
import {
  type ArchiveRequest,
  copyPiece,
  faultText,
  noted,
  overSize,
  overUnstatedSize,
  readContent,
  TimedOut,
  Watch,
} from "./reading.ts";
import { type ZipMember, zipStructure } from "./zip-structure.ts";

const FOLDER = 0o040000;
const SYMBOLIC_LINK = 0o120000;
/** A link's target is a path. A longer content that says it is a link is looked at as one. */
const MOST_TARGET = 4096;

/** @throws LimitReached; what the request's check throws */
export function* zipMembers(request: ArchiveRequest): Generator<Found, void> {
  const { bytes, work } = request;
  const { members, faults, notes } = zipStructure(bytes, work.budget.limits.members + 1);
  for (const reason of faults) yield { kind: "error", name: undefined, reason, complete: false };
  yield* noted(undefined, notes);
  const names = new Names();
  const watch = new Watch(request);
  for (const member of members) {
    work.takeMember();
    watch.begin();
    watch.check(0);
    const { name, notes } = names.take(member.name);
    yield* zipMember(request, watch, { ...member, name, notes: [...notes, ...member.notes] });
  }
}

function* zipMember(request: ArchiveRequest, watch: Watch, member: ZipMember): Generator<Found, void> {
  const { name, size, packedSize = Number.POSITIVE_INFINITY, type } = member;
  let { notes } = member;
  const { maxSize } = request;
  const isFolder = type === FOLDER || name.endsWith("/");
  if (isFolder && packedSize === 0) return;
  const faults = [...member.faults];
  let content: Content | undefined;
  if (member.isEncrypted) faults.unshift("encrypted");
  else if (member.data === undefined) faults.unshift("damaged");
  else if (size !== undefined && size > maxSize && couldBe(size, member)) {
    yield { kind: "skip", name, reason: [overSize(size, maxSize), ...faults].join("; "), complete: false };
    yield* noted(name, notes);
    return;
  } else {
    content = new Content(maxSize, request.claim);
    const fault = unpack(request, watch, member, content);
    const differ = content.isOver ? [] : misfits(member, content);
    const isAllThere = differ.length === 0 && member.crc !== undefined && member.size !== undefined;
    // What is wrong may be what stands behind the content. Of an empty LZMA stream libarchive knows no end.
    if (fault !== undefined && isAllThere) notes = content.length === 0 ? notes : [...notes, fault];
    else if (fault !== undefined) faults.push(fault);
    else faults.push(...differ);
  }
  if (content?.isOver) {
    yield { kind: "skip", name, reason: [overUnstatedSize(maxSize), ...faults].join("; "), complete: false };
    yield* noted(name, notes);
  } else if (!content || (content.length === 0 && faults.length > 0)) {
    yield { kind: "error", name, reason: faults.join("; "), complete: false };
    yield* noted(name, notes);
  } else if (type === SYMBOLIC_LINK && content.length <= MOST_TARGET && faults.length === 0) {
    const target = Buffer.from(content.bytes).toString();
    yield { kind: "skip", name, reason: `symbolic link to ${target}`, complete: true };
    yield* noted(name, notes);
  } else if (!isFolder || content.length > 0 || faults.length > 0) {
    const strange = isFolder ? ["it is a folder, and has content"] : [];
    yield { kind: "member", name, content: content.bytes, faults, notes: [...notes, ...strange] };
  }
}

const STORED = 0;
const DEFLATED = 8;
/** 258 bytes for two bits. */
const MOST_OF_DEFLATE = 1032;

/** Finds out sizes that are lies, by which a member would be skipped. */
function couldBe(size: number, { method, packedSize = Number.POSITIVE_INFINITY }: ZipMember): boolean {
  if (method === STORED) return size === packedSize;
  return method !== DEFLATED || size <= packedSize * MOST_OF_DEFLATE;
}

/** Returns what went wrong, if anything did. */
function unpack(
  { bytes, unpackers, timeoutMs }: ArchiveRequest,
  watch: Watch,
  member: ZipMember,
  content: Content,
): string | undefined {
  const unpacker = unpackers.take();
  try {
    const opened = unpacker.open("zip-member", memberSource(bytes, member), watch);
    const first = opened.kind === "ok" ? unpacker.next() : opened;
    const fault = first.kind === "fault" ? first : readContent(unpacker, watch, content);
    return fault && faultText(fault);
  } catch (error) {
    // The next member is none the worse for it.
    if (error instanceof TimedOut) return `timed out after ${timeoutMs / 1000} s of unpacking`;
    throw error;
  } finally {
    unpackers.give(unpacker);
  }
}

/** Compares what came out with what the archive says of it. */
function misfits({ crc, size }: ZipMember, content: Content): string[] {
  const faults: string[] = [];
  if (size !== undefined && size !== content.length) {
    faults.push(`damaged: it has ${content.length} bytes, and should have ${size}`);
  }
  if (crc !== undefined && crc !== Bun.hash.crc32(content.bytes)) faults.push("damaged: its CRC is wrong");
  return faults;
}

const HEADER_BYTES = 31;

/** Puts a local header of our own before a member's data, so that the unpacker sees what was decided here. */
function memberSource(
  bytes: Uint8Array,
  { method, crc = 0, size = 0, packedSize, data = 0 }: ZipMember,
): Source {
  const packed = bytes.subarray(data, packedSize === undefined ? bytes.length : data + packedSize);
  const header = Buffer.alloc(HEADER_BYTES);
  header.write("PK\x03\x04", 0, "latin1");
  header.writeUInt16LE(63, 4);
  // Bit 3: the sizes are behind the data.
  header.writeUInt16LE(packedSize === undefined ? 8 : 0, 6);
  header.writeUInt16LE(method, 8);
  header.writeUInt32LE(crc, 14);
  header.writeUInt32LE(packedSize === undefined ? 0 : packed.length, 18);
  header.writeUInt32LE(Math.min(size, 0xffff_ffff), 22);
  header.writeUInt16LE(1, 26);
  header.write("m", 30, "latin1");
  return {
    length: HEADER_BYTES + packed.length,
    copy: (offset, into) =>
      offset < HEADER_BYTES ? header.copy(into, 0, offset) : copyPiece(packed, offset - HEADER_BYTES, into),
  };
}
