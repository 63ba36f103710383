import { BLOCK_BYTES } from "../conditioning/sha256.ts";
import { ORDINARY_MEMORY, type SecretMemory } from "../rbg/ctr-drbg.ts";

/** Keeps finished blocks ready to be handed out, in a ring. Each byte leaves once and is wiped. */
export class Reservoir {
  readonly capacityBytes: number;
  /** Empty once it was closed. */
  #ring: Uint8Array;
  #head = 0;
  #readyBytes = 0;

  /** @param capacityBytes most output kept; rounded up to whole blocks @param memory holds it */
  constructor(
    capacityBytes: number,
    private readonly memory: SecretMemory = ORDINARY_MEMORY,
  ) {
    this.capacityBytes = Math.max(1, Math.ceil(capacityBytes / BLOCK_BYTES)) * BLOCK_BYTES;
    this.#ring = memory.take(this.capacityBytes);
  }

  get readyBytes(): number {
    return this.#readyBytes;
  }

  /** True when there is no room for another block. */
  get isFull(): boolean {
    return this.#ring.length - this.#readyBytes < BLOCK_BYTES;
  }

  get isHalfEmpty(): boolean {
    return 2 * this.#readyBytes <= this.capacityBytes;
  }

  /** Moves a block in and wipes the caller's copy. @throws RangeError when full */
  put(block: Uint8Array): void {
    if (this.isFull) throw new RangeError("the reservoir has no room for a block");
    const tail = this.#head + this.#readyBytes;
    for (let i = 0; i < BLOCK_BYTES; i++) this.#ring[(tail + i) % this.#ring.length] = block[i]!;
    block.fill(0);
    this.#readyBytes += BLOCK_BYTES;
  }

  /** Moves up to `out.length` bytes out. @returns their number */
  take(out: Uint8Array): number {
    const count = Math.min(out.length, this.#readyBytes);
    for (let done = 0; done < count; ) {
      const run = Math.min(count - done, this.#ring.length - this.#head);
      const part = this.#ring.subarray(this.#head, this.#head + run);
      out.set(part, done);
      part.fill(0);
      this.#head = (this.#head + run) % this.#ring.length;
      done += run;
    }
    this.#readyBytes -= count;
    return count;
  }

  wipe(): void {
    this.#ring.fill(0);
    this.#readyBytes = 0;
  }

  /** Wipes it and gives its memory back; there is no room in it from then on. */
  close(): void {
    const ring = this.#ring;
    this.#ring = new Uint8Array(0);
    this.#readyBytes = 0;
    if (ring.length > 0) this.memory.giveBack(ring);
  }
}
