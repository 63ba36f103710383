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
  /** Probability, by draws in the small cells and steps of their terms, that these come about. */
  readonly #joint: ReadonlyMap<number, Float64Array>;
  /** Expected draws in the large cells. */
  readonly #rest: number;
  /** P(χ² ≥ steps), as far as it was asked for. */
  readonly #upper = new Float64Array(STEPS + 1).fill(Number.NaN);

  constructor(
    readonly total: number,
    small: readonly number[],
    readonly largeCells: number,
  ) {
    this.#means = small.map((p) => total * p);
    this.#rest = total * (1 - small.reduce((sum, p) => sum + p, 0));
    let joint = new Map<number, Float64Array>([[0, Float64Array.of(1)]]);
    for (const mean of this.#means) joint = withCell(joint, mean, total);
    const atTotal = poissonPmf(total, total);
    for (const [draws, row] of joint) {
      const others = poissonPmf(total - draws, this.#rest) / atTotal;
      for (let i = 0; i < row.length; i++) row[i]! *= others;
    }
    this.#joint = joint;
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
      let upper = 0;
      for (const [m, row] of this.#joint) upper += this.#upperWith(m, row, steps);
      this.#upper[steps] = Math.min(1, upper);
    }
    return this.#upper[steps]!;
  }

  /** The part of the sum for `m` draws in the small cells. */
  #upperWith(m: number, row: Float64Array, steps: number): number {
    const draws = this.total - m;
    const left = Math.min(steps - this.#stepsOfLarge(draws), STEPS);
    let upper = 0;
    // The last of all steps stands for all larger sums.
    for (let i = Math.max(0, left); i < row.length; i++) upper += row[i]!;
    if (this.largeCells === 1 || draws === 0) return upper;
    for (let i = 0; i < Math.min(left, row.length); i++) {
      if (row[i] !== 0)
        upper += row[i]! * chiSquareUpper(((left - i) * STEP * this.#rest) / draws, this.largeCells - 1);
    }
    return upper;
  }

  /** The term of the large cells together: with R draws in them χ² is this and R/`rest` times their own χ². */
  #stepsOfLarge(draws: number): number {
    return stepsOf(draws, this.#rest);
  }
}

function stepsOf(count: number, mean: number): number {
  return Math.round((count - mean) ** 2 / mean / STEP);
}

function withCell(before: Map<number, Float64Array>, mean: number, total: number): Map<number, Float64Array> {
  const after = new Map<number, Float64Array>();
  const most = poissonPmf(Math.floor(mean), mean);
  for (let count = 0; count <= total; count++) {
    const chance = poissonPmf(count, mean);
    if (chance < most * NEGLIGIBLE) {
      if (count > mean) break;
      continue;
    }
    const steps = Math.min(STEPS, stepsOf(count, mean));
    for (const [m, row] of before) {
      if (m + count > total) continue;
      let into = after.get(m + count);
      const length = Math.min(STEPS, row.length - 1 + steps) + 1;
      if (into === undefined || into.length < length) {
        const longer = new Float64Array(length);
        if (into) longer.set(into);
        into = longer;
        after.set(m + count, into);
      }
      const end = Math.min(row.length, STEPS - steps);
      for (let i = 0; i < end; i++) into[i + steps]! += chance * row[i]!;
      for (let i = end; i < row.length; i++) into[STEPS]! += chance * row[i]!;
    }
  }
  return after;
}
