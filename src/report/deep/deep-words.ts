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
      `at most one run in ${formatCount(1 / summary.runLevel)} on good data fails, at any of its evaluations`,
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
  { title: "Family" },
  { title: "Tests", align: "right" },
  { title: "p-values", align: "right" },
  { title: "lowest corrected p", align: "right" },
  { title: "Of", wraps: "below" },
];

const FINDING_COLUMNS: readonly Column[] = [
  { title: "Test" },
  { title: "Part of the data", wraps: "inside" },
  { title: "n", align: "right" },
  { title: "Statistic", align: "right" },
  { title: "p-value", align: "right" },
  { title: "corrected p", align: "right" },
  { title: "Suspicion", wraps: "below" },
];

export function deepTables({ evaluations, families }: DeepReport): Table[] {
  const last = evaluations.at(-1);
  const tables: Table[] = [
    { title: "Evaluations", columns: EVALUATION_COLUMNS, groups: [{ rows: evaluations.map(evaluationRow) }] },
  ];
  return last === undefined || last.verdict === null ? tables : [...tables, ...tablesOf(last, families)];
}

/** Makes the tables of one evaluation: what each family says, and the findings. */
export function tablesOf(evaluation: Evaluation, families: DeepReport["families"]): Table[] {
  const { findings, bytes } = evaluation;
  const byFamily: Table = {
    title: `Families after ${formatCount(bytes)} bytes`,
    columns: FAMILY_COLUMNS,
    groups: [{ rows: evaluation.families.map((result) => familyRow(result, families)) }],
  };
  if (findings.length === 0) return [byFamily];
  const shown = findings.slice(0, MOST_FINDINGS);
  const title =
    shown.length === findings.length
      ? `Findings after ${formatCount(bytes)} bytes`
      : `Findings after ${formatCount(bytes)} bytes: the first ${shown.length} of ${formatCount(findings.length)}`;
  return [byFamily, { title, columns: FINDING_COLUMNS, groups: [{ rows: shown.map(findingRow) }] }];
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

function findingRow(finding: Finding): Row {
  const { family, test, lane, n, statistic, p, among, correctedP, verdict, suspicion, look } = finding;
  const lowest = among > 1 ? `lowest of ${formatCount(among)}; ` : "";
  return {
    mark: deepMark(verdict),
    cells: [
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
    const suspicions = [
      ...new Set(
        first.findings.filter((finding) => finding.verdict === "fail").map(({ suspicion }) => suspicion),
      ),
    ];
    sentences.push(
      `these data fail tests that random data pass, from ${formatCount(first.bytes)} bytes on: ${suspicions.slice(0, MOST_SUSPICIONS).join("; ")}`,
    );
  } else if (verdict === null) {
    sentences.push("no test had a verdict: nothing is said about the data");
  } else if (weak > 0) {
    sentences.push(`weak is p < ${weakLevel}, as one good evaluation in a hundred is; it is not a failure`);
  }
  if (verdict !== null) {
    sentences.push(
      `looked for: ${families.map(({ title }) => lowered(title)).join("; ")}; in ${plural(bytes, "byte")}`,
    );
    if (verdict === "pass") sentences.push(LEFT_OPEN);
  }
  return [...sentences, ...notes.map((note) => `note: ${note}`)];
}

const MOST_SUSPICIONS = 3;

const LEFT_OPEN =
  "a pass is no proof: a generator whose faults need more data or other tests passes, such as good non-linear generators of 128 bits of state and more, and so does any cipher whose key is known";

function lowered(title: string): string {
  return /^[A-Z][a-z]/.test(title) ? title.charAt(0).toLowerCase() + title.slice(1) : title;
}
