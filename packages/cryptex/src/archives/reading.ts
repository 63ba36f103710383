/** The request of an archive that is to be read, and how a member's content comes out of an unpacker. */
import type { Content } from "./content.ts";
import type { Kind } from "./kind.ts";
import type { Work } from "./limits.ts";
import type { Source, Step, Unpacker } from "./machine.ts";
import type { Found } from "./member.ts";
import type { Unpackers } from "./unpackers.ts";

export interface ArchiveRequest {
  readonly bytes: Uint8Array;
  readonly kind: Kind;
  /** Base name of the archive, binary string: the member of a compressed stream without a name is called by it. */
  readonly name: string;
  readonly work: Work;
  /** Larger members are skipped. */
  readonly maxSize: number;
  /** For the unpacking of one member; 0 is without limit. */
  readonly timeoutMs: number;
  /** Is asked again and again. What it throws ends the work. */
  readonly check: () => void;
  /** Is told of memory before so much of it is taken. What it throws ends the work. */
  readonly claim: (bytes: number) => void;
  readonly unpackers: Unpackers;
}

export class TimedOut extends Error {
  override name = "TimedOut";
}

/** Minds the time of one member, and the work that it makes. */
export class Watch {
  #deadline = Number.POSITIVE_INFINITY;

  constructor(readonly request: ArchiveRequest) {}

  /** The unpacker counts what compressed streams hold. */
  get countsStreams(): boolean {
    return !["zip", "tar", "7z"].includes(this.request.kind);
  }

  /** Begins the time of the next member. */
  begin(): void {
    const { timeoutMs } = this.request;
    if (timeoutMs > 0) this.#deadline = performance.now() + timeoutMs;
  }

  /** @throws LimitReached; TimedOut; what the request's check throws */
  check(unpacked: number): void {
    this.request.check();
    if (unpacked > 0) this.request.work.takeBytes(unpacked);
    if (performance.now() > this.#deadline) {
      throw new TimedOut(`unpacking timed out after ${this.request.timeoutMs / 1000} s`);
    }
  }
}

export type Fault = Extract<Step, { kind: "fault" }>;

/** Reads the member that the unpacker has come to, as long as there is room. Returns what went wrong; what came before is in the content. */
export function readContent(unpacker: Unpacker, watch: Watch, content: Content): Fault | undefined {
  for (;;) {
    const step = unpacker.read();
    const { block } = unpacker;
    const before = content.length;
    const hasRoom = block === undefined || content.put(block.offset, block.bytes);
    // Streams have counted their bytes; holes are none of theirs.
    const grown = content.length - before;
    watch.check(watch.countsStreams ? grown - Math.min(grown, block?.bytes.length ?? 0) : grown);
    if (!hasRoom || step.kind === "end") return undefined;
    if (step.kind === "fault") return step;
  }
}

export function sourceOf(bytes: Uint8Array): Source {
  return { length: bytes.length, copy: (offset, into) => copyPiece(bytes, offset, into) };
}

export function copyPiece(bytes: Uint8Array, offset: number, into: Uint8Array): number {
  const piece = bytes.subarray(offset, offset + into.length);
  into.set(piece);
  return piece.length;
}

/** Puts the unpacker's words in a line's. */
export function faultText({ message }: Fault): string {
  if (message === "damaged") return message;
  if (/unsupported|unknown codec/i.test(message)) return `not unpacked: ${message}`;
  return /encrypt|passphrase/i.test(message) ? `encrypted: ${message}` : `damaged: ${message}`;
}

export function overSize(size: number, maxSize: number): string {
  return `size of ${size} bytes is over the limit of ${maxSize}`;
}

export function overUnstatedSize(maxSize: number): string {
  return `its size is over the limit of ${maxSize} bytes`;
}

export function* noted(name: string | undefined, notes: readonly string[]): Generator<Found, void> {
  for (const reason of notes) yield { kind: "note", name, reason };
}
