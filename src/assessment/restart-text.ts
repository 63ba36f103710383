/** Restart tests for the terminal, in the words of NIST's program. */
import { formatCount } from "#kit/format/numbers.ts";
import type { Screen } from "#kit/term/screen.ts";
import { paint } from "#kit/term/style.ts";
import { iidLines, verdict } from "./iid-text.ts";
import type { RestartTests } from "./restart-tests.ts";

const DIGITS = 6;

export function restartLines(
  { rows, cols, hInitial, sanity, hRow, hCol, iid, ...restart }: RestartTests,
  screen: Screen,
): string[] {
  const { text: mark, style } = verdict(sanity.passed);
  const row = (name: string, max: number, cutoff: number) =>
    `most frequent symbol of a ${name}: ${max} times, at most ${cutoff} expected`;
  return [
    `Restart tests, SP 800-90B §3.1.4: ${formatCount(rows)} restarts of ${formatCount(cols)} symbols`,
    `${paint(mark, style, screen.color)}  ${row("row", sanity.rowMax, sanity.rowCutoff)}; ${row("column", sanity.colMax, sanity.colCutoff)}`,
    `H_I: ${hInitial.toFixed(DIGITS)}`,
    `H_r: ${hRow === null ? "N/A" : hRow.toFixed(DIGITS)}`,
    `H_c: ${hCol === null ? "N/A" : hCol.toFixed(DIGITS)}`,
    restart.passed
      ? `Validation Test Passed; min(H_r, H_c, H_I): ${restart.minEntropy.toFixed(DIGITS)}`
      : `Validation Test Failed: ${restart.reason ?? "no reason given"}`,
    ...(iid
      ? ["", "Rows:", ...iidLines(iid.rows, screen), "", "Columns:", ...iidLines(iid.columns, screen)]
      : []),
  ];
}
