import type { BitString } from "../bits.ts";
import { chiSquared } from "../math/chi-squared.ts";
import { pearsonUpper } from "../math/pearson.ts";
import { igamc } from "../math/special-functions.ts";
import { cyclesOf, leastCycles } from "./cycles.ts";
import {
  type ConstantsOption,
  constantsOption,
  header,
  type MinimumOption,
  notApplicable,
  type Outcome,
} from "./outcome.ts";

const STATES = [-4, -3, -2, -1, 1, 2, 3, 4];

/**
 * SP 800-22 §2.14, random excursions test: does the random walk of the bits visit the states near 0 the right number of
 * times between two returns to 0? For each state the J cycles are counted by 0, 1, …, 4 and at least 5 visits;
 * P = igamc(5/2, χ²/2). Applies only where J ≥ max(500, 0.005·√n).
 */
export function randomExcursions(bits: BitString, options: MinimumOption & ConstantsOption = {}): Outcome {
  const constants = constantsOption(options.constants);
  const of = header("random-excursions", "2.14", bits, { constants });
  const n = bits.length;
  const { cycles, cyclesByVisits } = cyclesOf(bits);
  const least = (options.enforceMinimum ?? true) ? leastCycles(n) : 1;
  if (cycles < least)
    return notApplicable(of, `the walk has ${cycles} cycles, at least ${Math.ceil(least)} are needed`);
  const counts = STATES.map((x) => Array.from(cyclesByVisits[x + 4]!));
  const statistics = STATES.map((x, i) => chiSquared(counts[i]!, visitProbabilities(x)));
  const exactPValues = STATES.map((x, i) => pearsonUpper(counts[i]!, visitProbabilities(x)));
  return {
    ...of,
    kind: "hypothesis",
    statistic: Math.max(...statistics),
    pValues: constants === "exact" ? exactPValues : statistics.map((value) => igamc(5 / 2, value / 2)),
    exactPValues,
    labels: STATES.map(String),
    details: { cycles, chiSquared: statistics, counts },
  };
}

/**
 * Probabilities of 0, 1, 2, 3, 4 and at least 5 visits to x in one cycle (§3.14). A cycle reaches x with probability
 * 1/(2|x|), and from x it returns to x before 0 with probability 1 − 1/(2|x|).
 */
export function visitProbabilities(x: number): number[] {
  const reach = 1 / (2 * Math.abs(x));
  const stay = 1 - reach;
  return [stay, ...[0, 1, 2, 3].map((k) => reach * reach * stay ** k), reach * stay ** 4];
}
