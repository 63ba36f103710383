/** A report as tables of text, which the terminal, Markdown and HTML all show. */
import { formatCount, plural } from "#kit/format/numbers.ts";
import type { Column } from "#kit/term/table.ts";
import { DEFAULT_ALPHA } from "../stats/constants.ts";
import type { SuiteId } from "../stats/result.ts";
import { SUITES, testTitle } from "../stats/suites.ts";
import { formatP, formatValue } from "./numbers.ts";
import { lowestPValue, type Report, type ReportLine, type ReportResult } from "./report.ts";
import { isUneven, type Verdict } from "./verdict.ts";

export type Mark = "PASS" | "WEAK" | "FAIL" | "N/A" | "–";

export interface Row {
  readonly mark: Mark;
  readonly cells: readonly string[];
}

export interface RowGroup {
  readonly title?: string;
  readonly rows: readonly Row[];
}

export interface Table {
  readonly title: string;
  /** Titles of the cells. The mark, which stands before them, has none. */
  readonly columns: readonly Column[];
  readonly groups: readonly RowGroup[];
}

export function tablesOf(report: Report): Table[] {
  return report.suites.map((suite) =>
    report.sequences > 1 ? analysisTable(report, suite) : resultTable(report, suite),
  );
}

/** Every p-value of a report, a table for each suite that has any: what its other tables show only the smallest of. */
export function valuesTables(report: Report): Table[] {
  return report.suites.flatMap((suite) => {
    const rows = report.sequences > 1 ? lineRows(report, suite) : valueRows(report, suite);
    if (rows.length === 0) return [];
    const [what, columns] =
      report.sequences > 1 ? ["lines of final analysis", LINE_COLUMNS] : ["p-values", VALUE_COLUMNS];
    const title = `${SUITES[suite].title}: all ${formatCount(rows.length)} ${what}`;
    return [{ title, columns, groups: [{ rows }] }];
  });
}

const VALUE_COLUMNS: readonly Column[] = [
  { title: "Test" },
  { title: "Of" },
  { title: "p-value", align: "right" },
  { title: "exact p", align: "right" },
];

/** Each value judged by the level of its test divided by the number of its values. */
function valueRows(report: Report, suite: SuiteId): Row[] {
  return report.results.flatMap((result) => {
    if (result.suite !== suite || result.kind !== "hypothesis") return [];
    const { pValues, exactPValues, labels } = result;
    return pValues.map((p, i): Row => {
      const exact = exactPValues?.[i];
      const isWeak = Math.min(p, exact ?? 1) < DEFAULT_ALPHA / pValues.length;
      const mark = !isWeak ? "PASS" : p === Math.min(...pValues) ? markOf(result.verdict, false) : "WEAK";
      const label = labels?.[i] ?? (pValues.length > 1 ? String(i + 1) : "");
      return {
        mark,
        cells: [
          testTitle(suite, result.test),
          label,
          formatP(p),
          exact === undefined || exact === p ? "" : formatP(exact),
        ],
      };
    });
  });
}

const LINE_COLUMNS: readonly Column[] = [
  { title: "Test" },
  { title: "Of" },
  { title: "C1 … C10" },
  { title: "Uniformity p", align: "right" },
  { title: "Passed", align: "right" },
];

function lineRows(report: Report, suite: SuiteId): Row[] {
  return report.analysis
    .filter((line) => line.suite === suite)
    .map(({ test, label, bins, uniformity, proportion, sequences, verdict }) => ({
      mark: markOf(verdict, false),
      cells: [
        testTitle(suite, test),
        label ?? "",
        bins.join(" "),
        formatP(uniformity),
        `${formatCount(Math.round(proportion * sequences))}/${sequences}`,
      ],
    }));
}

function resultTable(report: Report, suite: SuiteId): Table {
  const results = report.results.filter((result) => result.suite === suite);
  const rows = results.map((result) => resultRow(result, report.input.bytes));
  const isShown = (_: unknown, i: number) =>
    !SOMETIMES.includes(i) || rows.some((row) => row.cells[i] !== "");
  const columns = RESULT_COLUMNS.filter(isShown);
  const shown = rows.map((row) => ({ ...row, cells: row.cells.filter(isShown) }));
  const { title, tests } = SUITES[suite];
  const groupOf = (test: string) => tests.find(({ id }) => id === test)?.group;
  const groups = [...new Set(tests.map(({ group }) => group))].map(
    (group): RowGroup => ({
      ...(group !== undefined && { title: group }),
      rows: shown.filter((_, i) => groupOf(results[i]!.test) === group),
    }),
  );
  return { title, columns, groups };
}

const RESULT_COLUMNS: readonly Column[] = [
  { title: "Test" },
  { title: "Section", wraps: "inside", leaves: 1 },
  { title: "p-value", align: "right" },
  { title: "corrected p", align: "right" },
  { title: "exact p", align: "right" },
  { title: "Statistic", align: "right" },
  { title: "Remark", wraps: "below" },
];
/** Columns that are left out where no row has anything in them: p-values, corrected and exact ones. */
const SOMETIMES: readonly number[] = [2, 3, 4];

function resultRow(result: ReportResult, inputBytes: number): Row {
  const remarks: string[] = [];
  let p = "";
  let corrected = "";
  let exact = "";
  let value = "";
  switch (result.kind) {
    case "hypothesis": {
      const lowest = lowestPValue(result);
      p = formatP(lowest.p);
      corrected = result.correctedP === undefined ? "" : formatP(result.correctedP);
      if (result.exactPValues) {
        const [lowestExact] = [...result.exactPValues].sort((a, b) => a - b);
        const decides = formatP(result.correctedExactP ?? lowestExact!);
        exact = decides === (corrected || p) ? "" : decides;
      }
      value = formatValue(result.statistic);
      const label = result.labels?.[lowest.index];
      if (result.pValues.length > 1) {
        remarks.push(`lowest of ${result.pValues.length}${label === undefined ? "" : `, ${label}`}`);
      }
      break;
    }
    case "estimate":
      value = formatValue(result.value);
      remarks.push(result.unit);
      break;
    case "bounds":
      value = formatValue(result.value);
      remarks.push(boundsText(result.lower, result.upper));
      break;
    case "not-applicable":
      remarks.push(result.reason);
  }
  if (result.kind !== "not-applicable" && result.testedBytes < inputBytes) {
    remarks.push(`first ${formatCount(result.testedBytes)} bytes`);
  }
  const cells = [
    testTitle(result.suite, result.test),
    sectionText(result),
    p,
    corrected,
    exact,
    value,
    remarks.join("; "),
  ];
  return { mark: markOf(result.verdict, result.kind === "not-applicable"), cells };
}

/** Makes one row a test, with the worst of its p-values over all sequences. JSON has every line. */
function analysisTable(report: Report, suite: SuiteId): Table {
  const lines = report.analysis.filter((line) => line.suite === suite);
  const tests = [
    ...new Set(report.results.filter((result) => result.suite === suite).map(({ test }) => test)),
  ];
  const rows = tests.map((test): Row => {
    const own = lines.filter((line) => line.test === test);
    const results = report.results.filter((result) => result.suite === suite && result.test === test);
    const title = testTitle(suite, test);
    const verdicts = [...own, ...results].map(({ verdict }) => verdict);
    if (own.length === 0) {
      const [first] = results;
      const reason = first?.kind === "not-applicable" ? first.reason : "no verdict";
      return { mark: markOf(null, first?.kind === "not-applicable"), cells: [title, "", "", "", "", reason] };
    }
    // One weak sequence in a hundred is to be expected; a failed one is not.
    const verdict = verdicts.includes("fail")
      ? "fail"
      : own.some((line) => line.verdict === "weak")
        ? "weak"
        : "pass";
    const lowest = own.reduce((worst, line) => (line.proportion < worst.proportion ? line : worst));
    const uneven = own.reduce((worst, line) => (line.uniformity < worst.uniformity ? line : worst));
    return {
      mark: markOf(verdict, false),
      cells: [
        title,
        formatCount(lowest.sequences),
        `${formatCount(Math.round(lowest.proportion * lowest.sequences))}/${lowest.sequences}`,
        `${lowest.interval[0].toFixed(4)}–${lowest.interval[1].toFixed(4)}`,
        formatP(uneven.uniformity),
        analysisRemark(own, results),
      ],
    };
  });
  const title = `${SUITES[suite].title}: final analysis of ${formatCount(report.sequences)} sequences`;
  return { title, columns: ANALYSIS_COLUMNS, groups: [{ rows }] };
}

const ANALYSIS_COLUMNS: readonly Column[] = [
  { title: "Test" },
  { title: "Applied", align: "right" },
  { title: "Passed", align: "right" },
  { title: "Expected" },
  { title: "Uniformity p", align: "right" },
  { title: "Remark", wraps: "below" },
];

function analysisRemark(lines: readonly ReportLine[], results: readonly ReportResult[]): string {
  const remarks: string[] = [];
  const outside = lines.filter((line) => !line.proportionPassed).length;
  const uneven = lines.filter(isUneven).length;
  const failed = results.filter((result) => result.verdict === "fail").length;
  if (lines.length > 1) remarks.push(`worst of ${lines.length}`);
  if (outside > 0) remarks.push(`${outside} outside the interval`);
  if (uneven > 0) remarks.push(`${uneven} not uniform`);
  if (failed > 0) remarks.push(`${plural(failed, "sequence")} failed`);
  return remarks.join("; ");
}

function markOf(verdict: Verdict, notApplicable: boolean): Mark {
  if (verdict === null) return notApplicable ? "N/A" : "–";
  return ({ pass: "PASS", weak: "WEAK", fail: "FAIL" } as const)[verdict];
}

function boundsText(lower: number | null, upper: number | null): string {
  if (lower === null) return upper === null ? "" : `at most ${formatValue(upper)}`;
  return upper === null ? `at least ${formatValue(lower)}` : `${formatValue(lower)}–${formatValue(upper)}`;
}

/** Adds § to sections of the suite's own standard; those of the battery come with a standard's name. */
function sectionText({ suite, section }: ReportResult): string {
  return suite === "battery" ? section : `§${section}`;
}
