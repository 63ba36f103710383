/** The law of the visits of a random walk to one state, over all its cycles. */
import binomial from "@stdlib/stats-base-dists-binomial";
import { pearson3TwoSided } from "./tails.ts";

/** Cycles up to which each number of cycles that reach the state is gone through. Beyond, three cumulants describe the sum. */
const MOST_CYCLES = 20_000;
/** Standard deviations of that number on each side. */
const REACH = 10;

/**
 * Twice the smaller tail of the visits to state x in `cycles` cycles, at most 1.
 *
 * A cycle reaches x with probability a = 1/(2|x|), and each visit is the last one of its cycle with the same a (SP 800-22 §3.14). So v
 * visits are reached by r cycles exactly if fewer than r of the first v − 1 visits are last ones: P = Σ P(R = r)·P(B < r), with R
 * binomial(cycles, a) and B binomial(v − 1, a).
 */
export function visitsTwoSided(x: number, visits: number, cycles: number): number {
  const last = 1 / (2 * Math.abs(x));
  if (cycles > MOST_CYCLES) {
    const second = (2 - last) / last;
    const third = (last * last - 6 * last + 6) / (last * last) - 3 * second + 2;
    const variance = second - 1;
    const skewness = third / (variance ** 1.5 * Math.sqrt(cycles));
    return pearson3TwoSided(visits, cycles, Math.sqrt(variance * cycles), skewness);
  }
  const side = REACH * Math.sqrt(cycles * last * (1 - last)) + REACH;
  const least = Math.max(0, Math.floor(cycles * last - side));
  const most = Math.min(cycles, Math.floor(cycles * last + side));
  const reached = chances(cycles, last, least, most);
  const atLeast = visits <= 0 ? 1 : mean(reached, lowerTails(visits - 1, last, least - 1, reached.length));
  // A sum of its own: one minus the other tail would lose it where it is small.
  const notMore = mean(reached, upperTails(visits, last, least, reached.length));
  return Math.min(1, 2 * Math.min(atLeast, notMore));
}

function mean(chance: Float64Array, values: Float64Array): number {
  return chance.reduce((sum, each, i) => sum + each * values[i]!, 0);
}

/** P(B ≤ k) for k = from, from + 1, …; B is binomial(n, p). */
function lowerTails(n: number, p: number, from: number, count: number): Float64Array {
  const chance = chances(n, p, 0, Math.min(n, from + count - 1));
  const tails = new Float64Array(count);
  let sum = 0;
  for (let k = 0; k < from + count; k++) {
    sum += chance[k] ?? 0;
    if (k >= from) tails[k - from] = sum;
  }
  return tails;
}

/** P(B ≥ k) for the same. */
function upperTails(n: number, p: number, from: number, count: number): Float64Array {
  const chance = chances(n, p, from, n);
  const tails = new Float64Array(count);
  let sum = 0;
  for (let i = n - from; i >= 0; i--) {
    sum += chance[i]!;
    if (i < count) tails[i] = sum;
  }
  return tails;
}

/** P(B = k) for k = from … to: the most likely by its formula, the others each from its neighbour. Empty if from > to. */
function chances(n: number, p: number, from: number, to: number): Float64Array {
  const chance = new Float64Array(Math.max(0, to - from + 1));
  if (chance.length === 0) return chance;
  const peak = Math.min(to, Math.max(from, Math.floor((n + 1) * p)));
  const odds = p / (1 - p);
  chance[peak - from] = binomial.pmf(peak, n, p);
  for (let k = peak; k < to; k++) chance[k + 1 - from] = ((chance[k - from]! * (n - k)) / (k + 1)) * odds;
  for (let k = peak; k > from; k--) chance[k - 1 - from] = (chance[k - from]! * k) / (n - k + 1) / odds;
  return chance;
}
