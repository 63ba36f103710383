/**
 * The account book of entropy. Everything that enters or leaves the pool's level is written here, in bits, and
 *
 *     credited = level + spent + forfeited
 *
 * holds after every entry.
 */
import type { Family, SourceInfo } from "../source.ts";
import { FamilyTime } from "./family-time.ts";

export interface Totals {
  /** Entropy counted in, all sources. */
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
  readonly #creditedBySource = new Map<string, number>();
  #creditedBits = 0;
  #spentBits = 0;
  #forfeitedBits = 0;
  #levelBits = 0;

  /**
   * What a trace may be credited: `bits`, less what its family was already paid for the same time.
   * Nothing is counted before `credit`.
   */
  payable(info: SourceInfo, startedNs: number, elapsedNs: number, bits: number): number {
    let family = this.#families.get(info.family);
    if (!family) {
      family = new FamilyTime();
      this.#families.set(info.family, family);
    }
    return family.pay(startedNs, startedNs + elapsedNs, bits);
  }

  credit(sourceId: string, bits: number): void {
    assertBits(bits);
    this.#creditedBySource.set(sourceId, this.creditedBy(sourceId) + bits);
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

  creditedBy(sourceId: string): number {
    return this.#creditedBySource.get(sourceId) ?? 0;
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
