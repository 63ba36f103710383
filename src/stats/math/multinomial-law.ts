/**
 * The law of Pearson's χ² for counts too small for the χ² law, whose tail is then too short: by up to 36 times at 1e-6.
 *
 * Counts of N draws are independent Poisson counts, given that they add up to N. So the joint law of a sum of terms and of the
 * draws so far is convolved cell by cell, and read off at N.
 */
import { chiSquared } from "./chi-squared.ts";
import { poissonPmf } from "./poisson.ts";
import { chiSquareUpper } from "./tails.ts";

/** Terms of χ² are rounded to this: the p-value is exact for the sum of rounded terms, which orders outcomes as χ² does. */
const STEP = 1 / 16;
/** Larger sums are counted together. With up to eleven degrees of freedom their probability is below 1e-20. */
const LARGEST = 128;
const STEPS = LARGEST / STEP;
/** A tail above this is one minus the other one, which leaves it eleven digits. */
const LEAST_COMPLEMENT = 1e-4;
/** χ² below 8 is what most good data have: laws of few cells are worked out so far at least. The work grows with its square. */
const LEAST_LIMIT = 8 / STEP;
/** Probabilities of a count, relative to its most likely one, that do not matter. */
const NEGLIGIBLE = 1e-22;

/** Laws that were worked out last, so that many sequences of a length share one. */
const laws = new Map<string, Law>();
const MOST_LAWS = 64;

/**
 * P(χ² ≥ its observed value) for a multinomial law: exact in cells that expect fewer than `least` draws, and in all cells where
 * all but one do. What the others add is compared with the χ² law, which their counts allow.
 * @param probabilities in any order
 */
export function exactPearsonUpper(
  observed: ArrayLike<number>,
  probabilities: readonly number[],
  least: number,
): number {
  let total = 0;
  for (let i = 0; i < observed.length; i++) total += observed[i]!;
  const order = probabilities.map((_, i) => i).sort((a, b) => probabilities[a]! - probabilities[b]!);
  const small = order.filter((cell, at) => at < order.length - 1 && total * probabilities[cell]! < least);
  const key = `${total} ${small.map((cell) => probabilities[cell]).join()}`;
  let law = laws.get(key);
  if (law === undefined) {
    law = new Law(
      total,
      small.map((cell) => probabilities[cell]!),
      order.length - small.length,
    );
    if (laws.size >= MOST_LAWS) laws.delete(laws.keys().next().value!);
    laws.set(key, law);
  }
  const large = order.slice(small.length);
  return law.upper(
    small.map((cell) => observed[cell]!),
    large.map((cell) => observed[cell]!),
    large.map((cell) => probabilities[cell]!),
  );
}

class Law {
  readonly #means: readonly number[];
  /** Expected draws in the large cells. */
  readonly #rest: number;
  readonly #atTotal: number;
  /** The law of sums below a limit, which holds most of it and is quickly worked out; and the whole one, where that is not enough. */
  #below: Joint | undefined;
  #whole: Joint | undefined;
  /** P(χ² ≥ steps), as far as it was asked for. */
  readonly #upper = new Float64Array(STEPS + 1).fill(Number.NaN);

  constructor(
    readonly total: number,
    small: readonly number[],
    readonly largeCells: number,
  ) {
    this.#means = small.map((p) => total * p);
    this.#rest = total * (1 - small.reduce((sum, p) => sum + p, 0));
    this.#atTotal = poissonPmf(total, total);
  }

  upper(small: readonly number[], large: readonly number[], largeProbabilities: readonly number[]): number {
    const draws = large.reduce((sum, count) => sum + count, 0);
    const share = largeProbabilities.reduce((sum, p) => sum + p, 0);
    const shares = largeProbabilities.map((p) => p / share);
    const within = draws === 0 ? 0 : chiSquared(large, shares);
    const ofSmall = small.reduce((sum, count, i) => sum + stepsOf(count, this.#means[i]!), 0);
    const ofLarge = Math.floor(((draws / this.#rest) * within) / STEP);
    const steps = Math.min(STEPS, ofSmall + this.#stepsOfLarge(draws) + ofLarge);
    if (Number.isNaN(this.#upper[steps]!)) {
      const upper = 1 - this.#lowerTail(steps);
      this.#upper[steps] = upper > LEAST_COMPLEMENT ? upper : Math.min(1, this.#upperTail(steps));
    }
    return this.#upper[steps]!;
  }

  /** P(χ² < steps). */
  #lowerTail(steps: number): number {
    if (this.#below === undefined || this.#below.limit < steps) {
      const limit = Math.max(LEAST_LIMIT, 2 ** Math.ceil(Math.log2(steps)));
      this.#below = jointLaw(this.#means, this.total, limit, false);
    }
    let lower = 0;
    for (const [m, row] of this.#below.rows) {
      const draws = this.total - m;
      const left = Math.min(steps - this.#stepsOfLarge(draws), row.length);
      let sum = 0;
      for (let i = 0; i < left; i++) {
        if (row[i] !== 0) sum += row[i]! * (1 - this.#largeUpper(steps, draws, i));
      }
      lower += sum * this.#chanceOfLarge(draws);
    }
    return lower;
  }

  /** P(χ² ≥ steps), without the loss of one minus the other. */
  #upperTail(steps: number): number {
    this.#whole ??= jointLaw(this.#means, this.total, STEPS, true);
    let upper = 0;
    for (const [m, row] of this.#whole.rows) {
      const draws = this.total - m;
      const left = Math.min(steps - this.#stepsOfLarge(draws), STEPS);
      let sum = 0;
      // The last of all steps stands for all larger sums.
      for (let i = Math.max(0, left); i < row.length; i++) sum += row[i]!;
      if (this.largeCells > 1 && draws > 0)
        for (let i = 0; i < Math.min(left, row.length); i++)
          if (row[i] !== 0) sum += row[i]! * this.#largeUpper(steps, draws, i);
      upper += sum * this.#chanceOfLarge(draws);
    }
    return upper;
  }

  /** The chance that the large cells' own χ² brings the sum from `i` steps of the small cells to `steps`. */
  #largeUpper(steps: number, draws: number, i: number): number {
    if (this.largeCells === 1 || draws === 0) return 0;
    const left = steps - this.#stepsOfLarge(draws) - i;
    return chiSquareUpper((left * STEP * this.#rest) / draws, this.largeCells - 1);
  }

  /** P(so many draws in the large cells), relative to that of all draws together. */
  #chanceOfLarge(draws: number): number {
    return poissonPmf(draws, this.#rest) / this.#atTotal;
  }

  /** The term of the large cells together: with R draws in them χ² is this and R/`rest` times their own χ². */
  #stepsOfLarge(draws: number): number {
    return stepsOf(draws, this.#rest);
  }
}

function stepsOf(count: number, mean: number): number {
  return Math.round((count - mean) ** 2 / mean / STEP);
}

/** Probability, by draws in cells and steps of their terms, that these come about. */
interface Joint {
  readonly rows: ReadonlyMap<number, Float64Array>;
  readonly limit: number;
}

/** @param isWhole counts the sums from `limit` on together, at `limit`; else they are left out */
function jointLaw(means: readonly number[], total: number, limit: number, isWhole: boolean): Joint {
  let rows = new Map<number, Float64Array>([[0, Float64Array.of(1)]]);
  for (const mean of means) rows = withCell(rows, mean, total, limit, isWhole);
  return { rows, limit };
}

function withCell(
  before: Map<number, Float64Array>,
  mean: number,
  total: number,
  limit: number,
  isWhole: boolean,
): Map<number, Float64Array> {
  const after = new Map<number, Float64Array>();
  const most = poissonPmf(Math.floor(mean), mean);
  // Rows of unlikely draws begin with sums that none of them have.
  const cells = Array.from(before, ([m, row]) => ({
    m,
    row,
    first: row.findIndex((chance) => chance !== 0),
  }));
  for (let count = 0; count <= total; count++) {
    const chance = poissonPmf(count, mean);
    const steps = Math.min(limit, stepsOf(count, mean));
    if (chance < most * NEGLIGIBLE || (steps === limit && !isWhole)) {
      if (count > mean) break;
      continue;
    }
    for (const { m, row, first } of cells) {
      if (m + count > total || first < 0) continue;
      let into = after.get(m + count);
      const length = Math.min(limit, row.length - 1 + steps) + 1;
      if (into === undefined || into.length < length) {
        const longer = new Float64Array(length);
        if (into) longer.set(into);
        into = longer;
        after.set(m + count, into);
      }
      const end = Math.min(row.length, limit - steps);
      for (let i = first; i < end; i++) into[i + steps]! += chance * row[i]!;
      if (isWhole) for (let i = Math.max(first, end); i < row.length; i++) into[limit]! += chance * row[i]!;
    }
  }
  return after;
}
