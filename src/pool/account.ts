/**
 * Buys full-entropy blocks with credited samples (SP 800-90C, SP 800-90B §3.1.5.1): every block is SHA-256 of samples
 * that no other block has seen and that were credited at least 320 bits. The ledger books each step.
 */
import { BlockConditioner, FULL_ENTROPY_INPUT_BITS } from "../conditioning/sha256.ts";
import { SAMPLE_BYTES } from "../trace.ts";
import type { Ledger } from "./ledger.ts";
import type { Reservoir } from "./reservoir.ts";

export class Account {
  readonly #conditioner = new BlockConditioner();

  constructor(
    private readonly ledger: Ledger,
    private readonly reservoir: Reservoir,
  ) {}

  /**
   * Mixes in samples, `SAMPLE_BYTES` each, and credits each with `bitsPerSample`; with 0 they are mixed all the same.
   * When there is no room for another block, credit beyond one block's worth is forfeited.
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

  /** Moves up to `out.length` ready bytes out. The room may be taken by a block that was paid for. @returns how many */
  take(out: Uint8Array): number {
    const count = this.reservoir.take(out);
    if (count > 0) this.#settle();
    return count;
  }

  /** Makes a block if one is due. Where there is no room, keeps one block's worth and forfeits the rest. */
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
