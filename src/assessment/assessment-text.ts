/** An assessment for the terminal, in the terms of NIST's programs. */
import { formatCount, plural } from "#kit/format/numbers.ts";
import { visible } from "#kit/format/visible.ts";
import { fitLines, type Screen } from "#kit/term/screen.ts";
import { type Column, table } from "#kit/term/table.ts";
import { ESTIMATORS, type EstimatorId, TRACKS, type Track } from "../stats/sp800-90b/index.ts";
import type { AssessmentReport, Outcome } from "./assessment.ts";
import { iidLines } from "./iid-text.ts";
import { restartLines } from "./restart-text.ts";

export function assessmentText(report: AssessmentReport, screen: Screen): string {
  const { input, symbols, bitsPerSymbol, alphabetSize, track, iid, restart, remarks, reason } = report;
  const lines = [
    `input    ${visible(input.name)}: ${plural(symbols, "symbol")} of ${plural(bitsPerSymbol, "bit")}, ${formatCount(alphabetSize)} different`,
    ...rangeLines(input),
    `sha256   ${input.sha256}`,
    ...nistLines(report),
    `track    ${track === "iid" ? "IID: the most common value, if the tests of §5 find nothing against it" : "non-IID: SP 800-90B §6.3"}`,
    ...(report.conditioned
      ? ["data     output of a conditioning component, as a string of bits: §3.1.5.2"]
      : []),
    ...(iid ? ["", ...iidLines(iid, screen)] : []),
    "",
    ...estimatorLines(report, screen),
    "",
    ...entropyLines(report),
    ...(restart ? ["", ...restartLines(restart, screen)] : []),
    ...remarks.filter((remark) => remark !== reason).map((remark) => `note: ${remark}`),
    ...outcomeLines(report),
    ...(report.details ? ["", ...detailLines(report.details)] : []),
    "",
  ];
  return fitLines(lines.join("\n"), screen);
}

function rangeLines({ range }: Pick<AssessmentReport["input"], "range">): string[] {
  if (range === undefined) return [];
  return [
    `range    ${plural(range.count, "symbol")} from symbol ${formatCount(range.index * range.count)} on; the digest is of the file`,
  ];
}

/** The lines of NIST's programs, each to be copied. */
export function nistLines({ nist }: Pick<AssessmentReport, "nist">): string[] {
  return nist.map((line) => `NIST     ${visible(line)}`);
}

const DIGITS = 6;

const FIGURE_WIDTH = 12;

function estimatorLines(
  { estimators, bitsPerSymbol, hOriginal, hBitstring }: AssessmentReport,
  screen: Screen,
): string[] {
  const shown = ESTIMATORS.filter(({ id }) => Object.keys(estimators[id]).length > 0);
  if (shown.length === 0) return [];
  const cell = (id: EstimatorId, track: Track) => {
    const value = estimators[id][track];
    return value === undefined ? "" : value === null ? "N/A" : value.toFixed(DIGITS);
  };
  const tracks = TRACKS.filter((track) => (track === "original" ? hOriginal : hBitstring) !== null);
  const heads = { original: `BITS/${bitsPerSymbol}-BIT`, bitstring: "BITS/BIT" };
  const columns: Column[] = [
    { title: "ESTIMATE" },
    { title: "SECTION" },
    ...tracks.map((track): Column => ({ title: heads[track].padStart(FIGURE_WIDTH), align: "right" })),
  ];
  const rows = shown.map(({ id, title, section }) => [
    title,
    section,
    ...tracks.map((track) => cell(id, track)),
  ]);
  return [table(columns, rows, screen)];
}

/** Uses NIST's own words, so that scripts that read them keep working. */
function entropyLines({ hOriginal, hBitstring, bitsPerSymbol, minEntropy }: AssessmentReport): string[] {
  if (hOriginal === null) {
    return [`h': ${hBitstring!.toFixed(DIGITS)}`];
  }
  if (hBitstring === null) return [`H_original: ${hOriginal.toFixed(DIGITS)}`];
  return [
    `H_original: ${hOriginal.toFixed(DIGITS)}`,
    `H_bitstring: ${hBitstring.toFixed(DIGITS)}`,
    `min(H_original, ${bitsPerSymbol} X H_bitstring): ${minEntropy.toFixed(DIGITS)}`,
  ];
}

export function outcomeLines({ passed, reason }: Outcome): string[] {
  if (passed === true) return [];
  return [passed === null ? `open: neither passed nor failed, ${reason}` : `failed: ${reason}`];
}

function detailLines(details: NonNullable<AssessmentReport["details"]>): string[] {
  return ESTIMATORS.flatMap(({ id }) =>
    TRACKS.flatMap((track) => {
      const values = details[id][track];
      if (values === undefined) return [];
      const list = Object.entries(values).map(([name, value]) => `${name} = ${value}`);
      return [`${id}, ${track}: ${list.join(", ")}`];
    }),
  );
}
