/** An assessment for the terminal, in the terms of NIST's programs. */
import { STATISTICS } from "../stats/sp800-90b/iid/index.ts";
import {
  ESTIMATORS,
  type EstimatorId,
  type RestartResult,
  TRACKS,
  type Track,
} from "../stats/sp800-90b/index.ts";
import type { AssessmentReport } from "./assessment.ts";
import { formatCount, formatP, plural } from "./numbers.ts";
import { printable } from "./summary.ts";

export function assessmentText(report: AssessmentReport): string {
  const { input, symbols, bitsPerSymbol, alphabetSize, track, iid, restart, remarks } = report;
  return [
    `input    ${printable(input.name)}: ${plural(symbols, "symbol")} of ${plural(bitsPerSymbol, "bit")}, ${formatCount(alphabetSize)} different`,
    `sha256   ${input.sha256}`,
    `track    ${track === "iid" ? "IID: the most common value, if the tests of §5 find nothing against it" : "non-IID: SP 800-90B §6.3"}`,
    ...(iid ? ["", ...iidLines(iid)] : []),
    "",
    ...estimatorLines(report),
    "",
    ...entropyLines(report),
    ...(restart ? ["", ...restartLines(restart)] : []),
    ...remarks.map((remark) => `note: ${remark}`),
    ...(report.details ? ["", ...detailLines(report.details)] : []),
    "",
  ].join("\n");
}

const DIGITS = 6;

function estimatorLines({ estimators, bitsPerSymbol, hBitstring }: AssessmentReport): string[] {
  const width = Math.max(...ESTIMATORS.map(({ title }) => title.length));
  const shown = ESTIMATORS.filter(({ id }) => Object.keys(estimators[id]).length > 0);
  if (shown.length === 0) return [];
  const cell = (id: EstimatorId, track: Track) => {
    const value = estimators[id][track];
    return (value === undefined ? "" : value === null ? "N/A" : value.toFixed(DIGITS)).padStart(12);
  };
  const tracks: readonly Track[] = hBitstring === null ? ["original"] : TRACKS;
  const heads = { original: `BITS/${bitsPerSymbol}-BIT`, bitstring: "BITS/BIT" };
  return [
    `${"ESTIMATE".padEnd(width)}  SECTION  ${tracks.map((track) => heads[track].padStart(12)).join("  ")}`,
    ...shown.map(({ id, title, section }) =>
      `${title.padEnd(width)}  ${section.padEnd(7)}  ${tracks.map((track) => cell(id, track)).join("  ")}`.trimEnd(),
    ),
  ];
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

function iidLines(iid: NonNullable<AssessmentReport["iid"]>): string[] {
  const { independence, goodnessOfFit, longestRepeat, permutation, passed } = iid;
  const lines = [
    ...[
      ["Chi-square independence", "§5.2.1", independence] as const,
      ["Chi-square goodness of fit", "§5.2.2", goodnessOfFit] as const,
      ["Longest repeated substring", "§5.2.5", longestRepeat] as const,
    ].map(([title, section, test]) =>
      test.kind === "not-applicable"
        ? testLine("N/A", title, section, test.reason)
        : testLine(verdict(test.passed), title, section, `p = ${formatP(test.pValue)}`),
    ),
  ];
  if (permutation.kind === "not-applicable") {
    lines.push(testLine("N/A", "Permutation tests", "§5.1", permutation.reason));
  } else {
    lines.push(
      testLine(
        verdict(permutation.passed),
        "Permutation tests",
        "§5.1",
        `${formatCount(permutation.permutations)} permutations measured`,
      ),
    );
    for (const id of STATISTICS) {
      const { original, greater, equal, less, passed: one } = permutation.statistics[id];
      lines.push(
        `      ${verdict(one).padEnd(4)}  ${id.padEnd(22)}  ${greater} greater, ${equal} equal, ${less} less than ${original}`,
      );
    }
  }
  const conclusion =
    passed === null
      ? "whether the data are IID is open: a test could not be made"
      : passed
        ? "nothing speaks against the data being IID"
        : "the data are not IID: their entropy is that of the non-IID track (without --iid)";
  return [...lines, "", conclusion];
}

function testLine(mark: string, title: string, section: string, text: string): string {
  return `${mark.padEnd(4)}  ${title.padEnd(26)}  ${section.padEnd(6)}  ${text}`;
}

function verdict(passed: boolean | null): string {
  return passed === null ? "OPEN" : passed ? "PASS" : "FAIL";
}

function restartLines({ rows, cols, hInitial, sanity, hRow, hCol, ...restart }: RestartResult): string[] {
  const row = (name: string, max: number, cutoff: number) =>
    `most frequent symbol of a ${name}: ${max} times, at most ${cutoff} expected`;
  return [
    `Restart tests, SP 800-90B §3.1.4: ${formatCount(rows)} restarts of ${formatCount(cols)} symbols`,
    `${verdict(sanity.passed)}  ${row("row", sanity.rowMax, sanity.rowCutoff)}; ${row("column", sanity.colMax, sanity.colCutoff)}`,
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
