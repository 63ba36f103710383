/**
 * The account book of entropy, in bits. Everything that enters or leaves the pool's level is entered here, and after
 * every entry
 *
 *     credited = level + spent + forfeited
 */
import type { Family } from "../source.ts";
import { FamilyTime } from "./family-time.ts";

export interface Totals {
  /** Counted in, all sources. */
  readonly creditedBits: number;
  /** Used up by conditioning into full-entropy blocks. */
  readonly spentBits: number;
  /** Mixed in while the pool was full, and not counted. */
  readonly forfeitedBits: number;
  /** Credited and not yet spent. */
  readonly levelBits: number;
}

export class Ledger {
  readonly #families = new Map<Family, FamilyTime>();
  #creditedBits = 0;
  #spentBits = 0;
  #forfeitedBits = 0;
  #levelBits = 0;

  /**
   * Marks a stretch of the family's time as paid, and returns the bits that may be credited for it: `bits`, less what
   * the family was already paid for the same time. The caller credits them.
   * @param startedNs when sampling began, and `elapsedNs` how long it took: host's monotonic clock, nanoseconds
   */
  payForTime(family: Family, startedNs: number, elapsedNs: number, bits: number): number {
    let time = this.#families.get(family);
    if (!time) {
      time = new FamilyTime();
      this.#families.set(family, time);
    }
    return time.pay(startedNs, startedNs + elapsedNs, bits);
  }

  /** @throws RangeError for a number that is no amount of entropy */
  credit(bits: number): void {
    assertBits(bits);
    this.#creditedBits += bits;
    this.#levelBits += bits;
  }

  /** @throws RangeError if there is not that much */
  spend(bits: number): void {
    this.#leave(bits);
    this.#spentBits += bits;
  }

  /** @throws RangeError if there is not that much */
  forfeit(bits: number): void {
    this.#leave(bits);
    this.#forfeitedBits += bits;
  }

  get totals(): Totals {
    return {
      creditedBits: this.#creditedBits,
      spentBits: this.#spentBits,
      forfeitedBits: this.#forfeitedBits,
      levelBits: this.#levelBits,
    };
  }

  #leave(bits: number): void {
    assertBits(bits);
    if (bits > this.#levelBits) {
      throw new RangeError(`${bits} bits were to leave a ledger that holds ${this.#levelBits}`);
    }
    this.#levelBits -= bits;
  }
}

function assertBits(bits: number): void {
  if (!(bits >= 0) || !Number.isFinite(bits)) throw new RangeError(`${bits} is not an amount of entropy`);
}
