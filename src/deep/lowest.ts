/** The lowest of several p-values as one observation, for those of which a family would not spend its budget on each. */
import type { Observation } from "./family.ts";

export type Single = Pick<Observation, "lane" | "n" | "statistic" | "p">;

/** Chooses the least likely, and multiplies its p by their number (Bonferroni), so that the result counts as a single one. */
export function lowestOf(
  singles: readonly Single[],
  about: Pick<Observation, "test" | "suspicion" | "look">,
): Observation {
  const lowest = singles.reduce((least, single) => (single.p < least.p ? single : least));
  return { ...about, ...lowest, p: Math.min(1, lowest.p * singles.length), among: 1 };
}
