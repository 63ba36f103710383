/**
 * Counts by names that others made up, as series of counters need it: the most frequent names are counted each, all others together. No
 * count ever goes down. A name of the others that has become frequent takes the place of one that has not: it begins at 0, and what it had
 * before stays with the others, where the count of the one that leaves goes.
 */

/** Names of the others that are remembered, for each that is counted by itself. */
const REMEMBERED = 10;
/** A name takes another's place when it has so many times as many: two that are alike do not take turns. */
const CLEARLY_MORE = 2;

export class FrequentNames {
  readonly #own = new Map<string, number>();
  /** Counts that names of their own had as others: it counts where they are compared. */
  readonly #before = new Map<string, number>();
  /** Counts among the others since they were last forgotten. */
  readonly #candidates = new Map<string, number>();
  #others = 0;

  /** @param most names that are counted each */
  constructor(private readonly most: number) {}

  add(name: string, count = 1): void {
    const own = this.#own.get(name);
    if (own !== undefined || this.#own.size < this.most) {
      this.#own.set(name, (own ?? 0) + count);
      return;
    }
    this.#others += count;
    if (this.#candidates.size >= this.most * REMEMBERED) this.#candidates.clear();
    const total = (this.#candidates.get(name) ?? 0) + count;
    this.#candidates.set(name, total);
    const least = this.#least();
    if (total > this.#weightOf(least) * CLEARLY_MORE) this.#replace(least, name, total);
  }

  /** Those that are counted by themselves. */
  get counts(): ReadonlyMap<string, number> {
    return this.#own;
  }

  /** All others together. */
  get others(): number {
    return this.#others;
  }

  #weightOf(name: string): number {
    return this.#own.get(name)! + (this.#before.get(name) ?? 0);
  }

  #least(): string {
    return [...this.#own.keys()].reduce((a, b) => (this.#weightOf(b) < this.#weightOf(a) ? b : a));
  }

  #replace(name: string, by: string, total: number): void {
    this.#others += this.#own.get(name)!;
    this.#own.delete(name);
    this.#before.delete(name);
    this.#own.set(by, 0);
    this.#before.set(by, total);
    this.#candidates.delete(by);
  }
}
