/** A report: the data tested, each test's result, and the verdict on all. Pure data, written to JSON unchanged. */
import { type Quality, qualityScore } from "../stats/quality.ts";
import type { HypothesisResult, SuiteId, TestResult } from "../stats/result.ts";
import { type Constants, finalAnalysis } from "../stats/sp800-22/index.ts";
import { SUITE_IDS } from "../stats/suites.ts";
import type { InputFormat } from "./input-format.ts";
import {
  countQuestions,
  countVerdicts,
  FINDING_LEVEL,
  lineVerdict,
  type SuiteLine,
  type Verdict,
  type VerdictCounts,
  verdictOf,
  withExactConstants,
} from "./verdict.ts";

export interface InputDescription {
  readonly kind: "pool" | "source" | "file" | "stdin";
  /** Name of the source or file, or mode and sources of the pool. */
  readonly name: string;
  readonly bytes: number;
  readonly sha256: string;
  /** Width of the symbols; those narrower than a byte are packed, most significant bit first. */
  readonly bitsPerSymbol: number;
  /** How the data were written, where they were not taken as they are; `bytes` and `sha256` are of what they were read as. */
  readonly format?: InputFormat;
}

/** A result before it is judged. */
export type Finding = TestResult & {
  /** Bytes that the test was given, from the start of the input or of the sequence. */
  readonly testedBytes: number;
  /** Number of the sequence, from 0, where there are several. */
  readonly sequence?: number;
};

export type ReportResult = Finding & {
  readonly verdict: Verdict;
  /** The smallest of several p-values times their number, at most 1, which decides. */
  readonly correctedP?: number;
  /** The same of `exactPValues`, where there are any. */
  readonly correctedExactP?: number;
};

export type ReportLine = SuiteLine & { readonly verdict: Verdict };

export interface Summary extends VerdictCounts {
  /** fail: at least one finding. null: no test had a verdict. */
  readonly verdict: "pass" | "fail" | null;
  /** Questions that share `findingLevel`. */
  readonly questions: number;
  readonly findingLevel: number;
  /** `suite/test`, with `#sequence` or the label of the analysis line where there are several. */
  readonly findings: readonly string[];
}

export interface Report {
  readonly schema: 1;
  readonly input: InputDescription;
  readonly suites: readonly SuiteId[];
  readonly constants: Constants;
  readonly sequences: number;
  /** Length of a sequence, where there are several. */
  readonly sequenceBytes?: number;
  readonly results: readonly ReportResult[];
  /** SP 800-22 §4.2, where there are several sequences; else empty. */
  readonly analysis: readonly ReportLine[];
  readonly summary: Summary;
  readonly quality: Quality;
  /** Notes on how the data were used, a sentence each. */
  readonly notes: readonly string[];
}

export interface ReportRun {
  readonly report: Report;
  /** The first bytes of the data, for pictures. */
  readonly head: Uint8Array;
}

export type UnjudgedReport = Omit<Report, "schema" | "results" | "analysis" | "summary" | "quality"> & {
  readonly results: readonly Finding[];
};

/** Judges each result and all of them together. */
export function judge(report: UnjudgedReport): Report {
  const { input, suites, constants, sequences, sequenceBytes, notes } = report;
  const lines = sequences > 1 ? analyse(report.results) : [];
  const exactLines = sequences > 1 ? analyse(report.results.map(withExactConstants)) : [];
  const questions = countQuestions(report.results, lines);
  const results = report.results.map((result) => ({
    ...result,
    ...corrected(result),
    verdict: verdictOf(result, questions),
  }));
  const analysis = lines.map((line, i) => ({
    ...line,
    verdict: lineVerdict(line, exactLines[i]!, questions),
  }));
  const judged = [...results, ...analysis];
  const failures = judged.filter(({ verdict }) => verdict === "fail");
  const counts = countVerdicts(results);
  return {
    schema: 1,
    input,
    suites,
    constants,
    sequences,
    ...(sequenceBytes === undefined ? {} : { sequenceBytes }),
    results,
    analysis,
    summary: {
      verdict: failures.length > 0 ? "fail" : judged.some(({ verdict }) => verdict !== null) ? "pass" : null,
      ...counts,
      questions,
      findingLevel: FINDING_LEVEL,
      findings: failures.map(nameOf),
    },
    quality: qualityScore(report.results),
    notes,
  };
}

function corrected(result: Finding): Pick<ReportResult, "correctedP" | "correctedExactP"> {
  if (result.kind !== "hypothesis" || result.pValues.length < 2) return {};
  const { pValues, exactPValues } = result;
  const timesTheirNumber = (values: readonly number[]) => Math.min(1, values.length * Math.min(...values));
  return {
    correctedP: timesTheirNumber(pValues),
    ...(exactPValues && { correctedExactP: timesTheirNumber(exactPValues) }),
  };
}

/** Makes NIST's final analysis suite by suite, since two suites may have tests of one name. */
function analyse(results: readonly Finding[]): SuiteLine[] {
  return SUITE_IDS.flatMap((suite) => {
    const own = results.filter((result) => result.suite === suite);
    return finalAnalysis([own]).map((line) => ({ suite, ...line }));
  });
}

function nameOf(judged: ReportResult | ReportLine): string {
  const name = `${judged.suite}/${judged.test}`;
  if ("kind" in judged) return judged.sequence === undefined ? name : `${name}#${judged.sequence}`;
  return judged.label === undefined
    ? `${name} over all sequences`
    : `${name} ${judged.label} over all sequences`;
}

/** Returns the p-value that stands for a test with several, the lowest, and its index. */
export function lowestPValue({ pValues }: HypothesisResult): { readonly p: number; readonly index: number } {
  const p = Math.min(...pValues);
  return { p, index: pValues.indexOf(p) };
}
