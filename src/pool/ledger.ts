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
   * Covers a stretch of the family's time, and returns the part of it, 0 to 1, for which a member may be paid: the part that
   * no earlier trace of the family has covered.
   * @param startedNs when sampling began, and `elapsedNs` how long it took: host's monotonic clock, nanoseconds
   */
  coverTime(family: Family, startedNs: number, elapsedNs: number): number {
    let time = this.#times.get(family);
    if (!time) {
      time = new FamilyTime();
      this.#times.set(family, time);
    }
    return time.cover(startedNs, startedNs + elapsedNs);
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
 * Counts the time of a family of sources once.
 *
 * Members share a mechanism, so what two of them saw at the same moment may be the same noise: a trace counts for the part
 * of its time that no earlier trace of the family covers. Sources that are sampled one after the other, as most are, count
 * in full. Only those that wait for the world outside overlap, such as two that use the network.
 */
export class FamilyTime {
  /** Covered spans, sorted, not touching. */
  #spans: Span[] = [];
  /** Start of the remembered time; all time before it counts as covered. */
  #horizonNs = Number.NEGATIVE_INFINITY;

  /**
   * Covers [startNs, endNs), and returns the part of it that was free, 0 to 1. An empty stretch counts as one nanosecond;
   * one with an end that is not a finite number is not free at all.
   */
  cover(startNs: number, endNs: number): number {
    if (!Number.isFinite(startNs) || !Number.isFinite(endNs)) return 0;
    const end = Math.max(endNs, startNs + 1);
    const start = Math.max(startNs, this.#horizonNs);
    if (start >= end) return 0;

    const latest = this.#spans.at(-1);
    if (!latest || latest.end < start) {
      this.#spans.push({ start, end });
      this.#forgetOldest();
      return (end - start) / (end - startNs);
    }
    let free = end - start;
    let merged: Span = { start, end };
    const apart: Span[] = [];
    for (const span of this.#spans) {
      if (span.end < start || span.start > end) {
        apart.push(span);
        continue;
      }
      free -= Math.max(0, Math.min(span.end, end) - Math.max(span.start, start));
      merged = { start: Math.min(merged.start, span.start), end: Math.max(merged.end, span.end) };
    }
    const at = apart.findLastIndex((span) => span.start < merged.start) + 1;
    apart.splice(at, 0, merged);
    this.#spans = apart;
    this.#forgetOldest();
    return Math.min(1, Math.max(0, free / (end - startNs)));
  }

  #forgetOldest(): void {
    while (this.#spans.length > MAX_SPANS) this.#horizonNs = this.#spans.shift()!.end;
  }
}

interface Span {
  readonly start: number;
  readonly end: number;
}

/** Most spans remembered: some hundred slices. Traces arrive within a few slices of one another. */
const MAX_SPANS = 256;
