import { DEFAULT_ALPHA } from "../constants.ts";
import { igamc } from "../math/special-functions.ts";
import type { TestResult } from "../result.ts";

/** One line of NIST's final analysis report (SP 800-22 §4.2): one p-value of one test over many sequences. */
export interface AnalysisLine {
  readonly test: string;
  /** The p-value's label, where the test has several. */
  readonly label?: string;
  /** k, sequences to which the test applied. */
  readonly sequences: number;
  /** C1 … C10: p-values in [0, 0.1), …, [0.9, 1]. */
  readonly bins: readonly number[];
  /** P-value of the χ² test that the bins are equally full, §4.2.2. */
  readonly uniformity: number;
  /** uniformity ≥ 0.0001; undefined for fewer than the 55 sequences that the standard asks for. */
  readonly uniform: boolean | undefined;
  /** Share of the sequences with a p-value of at least alpha. */
  readonly proportion: number;
  /** 1 − α ± 3·√(α(1−α)/k), §4.2.1, cut to [0, 1]. */
  readonly interval: readonly [lower: number, upper: number];
  readonly proportionPassed: boolean;
}

/** §4.2.2: a lower P-value of the p-values speaks against uniformity. */
const UNIFORMITY_ALPHA = 0.0001;

/**
 * Analyses the results of several sequences, one array each, as SP 800-22 §4.2 does: for every p-value, how many
 * sequences passed, and are the p-values uniform? Results that are not applicable do not count; a p-value that no
 * sequence has gets no line. Lines come in the order in which tests and labels first appear.
 * @throws RangeError unless 0 < alpha < 1
 */
export function finalAnalysis(
  resultsPerSequence: readonly (readonly TestResult[])[],
  alpha = DEFAULT_ALPHA,
): AnalysisLine[] {
  if (!(alpha > 0 && alpha < 1)) throw new RangeError(`alpha must lie between 0 and 1, not ${alpha}`);
  const lines = new Map<string, { test: string; label: string | undefined; pValues: number[] }>();
  for (const result of resultsPerSequence.flat()) {
    if (result.kind !== "hypothesis") continue;
    for (const [i, p] of result.pValues.entries()) {
      const label = result.labels?.[i] ?? (result.pValues.length > 1 ? String(i + 1) : undefined);
      const key = `${result.suite} ${result.test} ${label ?? ""}`;
      const line = lines.get(key) ?? { test: result.test, label, pValues: [] };
      line.pValues.push(p);
      lines.set(key, line);
    }
  }
  return Array.from(lines.values(), ({ test, label, pValues }) => ({
    test,
    ...(label === undefined ? {} : { label }),
    ...analyse(pValues, alpha),
  }));
}

/** Counts p-values in `parts` equal parts of [0, 1], of which the last includes 1. */
export function countPValues(pValues: Iterable<number>, parts: number): number[] {
  const counts = new Array<number>(parts).fill(0);
  for (const p of pValues) counts[Math.min(parts - 1, Math.floor(p * parts))]!++;
  return counts;
}

function analyse(pValues: readonly number[], alpha: number): Omit<AnalysisLine, "test" | "label"> {
  const sequences = pValues.length;
  const bins = countPValues(pValues, 10);
  const chiSquared = bins.reduce((sum, count) => sum + (count - sequences / 10) ** 2 / (sequences / 10), 0);
  const uniformity = igamc(9 / 2, chiSquared / 2);
  const proportion = pValues.filter((p) => p >= alpha).length / sequences;
  const margin = 3 * Math.sqrt((alpha * (1 - alpha)) / sequences);
  const interval = [Math.max(0, 1 - alpha - margin), Math.min(1, 1 - alpha + margin)] as const;
  return {
    sequences,
    bins,
    uniformity,
    uniform: sequences < 55 ? undefined : uniformity >= UNIFORMITY_ALPHA,
    proportion,
    interval,
    proportionPassed: proportion >= interval[0] && proportion <= interval[1],
  };
}
