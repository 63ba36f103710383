/** Counts names that others made up: how many there are is bounded, and what is beyond that is counted together. */
export class Counter {
  readonly #counts = new Map<string, number>();
  #others = 0;

  /** @param most names that are counted each, those that come first */
  constructor(private readonly most: number) {}

  add(name: string, count = 1): void {
    const before = this.#counts.get(name);
    if (before === undefined && this.#counts.size >= this.most) this.#others += count;
    else this.#counts.set(name, (before ?? 0) + count);
  }

  /** Those that were counted together. */
  get others(): number {
    return this.#others;
  }

  /** The most frequent first, then by name. */
  sorted(): (readonly [name: string, count: number])[] {
    return [...this.#counts].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1));
  }
}
