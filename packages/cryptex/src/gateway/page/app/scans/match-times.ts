/** Matches over time by rule, in steps that grow with the time, so that there are never many. */

export interface TimeSeries {
  /** Undefined for all rules without a series of their own. */
  readonly rule: string | undefined;
  readonly total: number;
  /** Matches by step. */
  readonly counts: readonly number[];
}

export interface TimeSteps {
  /** Beginnings of the steps: milliseconds since 1970. */
  readonly starts: readonly number[];
  readonly stepMs: number;
  readonly series: readonly TimeSeries[];
}

/** Steps at most. */
export const MOST_STEPS = 120;
/** Rules that are counted one by one; a set that matches with more says nothing by a chart. */
const MOST_RULES = 2_000;
/** Series: more colours could not be told apart. */
export const MOST_SERIES = 7;

/** Stands for the rules that are not counted one by one. No rule can be called so. */
const OTHERS = "";

export class MatchTimes {
  #stepMs = 1_000;
  /** Counts by rule, by number of the step since 1970. */
  #steps = new Map<number, Map<string, number>>();
  readonly #totals = new Map<string, number>();
  #first = Number.POSITIVE_INFINITY;
  #last = Number.NEGATIVE_INFINITY;

  /** @param timeMs since 1970; without one the match is in no step */
  add(rule: string, timeMs: number): void {
    const name = this.#totals.has(rule) || this.#totals.size < MOST_RULES ? rule : OTHERS;
    this.#totals.set(name, (this.#totals.get(name) ?? 0) + 1);
    if (Number.isNaN(timeMs)) return;
    this.#first = Math.min(this.#first, timeMs);
    this.#last = Math.max(this.#last, timeMs);
    while (this.#last / this.#stepMs - this.#first / this.#stepMs >= MOST_STEPS - 1) this.#widen();
    this.#count(this.#steps, Math.floor(timeMs / this.#stepMs), name, 1);
  }

  /** Totals by rule, the most first. */
  rules(): readonly (readonly [rule: string, total: number])[] {
    return [...this.#totals]
      .filter(([rule]) => rule !== OTHERS)
      .sort(([a, totalA], [b, totalB]) => totalB - totalA || (a < b ? -1 : 1));
  }

  steps(): TimeSteps {
    if (this.#steps.size === 0) return { starts: [], stepMs: this.#stepMs, series: [] };
    const from = Math.floor(this.#first / this.#stepMs);
    const length = Math.floor(this.#last / this.#stepMs) - from + 1;
    const numbers = Array.from({ length }, (_, i) => from + i);
    const leaders = this.rules().slice(0, MOST_SERIES);
    const own = new Set(leaders.map(([rule]) => rule));
    const others = [...this.#totals].reduce((sum, [rule, total]) => (own.has(rule) ? sum : sum + total), 0);
    const series: TimeSeries[] = leaders.map(([rule, total]) => ({
      rule,
      total,
      counts: numbers.map((number) => this.#steps.get(number)?.get(rule) ?? 0),
    }));
    if (others > 0) {
      const rest = (counts: ReadonlyMap<string, number>) =>
        [...counts].reduce((sum, [rule, count]) => (own.has(rule) ? sum : sum + count), 0);
      const counts = numbers.map((number) => rest(this.#steps.get(number) ?? new Map()));
      series.push({ rule: undefined, total: others, counts });
    }
    return { starts: numbers.map((number) => number * this.#stepMs), stepMs: this.#stepMs, series };
  }

  /** Makes each step twice as long. */
  #widen(): void {
    this.#stepMs *= 2;
    const wider = new Map<number, Map<string, number>>();
    for (const [number, counts] of this.#steps)
      for (const [rule, count] of counts) this.#count(wider, Math.floor(number / 2), rule, count);
    this.#steps = wider;
  }

  #count(steps: Map<number, Map<string, number>>, number: number, rule: string, more: number): void {
    const counts = steps.get(number) ?? new Map<string, number>();
    counts.set(rule, (counts.get(rule) ?? 0) + more);
    steps.set(number, counts);
  }
}
