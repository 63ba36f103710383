/** A report of the battery for large data in words and tables, which the terminal, Markdown and HTML all show. */
import { formatCount, plural } from "#kit/format/numbers.ts";
import type { Column } from "#kit/term/table.ts";
import type { Evaluation, FamilyResult, Finding } from "../../deep/evaluation.ts";
import { formatP, formatValue } from "../numbers.ts";
import { printable } from "../summary.ts";
import type { Mark, Row, Table } from "../tables.ts";
import type { DeepReport } from "./deep-report.ts";

const MARKS = { pass: "PASS", weak: "WEAK", fail: "FAIL" } as const;

export function deepMark(verdict: Evaluation["verdict"]): Mark {
  return verdict === null ? "N/A" : MARKS[verdict];
}

/** Facts about the data and the test, in the order they are shown; known before the first byte is read. */
export function deepFacts({
  input,
  families,
  summary,
}: Omit<DeepReport, "bytes" | "evaluations">): [name: string, value: string][] {
  return [
    ["input", input.kind === "stdin" ? "standard input" : `${input.kind} ${printable(input.name)}`],
    ...(input.format === undefined
      ? []
      : [["format", `${input.format}; bytes are those of what was read`] as [string, string]]),
    ["suite", `deep: ${families.map(({ id }) => id).join(", ")}`],
    [
      "level",
      `at most one run on good data in ${formatCount(1 / summary.runLevel)} fails, at whatever result`,
    ],
  ];
}

/** Writes a number of bytes in full, and beside it as a power of two where it is one. */
export function formatBytes(bytes: number): string {
  const power = Math.log2(bytes);
  return Number.isInteger(power) ? `${formatCount(bytes)} = 2^${power}` : formatCount(bytes);
}

export const EVALUATION_COLUMNS: readonly Column[] = [
  { title: "Bytes" },
  { title: "Tests", align: "right" },
  { title: "p-values", align: "right" },
  { title: "lowest corrected p", align: "right" },
  { title: "Of" },
];

export function evaluationRow({ bytes, tests, pValues, p, verdict, families }: Evaluation): Row {
  const lowest = families.find((family) => family.p === p);
  return {
    mark: deepMark(verdict),
    cells: [
      formatBytes(bytes),
      formatCount(tests),
      formatCount(pValues),
      p === null ? "" : formatP(p),
      lowest === undefined || p === 1 ? "" : nameOf(lowest),
    ],
  };
}

/** Names a test: `family/test, part of the data`. */
export function nameOf({ family, test, lane }: Pick<FamilyResult, "family" | "test" | "lane">): string {
  return `${family}/${test}${lane === "" ? "" : `, ${lane}`}`;
}

const FAMILY_COLUMNS: readonly Column[] = [
  { title: "Family", wraps: "inside" },
  { title: "Tests", align: "right", leaves: 1 },
  { title: "p-values", align: "right", leaves: 2 },
  { title: "lowest corrected p", align: "right" },
  { title: "Of", wraps: "below" },
];

const FINDING_COLUMNS: readonly Column[] = [
  { title: "After bytes", align: "right", leaves: 4 },
  { title: "Test", wraps: "inside" },
  { title: "Part of the data", wraps: "inside" },
  { title: "n", align: "right", leaves: 1 },
  { title: "Statistic", align: "right", leaves: 2 },
  { title: "p-value", align: "right", leaves: 3 },
  { title: "corrected p", align: "right" },
  { title: "Suspicion", wraps: "below" },
];

export function deepTables(report: DeepReport): Table[] {
  const rows = report.evaluations.map(evaluationRow);
  return [{ title: "Evaluations", columns: EVALUATION_COLUMNS, groups: [{ rows }] }, ...lastTables(report)];
}

/** Makes the tables of what is known at the end: what each family says of all bytes, and the findings of all evaluations. */
export function lastTables({ evaluations, families }: DeepReport): Table[] {
  const last = evaluations.at(-1);
  if (last === undefined || last.verdict === null) return [];
  const byFamily: Table = {
    title: `Families after ${formatCount(last.bytes)} bytes`,
    columns: FAMILY_COLUMNS,
    groups: [{ rows: last.families.map((result) => familyRow(result, families)) }],
  };
  const findings = eachOnce(evaluations);
  if (findings.length === 0) return [byFamily];
  const shown = findings.slice(0, MOST_FINDINGS);
  const title =
    shown.length === findings.length
      ? "Findings"
      : `Findings, the first ${shown.length} of ${formatCount(findings.length)}`;
  return [byFamily, { title, columns: FINDING_COLUMNS, groups: [{ rows: shown.map(findingRow) }] }];
}

interface Found {
  /** The evaluation's. */
  readonly bytes: number;
  readonly finding: Finding;
}

/**
 * Lists each test that was weak or failed once: as of the evaluation that it first failed at, else of its smallest p. Those that failed come
 * first, in the order in which they did.
 */
function eachOnce(evaluations: readonly Evaluation[]): Found[] {
  const found = new Map<string, Found>();
  for (const { bytes, findings } of evaluations) {
    for (const finding of findings) {
      const known = found.get(nameOf(finding))?.finding;
      const isFirstFail = finding.verdict === "fail" && known?.verdict !== "fail";
      const isSmaller = known?.verdict === "weak" && finding.correctedP < known.correctedP;
      if (known === undefined || isFirstFail || isSmaller) found.set(nameOf(finding), { bytes, finding });
    }
  }
  const isWeak = ({ finding }: Found) => Number(finding.verdict === "weak");
  return [...found.values()].sort(
    (a, b) => isWeak(a) - isWeak(b) || a.bytes - b.bytes || a.finding.correctedP - b.finding.correctedP,
  );
}

/** JSON has them all. */
const MOST_FINDINGS = 40;

function familyRow(result: FamilyResult, families: DeepReport["families"]): Row {
  const { family, tests, pValues, p, test, lane, verdict } = result;
  const title = families.find(({ id }) => id === family)?.title ?? family;
  const of = `${test}${lane === "" ? "" : `, ${lane}`}`;
  return {
    mark: deepMark(verdict),
    cells: [title, formatCount(tests), formatCount(pValues), formatP(p), p === 1 ? "" : of],
  };
}

function findingRow({ bytes, finding }: Found): Row {
  const { family, test, lane, n, statistic, p, among, correctedP, verdict, suspicion, look } = finding;
  const lowest = among > 1 ? `lowest of ${formatCount(among)}; ` : "";
  return {
    mark: deepMark(verdict),
    cells: [
      formatCount(bytes),
      `${family}/${test}`,
      lane,
      formatCount(n),
      statistic === null ? "–" : formatValue(statistic),
      formatP(p),
      formatP(correctedP),
      `${lowest}${suspicion}${look === undefined ? "" : `; ${look}`}`,
    ],
  };
}

/** Concludes from all evaluations, in sentences. */
export function deepConclusion(report: DeepReport): string[] {
  const { evaluations, summary, families, bytes, notes } = report;
  const { passed, weak, failed, verdict, weakLevel } = summary;
  const sentences = [
    `${plural(evaluations.length, "evaluation")} of up to ${plural(bytes, "byte")}: ${passed} passed, ${weak} weak, ${failed} failed`,
  ];
  if (verdict === "fail") {
    const first = evaluations.find((evaluation) => evaluation.verdict === "fail")!;
    const failures = first.findings.filter((finding) => finding.verdict === "fail");
    const isFirstOfFamily = ({ family }: Finding, i: number) =>
      failures.findIndex((other) => other.family === family) === i;
    const suspicions = failures.filter(isFirstOfFamily).map(({ suspicion }) => suspicion);
    sentences.push(
      `these data fail tests that random data pass, from ${formatCount(first.bytes)} bytes on: ${suspicions.join("; ")}`,
    );
  } else if (verdict === null) {
    sentences.push("no test had a verdict: nothing is said about the data");
  } else if (weak > 0) {
    sentences.push(`weak is p < ${weakLevel}, as one good evaluation in a hundred is; it is not a failure`);
  }
  if (verdict !== null) {
    sentences.push(
      `looked for: ${families.map(({ looksFor }) => looksFor).join("; ")}; in ${plural(bytes, "byte")}`,
    );
    if (verdict === "pass") sentences.push(LEFT_OPEN);
  }
  return [...sentences, ...notes.map((note) => `note: ${note}`)];
}

const LEFT_OPEN =
  "a pass is no proof: a generator whose faults need more data or other tests passes, such as good non-linear generators of 128 bits of state and more, and so does any cipher whose key is known";
