/** The report in words: what is shown of evaluations that were made up. */
import { describe, expect, test } from "bun:test";
import { NO_SCREEN } from "#kit/term/screen.ts";
import { type Evaluation, evaluate } from "../../src/deep/evaluation.ts";
import type { Observation } from "../../src/deep/family.ts";
import { type DeepReport, deepReport } from "../../src/report/deep/deep-report.ts";
import { deepText, evaluationText } from "../../src/report/deep/deep-text.ts";
import { deepConclusion, deepTables } from "../../src/report/deep/deep-words.ts";
import type { OpenData } from "../../src/report/input-data.ts";

const MIB = 2 ** 20;
const families = ["a", "b"].map((id) => ({ id, title: `Family ${id}`, parts: () => [] }));

const observation = (test: string, p: number): Observation => {
  return {
    test,
    lane: "",
    n: 1e6,
    statistic: 12.5,
    p,
    among: 1,
    suspicion: `suspect ${test}`,
    look: "look there",
  };
};

function evaluationOf(
  bytes: number,
  ofA: Record<string, number>,
  ofB: Record<string, number> = {},
): Evaluation {
  const observed = [ofA, ofB].map((tests) => Object.entries(tests).map(([id, p]) => observation(id, p)));
  return evaluate(
    families.map((family, i) => ({ family, observations: observed[i]! })),
    bytes,
    0,
  );
}

function reportOf(evaluations: readonly Evaluation[], name = "data.bin"): DeepReport {
  const data = { kind: "file", name, bitsPerSymbol: 8 } as OpenData;
  const bytes = evaluations.at(-1)?.bytes ?? 0;
  return deepReport(data, { evaluations, bytes, rest: 0, ended: "data", joints: [], hint: null }, families);
}

const findingRows = (report: DeepReport) =>
  deepTables(report)
    .find(({ title }) => title.startsWith("Findings"))
    ?.groups.flatMap(({ rows }) => rows)
    .map(({ mark, cells }) => [mark, ...cells.slice(0, 2), cells[6]]);

describe("findings of all evaluations", () => {
  test("each test once: when it first failed, else of its smallest p; failures first", () => {
    const report = reportOf([
      evaluationOf(MIB, { early: 1e-3, x: 0.5, y: 1e-3 }),
      evaluationOf(2 * MIB, { early: 1e-20, x: 0.5, y: 1e-4 }),
      evaluationOf(4 * MIB, { early: 1e-40, x: 1e-12, y: 2e-3 }),
      evaluationOf(8 * MIB, { early: 0.5, x: 0.5, y: 0.5 }),
    ]);
    expect(findingRows(report)).toEqual([
      ["FAIL", "2,097,152", "a/early", "3.0e-20"],
      ["FAIL", "4,194,304", "a/x", "3.0e-12"],
      ["WEAK", "2,097,152", "a/y", "0.0003"],
    ]);
    expect(report.summary).toMatchObject({ verdict: "fail", passed: 1, weak: 1, failed: 2 });
    expect(deepConclusion(report)[1]).toBe(
      "these data fail tests that random data pass, from 2,097,152 bytes on: suspect early",
    );
  });

  test("of more than forty the first are shown, and it is said", () => {
    const many = Object.fromEntries(Array.from({ length: 50 }, (_, i) => [`t${i}`, 1e-30]));
    const report = reportOf([evaluationOf(MIB, many)]);
    expect(findingRows(report)).toHaveLength(40);
    expect(deepTables(report).at(-1)!.title).toBe("Findings, the first 40 of 50");
    expect(evaluationText(report.evaluations[0]!, NO_SCREEN)).toContain("\n      and 45 more\n");
  });

  test("where there are none there is no table, and the conclusion says what is open", () => {
    const report = reportOf([evaluationOf(MIB, { x: 0.5 })]);
    expect(findingRows(report)).toBeUndefined();
    expect(deepConclusion(report).slice(1)).toEqual([
      "looked for: Family a; Family b; in 1,048,576 bytes",
      expect.stringContaining("a pass is no proof"),
    ]);
  });
});

test("a conclusion has one suspicion of each family that failed", () => {
  const report = reportOf([evaluationOf(MIB, { x: 1e-30, y: 1e-20 }, { z: 1e-25 })]);
  expect(deepConclusion(report)[1]).toEndWith("bytes on: suspect x; suspect z");
});

test("on a terminal no line is longer than it is wide", () => {
  const report = reportOf(
    [evaluationOf(MIB, { "a-test-with-a-long-name": 1e-30, y: 1e-20 }, { z: 1e-25 })],
    "x".repeat(200),
  );
  for (const columns of [72, 80, 132]) {
    const lines = deepText(report, { outIsTerminal: true, columns, color: false }).split("\n");
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(columns);
  }
});
