/**
 * Turns samples into full-entropy blocks (SP 800-90C, SP 800-90B §3.1.5.1). Each block is the SHA-256 of samples that were
 * credited at least 320 bits, and no sample goes into two blocks.
 */
import { BLOCK_BYTES, BlockConditioner, FULL_ENTROPY_INPUT_BITS } from "../conditioning/sha256.ts";
import { SAMPLE_BYTES } from "../trace.ts";
import type { Ledger } from "./ledger.ts";

/** Buys blocks with credited samples, and enters each step in the ledger. */
export class Account {
  #conditioner = new BlockConditioner();

  constructor(
    private readonly ledger: Ledger,
    private readonly reservoir: Reservoir,
  ) {}

  /**
   * Mixes in samples, `SAMPLE_BYTES` each, and credits each with `bitsPerSample`, which may be 0. While there is no room
   * for another block, credit beyond one block's worth is forfeited.
   */
  absorb(samples: Uint8Array, bitsPerSample: number): void {
    const total = Math.floor(samples.length / SAMPLE_BYTES);
    for (let from = 0; from < total; ) {
      const missingBits = FULL_ENTROPY_INPUT_BITS - this.ledger.totals.levelBits;
      const enough =
        bitsPerSample > 0 && !this.reservoir.isFull ? Math.ceil(missingBits / bitsPerSample) : total;
      const count = Math.min(total - from, Math.max(1, enough));
      this.#conditioner.update(samples.subarray(from * SAMPLE_BYTES, (from + count) * SAMPLE_BYTES));
      this.ledger.credit(count * bitsPerSample);
      this.#settle();
      from += count;
    }
  }

  /** Moves up to `out.length` ready bytes out. A block already paid for may fill the freed room. @returns their number */
  take(out: Uint8Array): number {
    const count = this.reservoir.take(out);
    if (count > 0) this.#settle();
    return count;
  }

  wipe(): void {
    this.ledger.forfeit(this.ledger.totals.levelBits);
    this.#conditioner = new BlockConditioner();
    this.reservoir.wipe();
  }

  /** Makes a block if one is due. Without room for it, keeps one block's worth of credit and forfeits the rest. */
  #settle(): void {
    const { levelBits } = this.ledger.totals;
    if (levelBits < FULL_ENTROPY_INPUT_BITS) return;
    if (this.reservoir.isFull) {
      this.ledger.forfeit(levelBits - FULL_ENTROPY_INPUT_BITS);
      return;
    }
    this.ledger.spend(levelBits);
    this.reservoir.put(this.#conditioner.finish());
  }
}

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
