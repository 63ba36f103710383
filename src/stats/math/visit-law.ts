/** The law of the visits of a random walk to one state, over all its cycles. */
import binomial from "@stdlib/stats-base-dists-binomial";
import { binomialUpper, pearson3TwoSided } from "./tails.ts";

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
  const upper = atLeast(visits, cycles, last);
  return Math.min(1, 2 * Math.min(upper, notMore(visits, cycles, last)));
}

function atLeast(visits: number, cycles: number, last: number): number {
  if (visits <= 0) return 1;
  return over(cycles, last, (reached) => (reached === 0 ? 0 : binomial.cdf(reached - 1, visits - 1, last)));
}

/** P(V ≤ visits), as a sum of its own: one minus the other tail would lose it where it is small. */
function notMore(visits: number, cycles: number, last: number): number {
  return over(cycles, last, (reached) => binomialUpper(reached, visits, last));
}

/** Sums over how many cycles reach the state. */
function over(cycles: number, last: number, chance: (reached: number) => number): number {
  const mean = cycles * last;
  const side = REACH * Math.sqrt(mean * (1 - last)) + REACH;
  let sum = 0;
  for (let r = Math.max(0, Math.floor(mean - side)); r <= Math.min(cycles, mean + side); r++)
    sum += binomial.pmf(r, cycles, last) * chance(r);
  return sum;
}
