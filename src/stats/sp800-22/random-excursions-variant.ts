import type { BitString } from "../bits.ts";
import { erfc } from "../math/special-functions.ts";
import { visitsTwoSided } from "../math/visit-law.ts";
import { cyclesOf, FARTHEST, leastCycles } from "./cycles.ts";
import {
  type ConstantsOption,
  constantsOption,
  header,
  type MinimumOption,
  notApplicable,
  type Outcome,
} from "./outcome.ts";

const STATES = Array.from({ length: 2 * FARTHEST + 1 }, (_, i) => i - FARTHEST).filter((x) => x !== 0);

/**
 * SP 800-22 §2.15, random excursions variant test: does the random walk of the bits visit each state x near 0 about J
 * times in all, J the number of its cycles? P = erfc(|ξ(x) − J| / √(2J(4|x| − 2))). Applies only where
 * J ≥ max(500, 0.005·√n).
 */
export function randomExcursionsVariant(
  bits: BitString,
  options: MinimumOption & ConstantsOption = {},
): Outcome {
  const constants = constantsOption(options.constants);
  const of = header("random-excursions-variant", "2.15", bits, { constants });
  const n = bits.length;
  const { cycles, visits } = cyclesOf(bits);
  const least = (options.enforceMinimum ?? true) ? leastCycles(n) : 1;
  if (cycles < least)
    return notApplicable(of, `the walk has ${cycles} cycles, at least ${Math.ceil(least)} are needed`);
  const counts = STATES.map((x) => visits[x + FARTHEST]!);
  const deviations = STATES.map(
    (x, i) => Math.abs(counts[i]! - cycles) / Math.sqrt(2 * cycles * (4 * Math.abs(x) - 2)),
  );
  const exactPValues = STATES.map((x, i) => visitsTwoSided(x, counts[i]!, cycles));
  return {
    ...of,
    kind: "hypothesis",
    statistic: Math.max(...deviations),
    pValues: constants === "exact" ? exactPValues : deviations.map(erfc),
    exactPValues,
    labels: STATES.map(String),
    details: { cycles, visits: counts },
  };
}
