/** The figures of SP 800-90B as results of a report: measured quantities, which have no verdict. */

import type { TestName, TestResult } from "../result.ts";
import type { Assessment } from "./assess.ts";
import { ESTIMATORS, TRACKS, type Track } from "./estimators.ts";

/** Names of all results, in their order. */
export const ASSESSMENT_RESULTS: readonly TestName[] = [
  ...TRACKS.flatMap((track) =>
    ESTIMATORS.map(({ id, title }) => ({
      id: resultId(id, track),
      title: `${title}, ${track === "original" ? "symbols" : "bit string"}`,
    })),
  ),
  { id: "h-original", title: "H_original" },
  { id: "h-bitstring", title: "H_bitstring" },
  { id: "min-entropy", title: "min(H_original, bits · H_bitstring)" },
];

/** `multi-mcw-bitstring` and the like: identifiers of results are kebab-case. */
function resultId(estimator: string, track: Track): string {
  return `${estimator.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}-${track}`;
}

/** Each estimator on each track it has, then H_original, H_bitstring and the lowest of all. */
export function assessmentResults(assessment: Assessment): TestResult[] {
  const { bitsPerSymbol, estimators, symbols, hOriginal, hBitstring, minEntropy, remarks } = assessment;
  const header = (test: string, section: string) => ({
    suite: "sp800-90b" as const,
    test,
    section,
    params: { bitsPerSymbol },
    n: symbols,
  });
  const results: TestResult[] = [];
  for (const track of TRACKS) {
    const unit = track === "original" ? ("bits/symbol" as const) : ("bits/bit" as const);
    for (const { id, section } of ESTIMATORS) {
      const value = estimators[id][track];
      if (value === undefined) continue;
      const of = header(resultId(id, track), section);
      const prefix = `${id}, ${track}: `;
      const remark = remarks.find((text) => text.startsWith(prefix))?.slice(prefix.length);
      results.push(
        value === null
          ? { ...of, kind: "not-applicable", reason: remark ?? remarks[0] ?? "the data do not allow it" }
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
