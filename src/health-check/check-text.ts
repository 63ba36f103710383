/** The health tests' results for the terminal. */
import { formatCount, formatFixed, plural } from "#kit/format/numbers.ts";
import { visible } from "#kit/format/visible.ts";
import { fitLines, type Screen } from "#kit/term/screen.ts";
import type { Style } from "#kit/term/style.ts";
import { type Cell, type Column, table } from "#kit/term/table.ts";
import { testedH } from "../health/monitor.ts";
import type { FileHealthReport } from "./check-file.ts";
import type { PoolHealthReport } from "./check-pool.ts";
import type { Induced } from "./induce.ts";
import type { HealthOutcome, Tested, TestOutcome, Verdict } from "./tally.ts";

const STYLES: Readonly<Record<Verdict, Style | undefined>> = {
  passed: "good",
  failed: "bad",
  warned: "warn",
  blind: "warn",
  open: "dim",
};

const COLUMNS: readonly Column[] = [
  { title: "TEST" },
  { title: "H", align: "right", leaves: 3 },
  { title: "ALPHA", align: "right", leaves: 4 },
  { title: "WINDOW", align: "right", leaves: 5 },
  { title: "CUTOFF", align: "right" },
  { title: "SEEN", align: "right" },
  { title: "ALARMS", align: "right" },
  { title: "VERDICT" },
  { title: "CUTOFF FROM", leaves: 1 },
];

/** Places that a line of text names. */
const SHOWN_PLACES = 8;

export function fileHealthText(report: FileHealthReport, screen: Screen): string {
  const { input, claimFrom, notes, induced, passed } = report;
  const from =
    claimFrom === "command line" ? "" : `, from ${visible(claimFrom.manifest)}; --claim takes another`;
  const lines = [
    `input    ${visible(input.name)}: ${plural(report.symbols, "symbol")} of ${plural(report.symbolBits, "bit")}${input.from > 0 ? `, from symbol ${formatCount(input.from)} on, counted from there` : ""}`,
    `sha256   ${input.sha256}`,
    `claim    ${claimText(report)}${from}`,
    "",
    table(COLUMNS, report.tests.map(testCells), screen),
    ...estimateLines(report),
    ...placeLines(report),
    ...inducedLines(induced, screen),
    ...notes.map((note) => `note: ${visible(note)}`),
    "",
    conclusion(passed),
    "",
  ];
  return fitLines(lines.join("\n"), screen);
}

export function poolHealthText(report: PoolHealthReport, screen: Screen): string {
  const columns = [{ title: "SOURCE" }, ...COLUMNS.filter(({ title }) => title !== "CUTOFF FROM")];
  const rows = report.sources.flatMap((source) =>
    [...source.tests.map(testCells), estimateCells(source)].map((cells) => [source.id, ...cells.slice(0, 8)]),
  );
  const lines = [
    ...(rows.length > 0 ? [table(columns, rows, screen)] : []),
    ...report.sources.flatMap((source) => {
      const said = [...placeLines(source), ...inducedLines(source.induced, screen)];
      return said.length > 0 ? ["", `${source.id}: claims ${claimText(source)}`, ...said] : [];
    }),
    "",
    ...report.knownAnswers.map(
      ({ cipher, passed, reason }) =>
        `known answers of CTR_DRBG by the ${cipher === "native" ? "native library" : "runtime"}: ${passed === null ? "not run" : passed ? "passed" : "FAILED"}${reason === undefined ? "" : `, ${visible(reason)}`}`,
    ),
    ...report.failed.map(({ id, reason }) => `not sampled: ${id}: ${visible(reason)}`),
    ...report.absent.map(({ id, reason }) => `not here: ${id}: ${visible(reason)}`),
    conclusion(report.passed),
    "",
  ];
  return fitLines(lines.join("\n"), screen);
}

function claimText({ claim }: Tested): string {
  return `${claim} bits per symbol${claim === 0 ? `, tested as ${testedH(claim)}` : ""}`;
}

function testCells(test: TestOutcome): Cell[] {
  return [
    `${test.phase} ${test.test}`,
    String(Number(test.h.toPrecision(4))),
    `2^-${test.alphaExponent}`,
    test.window === null ? "" : formatCount(test.window),
    formatCount(test.cutoff),
    formatCount(test.seen),
    formatCount(test.alarms),
    { text: test.verdict, style: STYLES[test.verdict] },
    test.derivation,
  ];
}

/** The estimate of blocks in the columns of the tests: cutoff is the claim, seen the lowest estimate. */
function estimateCells({ estimates, claim }: HealthOutcome & Tested): Cell[] {
  const { blocks, length, lowest, worthless, verdict } = estimates;
  const window = blocks === 0 ? "" : formatCount(length);
  return [
    "estimate of blocks",
    "",
    "",
    window,
    String(claim),
    formatFixed(lowest, 3),
    formatCount(worthless),
    { text: verdict, style: STYLES[verdict] },
  ];
}

function estimateLines({ estimates, reference, startupSymbols, claim }: HealthOutcome & Tested): string[] {
  const { blocks, length, reach, lowest, mean, belowClaim, creditedLess, worthless, worthlessInARow } =
    estimates;
  const second =
    reference === null
      ? "second tests: not run; they learn what they compare with from the first 16 blocks"
      : `second tests: of half of ${formatFixed(reference, 3)} bits, the lowest estimate of the first 16 blocks`;
  if (blocks === 0) {
    return [
      second,
      `estimate: no block of ${formatCount(length)} symbols after the ${formatCount(startupSymbols)} of the start-up test`,
    ];
  }
  return [
    second,
    `estimate: ${plural(blocks, "block")} of ${formatCount(length)} symbols, lowest ${formatFixed(lowest, 3)}, mean ${formatFixed(mean, 3)} bits per symbol: ${estimates.verdict}`,
    `          ${formatCount(belowClaim)} below the claim; ${formatCount(creditedLess)} credited less than it, at half of their estimate; ${formatCount(worthless)} worth nothing, ${formatCount(worthlessInARow)} in a row`,
    ...(reach < claim
      ? [
          `          so short a block cannot show more than about ${formatFixed(reach, 2)} bits: that it is below the claim says nothing`,
        ]
      : []),
  ];
}

/** Says where alarms were, and blocks below the claim. */
function placeLines({ tests, estimates, symbols, startupSymbols }: HealthOutcome): string[] {
  const lines = tests
    .filter(({ alarms }) => alarms > 0)
    .map(({ phase, test, alarms, places }) => {
      const shown = places.slice(0, SHOWN_PLACES).map(({ at, symbol }) => `${formatCount(at)} (${symbol})`);
      return `${phase} ${test}: ${plural(alarms, "alarm")}, at symbol (value) ${shown.join(", ")}${more(alarms, shown.length)}`;
    });
  const blocks = estimates.places
    .slice(0, SHOWN_PLACES)
    .map(({ from, estimate }) => `${formatCount(from)} (${estimate.toFixed(3)})`);
  if (blocks.length > 0) {
    lines.push(
      `blocks below the claim: from symbol (estimate) ${blocks.join(", ")}${more(estimates.belowClaim, blocks.length)}`,
    );
  }
  for (const { phase, test, cutoff, window } of tests.filter(({ verdict }) => verdict === "blind")) {
    lines.push(
      `${phase} ${test}: cannot fire at this claim: its cutoff ${cutoff} is above its window of ${window}`,
    );
  }
  if (symbols < startupSymbols) {
    lines.push(
      `the start-up test takes ${formatCount(startupSymbols)} symbols, and there are ${formatCount(symbols)}`,
    );
  }
  return lines;
}

function more(all: number, shown: number): string {
  return all > shown ? `, and ${formatCount(all - shown)} more` : "";
}

function inducedLines(induced: readonly Induced[], screen: Screen): string[] {
  if (induced.length === 0) return [];
  const columns: Column[] = [
    { title: "INDUCED FAULT" },
    { title: "" },
    { title: "FIRST FOUND BY" },
    { title: "AFTER", align: "right" },
    { title: "THEN", wraps: "inside", leaves: 1 },
    { title: "REASON", optional: true, wraps: "below" },
  ];
  const rows = induced.map((each): Cell[] => {
    const [first, ...rest] = each.fired;
    return [
      each.fault,
      inducedVerdict(each),
      first?.by ?? "",
      first === undefined ? "" : formatCount(first.after),
      rest.map(({ by, after }) => `${by} ${formatCount(after)}`).join(", "),
      each.reason ?? "",
    ];
  });
  return ["", table(columns, rows, screen)];
}

function inducedVerdict({ passed, fired, expected }: Induced): Cell {
  if (passed === null) return { text: "not played", style: "dim" };
  if (fired.length > 0) return { text: "found", style: "good" };
  if (expected === "must") return { text: "MISSED", style: "bad" };
  return expected === "cannot" ? "not found, nor can it be" : "not found; it leaves noise, or looks as if";
}

function conclusion(passed: boolean | null): string {
  if (passed === null) return "open: neither passed nor failed";
  return passed ? "passed" : "failed";
}
