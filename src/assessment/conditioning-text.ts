/** Entropy of a conditioning component's output for the terminal, in the words of NIST's program. */
import { visible } from "#kit/format/visible.ts";
import { fitLines, type Screen } from "#kit/term/screen.ts";
import { nistLines, outcomeLines } from "./assessment-text.ts";
import type { ConditioningReport } from "./conditioning.ts";

export function conditioningText(report: ConditioningReport, screen: Screen): string {
  const { nIn, nOut, nw, hIn, outputEntropy, epsilonExponent, hPrime, data, passed, remarks, reason } =
    report;
  const rounded = outputEntropy === nOut ? `; close to n_out (${epsilonOf(epsilonExponent)})` : "";
  const lines = [
    ...nistLines(report),
    ...(data ? [`data     ${visible(data.input.name)}`, `sha256   ${data.input.sha256}`] : []),
    "",
    `n_in = ${nIn}`,
    `n_out = ${nOut}`,
    `nw = ${Math.min(nw, nIn)}${nw > nIn ? ` (${nw} given; Appendix E takes no more than n_in)` : ""}`,
    `h_in = ${hIn}`,
    ...(hPrime === undefined ? [] : [`h' = ${hPrime}`]),
    `Output_Entropy(*) = ${outputEntropy}${rounded}`,
    ...outLines(report),
    ...remarks.filter((remark) => remark !== reason).map((remark) => `note: ${remark}`),
    ...(passed === undefined ? [] : outcomeLines({ passed, ...(reason !== undefined && { reason }) })),
    "",
  ];
  return fitLines(lines.join("\n"), screen);
}

function outLines({
  component,
  shareBound,
  assessedBound,
  hOut,
  epsilonExponent,
}: ConditioningReport): string[] {
  if (component === "vetted") return [`(Vetted) h_out = ${hOut}`, epsilonOf(epsilonExponent)];
  return [`0.999 * n_out = ${shareBound}`, `h' * n_out = ${assessedBound}`, `(Non-vetted) h_out = ${hOut}`];
}

function epsilonOf(exponent: number): string {
  return `epsilon = 2^(-${exponent})`;
}
