/**
 * The account book of entropy, in bits. Every change of the pool's level is entered here, and after
 * every entry
 *
 *     credited = level + spent + forfeited
 */
import type { Family } from "../source.ts";

export interface Totals {
  /** Credited by all sources. */
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

  /** @throws RangeError for a negative or infinite number */
  credit(bits: number): void {
    assertBits(bits);
    this.#creditedBits += bits;
    this.#levelBits += bits;
  }

  /** @throws RangeError if the level is lower */
  spend(bits: number): void {
    this.#leave(bits);
    this.#spentBits += bits;
  }

  /** @throws RangeError if the level is lower */
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
      throw new RangeError(`cannot take ${bits} bits from a ledger that holds ${this.#levelBits}`);
    }
    this.#levelBits -= bits;
  }
}

function assertBits(bits: number): void {
  if (!(bits >= 0) || !Number.isFinite(bits)) throw new RangeError(`${bits} is not an amount of entropy`);
}

/**
 * Pays a family of sources once for the same stretch of time.
 *
 * Members share a mechanism, so what two of them saw at the same moment may be the same noise. Each moment is
 * paid at the rate of the best member that covered it: a trace that overlaps an earlier one earns only what it
 * adds above the earlier one's rate. Traces sampled one after the other are paid in full.
 */
export class FamilyTime {
  /** Paid spans, sorted, not overlapping. */
  #spans: Span[] = [];
  /** Start of the remembered time; all time before it counts as paid. */
  #horizonNs = Number.NEGATIVE_INFINITY;

  /**
   * Returns the part of `bits`, spread evenly over [startNs, endNs), that may be credited. A time or an amount that is not a
   * finite number pays nothing, and leaves the spans as they are.
   */
  pay(startNs: number, endNs: number, bits: number): number {
    if (!(bits > 0) || ![bits, startNs, endNs].every(Number.isFinite)) return 0;
    const end = Math.max(endNs, startNs + 1);
    const rate = bits / (end - startNs);
    const start = Math.max(startNs, this.#horizonNs);
    if (start >= end) return 0;

    let paid = 0;
    const merged: Span[] = [];
    let cursor = start;
    const cover = (until: number, paidRate: number) => {
      if (until <= cursor) return;
      paid += (until - cursor) * Math.max(0, rate - paidRate);
      append(merged, { start: cursor, end: until, rate: Math.max(rate, paidRate) });
      cursor = until;
    };
    for (const span of this.#spans) {
      if (span.end <= start || span.start >= end) {
        if (span.start >= end) cover(end, 0);
        append(merged, span);
        continue;
      }
      cover(span.start, 0);
      if (span.start < start) append(merged, { ...span, end: start });
      cover(Math.min(span.end, end), span.rate);
      if (span.end > end) append(merged, { ...span, start: end });
    }
    cover(end, 0);

    while (merged.length > MAX_SPANS) this.#horizonNs = merged.shift()!.end;
    this.#spans = merged;
    return Math.min(paid, bits);
  }
}

interface Span {
  readonly start: number;
  readonly end: number;
  /** Bits per nanosecond already paid. */
  readonly rate: number;
}

/** Most spans remembered: some hundred slices. Traces reach the ledger within a few slices of one another. */
const MAX_SPANS = 256;

function append(spans: Span[], span: Span): void {
  if (span.end > span.start) spans.push(span);
}
