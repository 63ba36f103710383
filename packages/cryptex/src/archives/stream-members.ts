/** Reads the members of archives that are read from front to back: tar and 7z, and compressed streams. */
import { Content } from "./content.ts";
import { isTar } from "./kind.ts";
import type { Entry, MachineKind, Step, Unpacker } from "./machine.ts";
import { type Found, Names } from "./member.ts";
import {
  type ArchiveRequest,
  type Fault,
  faultText,
  noted,
  overSize,
  overUnstatedSize,
  readContent,
  sourceOf,
  Watch,
} from "./reading.ts";

/** Faults in a row, without a member between them. */
const MOST_FAULTS = 100;

/** @throws LimitReached; TimedOut; what the request's check throws */
export function* streamMembers(request: ArchiveRequest): Generator<Found, void> {
  const { bytes, kind, unpackers } = request;
  const watch = new Watch(request);
  const unpacker = unpackers.take();
  try {
    watch.begin();
    const opened = open(request, unpacker, watch);
    const fault = opened.kind === "fault" ? opened : yield* eachMember(request, unpacker, watch);
    if (fault === "in its only member") return;
    if (fault) {
      const reason = `${faultText(fault)}: the rest was not evaluated`;
      yield { kind: "error", name: undefined, reason, complete: false };
      return;
    }
    const end = kind === "7z" ? endOfSevenZip(bytes) : unpacker.needed;
    const left = bytes.subarray(end);
    if (left.some((byte) => byte !== 0)) {
      yield* noted(undefined, [
        `${left.length} bytes behind its end are scanned as part of the archive alone`,
      ]);
    }
  } finally {
    unpackers.give(unpacker);
  }
}

function open({ bytes, kind }: ArchiveRequest, unpacker: Unpacker, watch: Watch): Step {
  const source = sourceOf(bytes);
  const machineKind = kind as MachineKind;
  if (kind === "tar" || kind === "7z") return unpacker.open(machineKind, source, watch);
  // The first block tells what the stream holds. libarchive takes zeros for a tar archive, too, whatever follows them.
  const opened = unpacker.open(machineKind, source, watch);
  if (opened.kind === "ok" && unpacker.next().kind === "ok") {
    unpacker.read();
    if (isTar(unpacker.block?.bytes ?? new Uint8Array(0)))
      return unpacker.open(machineKind, source, watch, true);
  }
  return unpacker.open(machineKind, source, watch);
}

/** Returns the fault that ended it, unless the line of a member has it. */
function* eachMember(
  request: ArchiveRequest,
  unpacker: Unpacker,
  watch: Watch,
): Generator<Found, Fault | "in its only member" | undefined> {
  const { work, name: archive } = request;
  const names = new Names();
  let faults = 0;
  for (let members = 0; ; members++) {
    watch.begin();
    const step = unpacker.next();
    watch.check(0);
    if (step.kind === "end") {
      // The unpacker knows no member where a stream holds nothing.
      const isStream = members === 0 && request.kind !== "tar" && request.kind !== "7z";
      if (isStream) yield* empty(streamName(archive));
      return undefined;
    }
    if (step.kind === "fault") {
      if (step.of === "archive" || ++faults > MOST_FAULTS) return step;
      yield { kind: "error", name: undefined, reason: faultText(step), complete: false };
      continue;
    }
    faults = 0;
    work.takeMember();
    const entry = unpacker.entry();
    const named = names.take(entry.isRaw ? (entry.name ?? streamName(archive)) : entry.name);
    const notes = step.warning === undefined ? named.notes : [...named.notes, step.warning];
    const fault = yield* oneMember(request, unpacker, watch, { ...entry, name: named.name, notes });
    if (fault === "in its only member" || (fault && entry.isRaw)) return "in its only member";
    if (fault?.of === "archive") return fault;
  }
}

/** `notes.txt` for `notes.txt.gz`; `data` where there is no extension to leave out. */
function streamName(archive: string): string {
  return /^(.+)\.[^.]+$/s.exec(archive)?.[1] ?? "data";
}

function* empty(name: string): Generator<Found, void> {
  yield { kind: "member", name, content: new Uint8Array(0), faults: [], notes: [] };
}

interface NamedEntry extends Entry {
  readonly name: string;
  readonly notes: readonly string[];
}

/** Returns what went wrong, unless it cost nothing but this member. */
function* oneMember(
  { maxSize }: ArchiveRequest,
  unpacker: Unpacker,
  watch: Watch,
  entry: NamedEntry,
): Generator<Found, Fault | "in its only member" | undefined> {
  const { name, type, size, notes } = entry;
  const unread = function* (
    kind: "skip" | "error",
    reason: string,
    complete: boolean,
  ): Generator<Found, void> {
    yield { kind, name, reason, complete };
    yield* noted(name, notes);
  };
  if (type === "folder") return pass(unpacker);
  if (type !== "file") {
    const target = entry.target === undefined ? "" : ` to ${Buffer.from(entry.target, "latin1").toString()}`;
    yield* unread("skip", type + target, true);
    return pass(unpacker);
  }
  if (entry.isEncrypted) {
    yield* unread("error", "encrypted", false);
    return undefined;
  }
  if (size !== undefined && size > maxSize) {
    yield* unread("skip", overSize(size, maxSize), false);
    return pass(unpacker);
  }
  const content = new Content(maxSize, watch.request.claim);
  const fault = readContent(unpacker, watch, content);
  if (!fault && entry.isSparse && size !== undefined) {
    // The last hole.
    watch.check(Math.max(0, size - content.length));
    content.extend(size);
  }
  if (content.isOver) {
    yield* unread("skip", overUnstatedSize(maxSize), false);
    // Behind a tar archive's member others follow.
    return entry.isRaw ? "in its only member" : (fault ?? pass(unpacker));
  }
  const faults = fault ? [faultText(fault)] : [];
  if (!fault && size !== undefined && size !== content.length) {
    faults.push(`damaged: it has ${content.length} bytes, and should have ${size}`);
  }
  const sparse = entry.isSparse ? ["it is sparse: its holes are scanned as zeros"] : [];
  if (content.length === 0 && faults.length > 0) yield* unread("error", faults.join("; "), false);
  else yield { kind: "member", name, content: content.bytes, faults, notes: [...notes, ...sparse] };
  return fault;
}

function pass(unpacker: Unpacker): Fault | undefined {
  const step = unpacker.pass();
  return step.kind === "fault" ? step : undefined;
}

/** The header of the start says where that of the end is: 7zFormat.txt, "SignatureHeader". */
function endOfSevenZip(bytes: Uint8Array): number {
  const header = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  return bytes.length < 32 ? 0 : 32 + Number(header.readBigUInt64LE(12) + header.readBigUInt64LE(20));
}
