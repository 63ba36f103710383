/** The figures of SP 800-90B as results of a report: measured quantities, which have no verdict. */
import type { TestResult } from "../stats/result.ts";
import { type Assessment, ESTIMATORS, type EstimatorId, type Track } from "../stats/sp800-90b/index.ts";

/** §6.3.1 … §6.3.10 in the order of ESTIMATORS. */
export function estimatorSection(id: EstimatorId): string {
  return `6.3.${ESTIMATORS.indexOf(id) + 1}`;
}

export const ESTIMATOR_TITLES: Readonly<Record<EstimatorId, string>> = {
  mcv: "Most common value",
  collision: "Collision",
  markov: "Markov",
  compression: "Compression",
  tTuple: "t-tuple",
  lrs: "Longest repeated substring",
  multiMcw: "MultiMCW prediction",
  lag: "Lag prediction",
  multiMmc: "MultiMMC prediction",
  lz78y: "LZ78Y prediction",
};

/** `multi-mcw-bitstring` and the like: identifiers of results are kebab-case. */
export function estimateId(id: EstimatorId, track: Track): string {
  return `${id.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}-${track}`;
}

/** Each estimator on each track it has, then H_original, H_bitstring and the lowest of all. */
export function sp80090bResults(assessment: Assessment): TestResult[] {
  const { bitsPerSymbol, estimators, symbols, hOriginal, hBitstring, minEntropy, remarks } = assessment;
  const header = (test: string, section: string) => ({
    suite: "sp800-90b" as const,
    test,
    section,
    params: { bitsPerSymbol },
    n: symbols,
  });
  const results: TestResult[] = [];
  for (const track of ["original", "bitstring"] as const) {
    const unit = track === "original" ? ("bits/symbol" as const) : ("bits/bit" as const);
    for (const id of ESTIMATORS) {
      const value = estimators[id][track];
      if (value === undefined) continue;
      const of = header(estimateId(id, track), estimatorSection(id));
      const prefix = `${id}, ${track}: `;
      const remark = remarks.find((text) => text.startsWith(prefix))?.slice(prefix.length);
      results.push(
        value === null
          ? { ...of, kind: "not-applicable", reason: remark ?? "the data do not allow it" }
          : { ...of, kind: "estimate", value, unit },
      );
    }
  }
  const summary = (test: string, value: number, unit: "bits/symbol" | "bits/bit"): TestResult => ({
    ...header(test, "3.1.3"),
    kind: "estimate",
    value,
    unit,
  });
  results.push(summary("h-original", hOriginal, "bits/symbol"));
  if (hBitstring !== null) results.push(summary("h-bitstring", hBitstring, "bits/bit"));
  results.push(summary("min-entropy", minEntropy, "bits/symbol"));
  return results;
}
