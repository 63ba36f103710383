/**
 * Samples in, full-entropy blocks out (SP 800-90C, SP 800-90B §3.1.5.1): every block is SHA-256 of samples that
 * no other block has seen and that were credited at least 320 bits.
 */
import { BLOCK_BYTES, BlockConditioner, FULL_ENTROPY_INPUT_BITS } from "../conditioning/sha256.ts";
import type { Ledger } from "./ledger.ts";

export class Reservoir {
  readonly #conditioner = new BlockConditioner();
  /** Finished blocks, a ring. */
  readonly #ring: Uint8Array;
  #head = 0;
  #readyBytes = 0;

  /** @param capacityBytes how much finished output is kept at most; rounded up to whole blocks */
  constructor(
    private readonly ledger: Ledger,
    capacityBytes: number,
  ) {
    this.#ring = new Uint8Array(Math.max(1, Math.ceil(capacityBytes / BLOCK_BYTES)) * BLOCK_BYTES);
  }

  get readyBytes(): number {
    return this.#readyBytes;
  }

  get capacityBytes(): number {
    return this.#ring.length;
  }

  /** No room for another block. */
  get full(): boolean {
    return this.#ring.length - this.#readyBytes < BLOCK_BYTES;
  }

  /**
   * Mixes in samples (eight bytes each), each credited `bitsPerSample` (0: mixed all the same). When there is
   * no room for another block, entropy beyond one block's worth is mixed in and forfeited.
   */
  absorb(sourceId: string, samples: Uint8Array, bitsPerSample: number): void {
    const total = Math.floor(samples.length / SAMPLE_BYTES);
    for (let from = 0; from < total; ) {
      const missingBits = FULL_ENTROPY_INPUT_BITS - this.ledger.totals.levelBits;
      const enough = bitsPerSample > 0 && !this.full ? Math.ceil(missingBits / bitsPerSample) : total;
      const take = Math.min(total - from, Math.max(1, enough));
      this.#conditioner.update(samples.subarray(from * SAMPLE_BYTES, (from + take) * SAMPLE_BYTES));
      this.ledger.credit(sourceId, take * bitsPerSample);
      this.#settle();
      from += take;
    }
  }

  /** Moves up to `out.length` ready bytes into `out` and forgets them. @returns how many */
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
    if (count > 0) this.#settle();
    return count;
  }

  wipe(): void {
    this.#ring.fill(0);
    this.#readyBytes = 0;
  }

  /** Makes a block if one is due; where there is no room, keeps one block's worth and forfeits the rest. */
  #settle(): void {
    const { levelBits } = this.ledger.totals;
    if (levelBits < FULL_ENTROPY_INPUT_BITS) return;
    if (this.full) {
      this.ledger.forfeit(levelBits - FULL_ENTROPY_INPUT_BITS);
      return;
    }
    this.ledger.spend(levelBits);
    const block = this.#conditioner.finish();
    const tail = (this.#head + this.#readyBytes) % this.#ring.length;
    for (let i = 0; i < BLOCK_BYTES; i++) this.#ring[(tail + i) % this.#ring.length] = block[i]!;
    block.fill(0);
    this.#readyBytes += BLOCK_BYTES;
  }
}

const SAMPLE_BYTES = 8;
