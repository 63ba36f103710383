/**
 * The account book of entropy, in bits. Every change of the pool's level is entered here, under the source that earned it,
 * and after every entry
 *
 *     credited = level + spent + forfeited
 */
import type { Family, SourceInfo } from "../source.ts";

/** A source, as the ledger knows it. */
export type Payee = Pick<SourceInfo, "id" | "family">;

export interface Totals {
  /** Credited by all sources. */
  readonly creditedBits: number;
  /** Used up by conditioning into full-entropy blocks. */
  readonly spentBits: number;
  /** Credited and lost: mixed in while the pool was full, or earned by a source that then failed. */
  readonly forfeitedBits: number;
  /** Credited and not yet spent. */
  readonly levelBits: number;
}

export class Ledger {
  readonly #times = new Map<Family, FamilyTime>();
  readonly #accounts = new Map<string, SourceAccount>();
  #levelBits = 0;
  #spentBits = 0;
  #forfeitedBits = 0;

  /**
   * Marks a stretch of the family's time as paid, and returns the bits that may be credited for it: `bits`, less what
   * the family was already paid for the same time. The caller credits them.
   * @param startedNs when sampling began, and `elapsedNs` how long it took: host's monotonic clock, nanoseconds
   */
  payForTime(family: Family, startedNs: number, elapsedNs: number, bits: number): number {
    let time = this.#times.get(family);
    if (!time) {
      time = new FamilyTime();
      this.#times.set(family, time);
    }
    return time.pay(startedNs, startedNs + elapsedNs, bits);
  }

  /** @throws RangeError for a negative or infinite number */
  credit(source: Payee, bits: number): void {
    assertBits(bits);
    const account = this.#account(source);
    account.creditedBits += bits;
    account.levelBits += bits;
    this.#levelBits += bits;
  }

  /** Spends the whole level. */
  spend(): void {
    for (const account of this.#accounts.values()) {
      account.spentBits += account.levelBits;
      this.#spentBits += account.levelBits;
      account.levelBits = 0;
    }
    this.#levelBits = 0;
  }

  /** Forfeits a source's part of the level, or at most `bits` of it. */
  forfeit(source: Payee, bits = Number.POSITIVE_INFINITY): void {
    const account = this.#account(source);
    const lost = Math.max(0, Math.min(bits, account.levelBits));
    account.levelBits -= lost;
    this.#levelBits -= lost;
    this.#forfeitedBits += lost;
  }

  /** Forfeits the whole level. */
  forfeitAll(): void {
    for (const { payee } of this.#accounts.values()) this.forfeit(payee);
    this.#levelBits = 0;
  }

  get levelBits(): number {
    return this.#levelBits;
  }

  /** Returns what the source was credited since the ledger was opened. */
  creditedTo({ id }: Payee): number {
    return this.#accounts.get(id)?.creditedBits ?? 0;
  }

  /** Returns the part of the level that each family earned; families without one are left out. */
  levels(): Map<Family, number> {
    return this.#byFamily(({ levelBits }) => levelBits);
  }

  /** Returns what went into blocks, by the family that earned it. */
  spentByFamily(): Map<Family, number> {
    return this.#byFamily(({ spentBits }) => spentBits);
  }

  get totals(): Totals {
    let creditedBits = 0;
    for (const account of this.#accounts.values()) creditedBits += account.creditedBits;
    return {
      creditedBits,
      spentBits: this.#spentBits,
      forfeitedBits: this.#forfeitedBits,
      levelBits: this.#levelBits,
    };
  }

  #account(payee: Payee): SourceAccount {
    let account = this.#accounts.get(payee.id);
    if (!account) {
      account = { payee, creditedBits: 0, levelBits: 0, spentBits: 0 };
      this.#accounts.set(payee.id, account);
    }
    return account;
  }

  #byFamily(bitsOf: (account: SourceAccount) => number): Map<Family, number> {
    const sums = new Map<Family, number>();
    for (const account of this.#accounts.values()) {
      const bits = bitsOf(account);
      if (bits > 0) sums.set(account.payee.family, (sums.get(account.payee.family) ?? 0) + bits);
    }
    return sums;
  }
}

interface SourceAccount {
  readonly payee: Payee;
  creditedBits: number;
  levelBits: number;
  spentBits: number;
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
