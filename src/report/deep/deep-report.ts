/** The report on data that the battery for large data has seen. Pure data, written to JSON unchanged; docs/DEEP.md describes each field. */
import { formatCount, plural } from "#kit/format/numbers.ts";
import { UNIT_BYTES } from "../../../ffi/deep-loops.ts";
import { MOST_BYTES, RUN_LEVEL, WEAK_LEVEL } from "../../deep/budget.ts";
import type { Evaluation } from "../../deep/evaluation.ts";
import type { Family } from "../../deep/family.ts";
import type { InputDescription } from "../report.ts";
import type { ReportData } from "../run-options.ts";
import type { StreamResult } from "./test-stream.ts";

export interface DeepReport {
  readonly schema: 1;
  readonly suite: "deep";
  readonly input: Omit<InputDescription, "bytes" | "sha256">;
  /** All tests have seen the first so many bytes. */
  readonly bytes: number;
  readonly families: readonly FamilyWords[];
  readonly evaluations: readonly Evaluation[];
  readonly summary: DeepSummary;
  /** Notes on how the data were used, a sentence each. */
  readonly notes: readonly string[];
}

export interface FamilyWords {
  readonly id: string;
  readonly title: string;
  readonly looksFor: string;
}

export interface DeepSummary {
  /** fail: an evaluation failed. null: no test applied. */
  readonly verdict: "pass" | "fail" | null;
  /** Number of evaluations by verdict. */
  readonly passed: number;
  readonly weak: number;
  readonly failed: number;
  /** Highest chance that a run on good data fails. */
  readonly runLevel: number;
  readonly weakLevel: number;
}

export function deepReport(data: ReportData, result: StreamResult, families: readonly Family[]): DeepReport {
  const { kind, name, bitsPerSymbol, format } = data;
  const { evaluations, bytes } = result;
  const count = (verdict: Evaluation["verdict"]) =>
    evaluations.filter((evaluation) => evaluation.verdict === verdict).length;
  const [passed, weak, failed] = [count("pass"), count("weak"), count("fail")];
  return {
    schema: 1,
    suite: "deep",
    input: { kind, name, bitsPerSymbol, ...(format !== undefined && { format }) },
    bytes,
    families: families.map(({ id, title, looksFor = title }) => ({ id, title, looksFor })),
    evaluations,
    summary: {
      verdict: failed > 0 ? "fail" : passed + weak > 0 ? "pass" : null,
      passed,
      weak,
      failed,
      runLevel: RUN_LEVEL,
      weakLevel: WEAK_LEVEL,
    },
    notes: [
      ...(result.hint === null ? [] : [result.hint]),
      ...endNotes(result),
      ...jointNotes(result),
      ...(data.notes?.() ?? []),
    ],
  };
}

/** Tells what was not read, or not tested, and why. */
function endNotes({ ended, bytes, rest }: StreamResult): string[] {
  switch (ended) {
    case "fail":
      return [`the test ended with the first finding, after ${plural(bytes, "byte")}: --keep-going goes on`];
    case "most":
      return [`the test ended after ${plural(MOST_BYTES, "byte")}, the most that its laws hold for`];
    case "data":
      if (rest === 0) return [];
      return [
        `the last ${plural(rest, "byte")} of ${formatCount(bytes + rest)} ${rest === 1 ? "was" : "were"} not tested: tests take ${formatCount(UNIT_BYTES)} at a time`,
      ];
  }
}

/** Tells where the data are not from one reading. */
function jointNotes({ joints }: StreamResult): string[] {
  if (joints.length === 0) return [];
  const places = joints.map(formatCount).join(", ");
  return [`the input went on in another run after byte ${places}: what came between was not read`];
}

/** Says in a sentence that no test applied; undefined otherwise. */
export function untestedDeep({ summary, bytes }: DeepReport): string | undefined {
  if (summary.verdict !== null) return undefined;
  const least =
    bytes === 0
      ? `the battery for large data takes ${formatCount(UNIT_BYTES)} bytes at least`
      : `no test applies to data of ${plural(bytes, "byte")}`;
  return `nothing was tested: ${least}`;
}
