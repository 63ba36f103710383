/** An assessment for the terminal, in the terms of NIST's programs. */
import { formatCount, plural } from "#kit/format/numbers.ts";
import { fitLines, type Screen } from "#kit/term/screen.ts";
import { paint } from "#kit/term/style.ts";
import { type Cell, type Column, type Row, table, tableLines } from "#kit/term/table.ts";
import { STATISTICS } from "../stats/sp800-90b/iid/index.ts";
import {
  ESTIMATORS,
  type EstimatorId,
  type RestartResult,
  TRACKS,
  type Track,
} from "../stats/sp800-90b/index.ts";
import type { AssessmentReport } from "./assessment.ts";
import { formatP } from "./numbers.ts";
import { printable } from "./summary.ts";

export function assessmentText(report: AssessmentReport, screen: Screen): string {
  const { input, symbols, bitsPerSymbol, alphabetSize, track, iid, restart, remarks, reason } = report;
  const lines = [
    `input    ${printable(input.name)}: ${plural(symbols, "symbol")} of ${plural(bitsPerSymbol, "bit")}, ${formatCount(alphabetSize)} different`,
    `sha256   ${input.sha256}`,
    `track    ${track === "iid" ? "IID: the most common value, if the tests of §5 find nothing against it" : "non-IID: SP 800-90B §6.3"}`,
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

const DIGITS = 6;

const FIGURE_WIDTH = 12;

function estimatorLines(
  { estimators, bitsPerSymbol, hBitstring }: AssessmentReport,
  screen: Screen,
): string[] {
  const shown = ESTIMATORS.filter(({ id }) => Object.keys(estimators[id]).length > 0);
  if (shown.length === 0) return [];
  const cell = (id: EstimatorId, track: Track) => {
    const value = estimators[id][track];
    return value === undefined ? "" : value === null ? "N/A" : value.toFixed(DIGITS);
  };
  const tracks: readonly Track[] = hBitstring === null ? ["original"] : TRACKS;
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
  if (hBitstring === null) return [`H_original: ${hOriginal.toFixed(DIGITS)}`];
  return [
    `H_original: ${hOriginal.toFixed(DIGITS)}`,
    `H_bitstring: ${hBitstring.toFixed(DIGITS)}`,
    `min(H_original, ${bitsPerSymbol} X H_bitstring): ${minEntropy.toFixed(DIGITS)}`,
  ];
}

function outcomeLines({ passed, reason }: AssessmentReport): string[] {
  if (passed === true) return [];
  return [passed === null ? `open: neither passed nor failed, ${reason}` : `failed: ${reason}`];
}

function iidLines(iid: NonNullable<AssessmentReport["iid"]>, screen: Screen): string[] {
  const { independence, goodnessOfFit, longestRepeat, permutation, passed } = iid;
  const tests = [
    ...[
      ["Chi-square independence", "§5.2.1", independence] as const,
      ["Chi-square goodness of fit", "§5.2.2", goodnessOfFit] as const,
      ["Longest repeated substring", "§5.2.5", longestRepeat] as const,
    ].map(
      ([title, section, test]): Row =>
        test.kind === "not-applicable"
          ? [NOT_APPLICABLE, title, section, test.reason]
          : [verdict(test.passed), title, section, `p = ${formatP(test.pValue)}`],
    ),
    permutation.kind === "not-applicable"
      ? [NOT_APPLICABLE, "Permutation tests", "§5.1", permutation.reason]
      : [
          verdict(permutation.passed),
          "Permutation tests",
          "§5.1",
          `${formatCount(permutation.permutations)} permutations measured`,
        ],
  ];
  const statistics =
    permutation.kind === "not-applicable"
      ? []
      : STATISTICS.map((id): Row => {
          const { original, greater, equal, less, passed: one } = permutation.statistics[id];
          return [
            "    ",
            verdict(one),
            id,
            `${greater} greater, ${equal} equal, ${less} less than ${original}`,
          ];
        });
  const conclusion =
    passed === null
      ? "whether the data are IID is open: a test could not be made"
      : passed
        ? "nothing speaks against the data being IID"
        : "the data are not IID: their entropy is that of the non-IID track (without --iid)";
  const untitled: Column[] = [{ title: "" }, { title: "" }, { title: "" }, { title: "", wraps: "inside" }];
  return [...[tests, statistics].flatMap((rows) => tableLines(untitled, rows, screen).lines), "", conclusion];
}

const NOT_APPLICABLE: Cell = { text: "N/A", style: "dim" };

function verdict(passed: boolean | null): Exclude<Cell, string> {
  if (passed === null) return { text: "OPEN", style: "warn" };
  return passed ? { text: "PASS", style: "good" } : { text: "FAIL", style: "bad" };
}

function restartLines(
  { rows, cols, hInitial, sanity, hRow, hCol, ...restart }: RestartResult,
  { color }: Screen,
): string[] {
  const { text: mark, style } = verdict(sanity.passed);
  const row = (name: string, max: number, cutoff: number) =>
    `most frequent symbol of a ${name}: ${max} times, at most ${cutoff} expected`;
  return [
    `Restart tests, SP 800-90B §3.1.4: ${formatCount(rows)} restarts of ${formatCount(cols)} symbols`,
    `${paint(mark, style, color)}  ${row("row", sanity.rowMax, sanity.rowCutoff)}; ${row("column", sanity.colMax, sanity.colCutoff)}`,
    `H_I: ${hInitial.toFixed(DIGITS)}`,
    `H_r: ${hRow === null ? "N/A" : hRow.toFixed(DIGITS)}`,
    `H_c: ${hCol === null ? "N/A" : hCol.toFixed(DIGITS)}`,
    restart.passed
      ? `Validation Test Passed; min(H_r, H_c, H_I): ${restart.minEntropy.toFixed(DIGITS)}`
      : `Validation Test Failed: ${restart.reason ?? "no reason given"}`,
  ];
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
