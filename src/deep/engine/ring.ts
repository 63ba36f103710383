/** The bytes that parts work on: the last few segments of the stream, in memory that threads share. */

/** A multiple of UNIT_BYTES: some milliseconds of work for a part, and large against what it takes to hand it over. */
export const SEGMENT_BYTES = 2 ** 21;
/** Enough for fast parts to go ahead of slow ones. */
export const SEGMENTS = 6;

/** A segment that is complete. */
export interface Filled {
  /** Index of the memory that holds it. */
  readonly slot: number;
  readonly length: number;
  /** Counts the bytes of the stream before it. */
  readonly offset: number;
}

/** Gives the memory of the segments. @throws RangeError where there is no memory */
export function segmentMemory(): Uint8Array[] {
  return Array.from({ length: SEGMENTS }, () => new Uint8Array(new SharedArrayBuffer(SEGMENT_BYTES)));
}

/** Segments are numbered from 0 on, in the order of the stream. */
export class Ring {
  readonly #filled: Filled[] = [];
  #count = 0;
  #open = 0;

  /** @param offset in the stream, of the first byte that is appended */
  constructor(
    private readonly memory: readonly Uint8Array[],
    private offset: number,
  ) {}

  /** Number of complete segments. */
  get count(): number {
    return this.#count;
  }

  /** Offset of the next byte. */
  get end(): number {
    return this.offset + this.#open;
  }

  /** Returns segment `index`, one of the last SEGMENTS. */
  segment(index: number): Filled {
    return this.#filled[index % this.memory.length]!;
  }

  /** Tells if bytes can be appended. @param done number of segments that nobody needs any more */
  hasRoom(done: number): boolean {
    return this.#count - done < this.memory.length;
  }

  /** Appends what fits into the open segment, and returns the rest. */
  append(bytes: Uint8Array): Uint8Array {
    const segment = this.memory[this.#count % this.memory.length]!;
    const taken = bytes.subarray(0, segment.length - this.#open);
    segment.set(taken, this.#open);
    this.#open += taken.length;
    if (this.#open === segment.length) this.complete(this.#open);
    return bytes.subarray(taken.length);
  }

  /** Completes the open segment with its first `length` bytes, and drops the others. */
  complete(length: number): void {
    if (length > 0) {
      const slot = this.#count % this.memory.length;
      this.#filled[slot] = { slot, length, offset: this.offset };
      this.#count += 1;
      this.offset += length;
    }
    this.#open = 0;
  }

  /** Completes the open segment as far as it has whole units. @returns the number of bytes that are dropped */
  completeUnits(unitBytes: number): number {
    const rest = this.#open % unitBytes;
    this.complete(this.#open - rest);
    return rest;
  }
}
