import { BLOCK_BYTES } from "../conditioning/sha256.ts";

/** Keeps finished blocks ready to be handed out, in a ring. Each byte leaves once and is wiped. */
export class Reservoir {
  readonly #ring: Uint8Array;
  #head = 0;
  #readyBytes = 0;

  /** @param capacityBytes most output kept; rounded up to whole blocks */
  constructor(capacityBytes: number) {
    this.#ring = new Uint8Array(Math.max(1, Math.ceil(capacityBytes / BLOCK_BYTES)) * BLOCK_BYTES);
  }

  get readyBytes(): number {
    return this.#readyBytes;
  }

  get capacityBytes(): number {
    return this.#ring.length;
  }

  /** True when there is no room for another block. */
  get isFull(): boolean {
    return this.#ring.length - this.#readyBytes < BLOCK_BYTES;
  }

  get isHalfEmpty(): boolean {
    return 2 * this.#readyBytes <= this.#ring.length;
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
}
