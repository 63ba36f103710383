/** Facts and conclusions about a report as a whole, shown around its tables. */
import { formatCount, plural } from "#kit/format/numbers.ts";
import type { SuiteId } from "../stats/result.ts";
import { faultOf, scopeOf } from "./faults.ts";
import type { Report } from "./report.ts";

/** Facts about the report as a whole, in the order they are shown. */
export function factsOf(report: Report): [name: string, value: string][] {
  const { input, sequences, sequenceBytes, constants } = report;
  const facts: [string, string][] = [
    ["input", input.kind === "stdin" ? "standard input" : `${input.kind} ${printable(input.name)}`],
    ["size", `${plural(input.bytes, "byte")}, ${formatCount(8 * input.bytes)} bits`],
    ["sha256", input.sha256],
  ];
  if (input.format !== undefined)
    facts.push(["format", `${input.format}; size and digest are of what was read`]);
  if (input.bitsPerSymbol < 8) facts.push(["symbols", `of ${input.bitsPerSymbol} bits, packed`]);
  if (sequenceBytes !== undefined) {
    facts.push(["sequences", `${formatCount(sequences)} of ${formatCount(8 * sequenceBytes)} bits`]);
  }
  if (report.suites.includes("sp800-22")) {
    facts.push([
      "constants",
      constants === "nist" ? "the standard's; exact ones beside them where they differ" : "exact",
    ]);
  }
  return facts;
}

/**
 * Says in a sentence that no test applied, where tests that judge were asked for; undefined otherwise. SP 800-90B's estimators measure,
 * and judge nothing: they are enough where nothing else was asked for.
 */
export function untested({ input, suites, summary }: Report): string | undefined {
  const measuredAll = suites.every((suite) => suite === "sp800-90b") && summary.withoutVerdict > 0;
  if (summary.verdict !== null || measuredAll) return undefined;
  return `nothing was tested: no test applies to data of ${plural(input.bytes, "byte")}`;
}

/** Concludes from all tests, in sentences. */
export function conclusionOf(report: Report): string[] {
  const { input, suites, sequences, summary, quality, notes } = report;
  const { passed, weak, failed, notApplicable, withoutVerdict } = summary;
  const parts = [
    `${formatCount(passed)} passed`,
    `${formatCount(weak)} weak`,
    `${formatCount(failed)} failed`,
    `${formatCount(notApplicable)} not applicable`,
    ...(withoutVerdict > 0 ? [`${formatCount(withoutVerdict)} without verdict`] : []),
  ];
  const score =
    quality.score === null ? "" : `; quality ${quality.score.toFixed(1)} of 100 (${quality.grade})`;
  const sentences = [`${plural(report.results.length, "test")}: ${parts.join(", ")}${score}`];
  if (summary.verdict === "fail") {
    const shown = summary.findings.slice(0, MOST_FINDINGS).map(withFault);
    const more = summary.findings.length - shown.length;
    sentences.push(
      `these data fail tests that random data pass: ${shown.join(", ")}${more > 0 ? ` and ${more} more` : ""}`,
    );
  } else if (summary.verdict === null) {
    sentences.push("no test had a verdict: nothing is said about the data");
  } else if (weak > 0 && report.sequences === 1) {
    sentences.push("weak is p < 0.01, as one good result in a hundred is; it is not a failure");
  }
  const tested = report.sequenceBytes === undefined ? input.bytes : sequences * report.sequenceBytes;
  if (summary.verdict !== null) {
    const judging = suites.filter((suite) => hasJudged(report, suite));
    sentences.push(...scopeOf(judging, plural(tested, "byte"), summary.verdict === "pass"));
  }
  return [...sentences, ...notes.map((note) => `note: ${note}`)];
}

/** True if a test of the suite had a verdict: what none looked at was not looked for. */
function hasJudged({ results, analysis }: Report, suite: SuiteId): boolean {
  return [...results, ...analysis].some((judged) => judged.suite === suite && judged.verdict !== null);
}

const MOST_FINDINGS = 8;

/** Adds the kind of fault to a finding, `suite/test` and what follows. */
function withFault(finding: string): string {
  const test = /^[^/]*\/([^ #]*)/.exec(finding)?.[1] ?? "";
  const fault = faultOf(test);
  return fault === undefined ? finding : `${finding} (${fault})`;
}

/** Replaces control codes, which file names may hold, since they would act on the terminal. */
export function printable(name: string): string {
  return name.replace(/\p{Cc}/gu, "\u{fffd}");
}
