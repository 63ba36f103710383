import { describe, expect, test } from "bun:test";
import {
  correctedP,
  FIRST_BYTES,
  isDoubling,
  levelAt,
  MOST_BYTES,
  nextDoubling,
  RUN_LEVEL,
} from "../../src/deep/budget.ts";
import { readSavedRun } from "../../src/deep/engine/saved-run.ts";
import { evaluate, type Outcome } from "../../src/deep/evaluation.ts";
import type { Observation } from "../../src/deep/family.ts";

const doublings: number[] = [];
for (let next = nextDoubling(0); next !== undefined; next = nextDoubling(next)) doublings.push(next);

describe("budget", () => {
  test("doublings go from 1 MiB to 1 TiB", () => {
    expect([doublings[0], doublings.at(-1), doublings.length]).toEqual([2 ** 20, 2 ** 40, 21]);
    expect([FIRST_BYTES, MOST_BYTES]).toEqual([2 ** 20, 2 ** 40]);
    expect(nextDoubling(2 ** 21 + 1)).toBe(2 ** 22);
    expect([65_536, 2 ** 20, 3 * 2 ** 20, 2 ** 40, 2 ** 41].map(isDoubling)).toEqual([
      false,
      true,
      false,
      true,
      false,
    ]);
  });

  test("no run exceeds it, whatever number of ends it has", () => {
    const ends = Array.from({ length: 50 }, (_, i) => levelAt(MOST_BYTES - 65_536 * (i + 1), i));
    const sum = [...doublings.map((bytes) => levelAt(bytes, 0)), ...ends].reduce((a, b) => a + b, 0);
    expect(sum).toBeLessThanOrEqual(RUN_LEVEL * (1 + 1e-12));
    expect(sum).toBeGreaterThan(0.99 * RUN_LEVEL);
  });
});

const observation = (p: number, among = 1, more: Partial<Observation> = {}): Observation => {
  return { test: `t${p}`, lane: "", n: 10, statistic: 1, p, among, suspicion: "s", ...more };
};

const outcome = (id: string, ...observations: Observation[]): Outcome => {
  return { family: { id, title: id, parts: () => [] }, observations };
};

describe("evaluation", () => {
  test("families share evenly, and in a family all p-values; a family without observations takes no share", () => {
    const outcomes = [
      outcome("a", observation(1e-4, 10), observation(0.5)),
      outcome("b", observation(0.002, 3)),
      outcome("c"),
    ];
    const evaluation = evaluate(outcomes, FIRST_BYTES, 0);
    expect(evaluation).toMatchObject({ tests: 3, pValues: 14, verdict: "weak", p: 1e-4 * 11 * 2 });
    expect(evaluation.families.map(({ family, p }) => [family, p])).toEqual([
      ["a", 1e-4 * 11 * 2],
      ["b", 0.002 * 3 * 2],
    ]);
    expect(evaluation.findings.map(({ correctedP: p, verdict }) => [p, verdict])).toEqual([
      [1e-4 * 11 * 2, "weak"],
    ]);
    expect(correctedP(0.2, 10, 3)).toBe(1);
  });

  test("fails below its level, and not at it", () => {
    const level = levelAt(FIRST_BYTES, 0);
    const verdictAt = (p: number) => evaluate([outcome("a", observation(p))], FIRST_BYTES, 0).verdict;
    expect([0, level * (1 - 1e-12), level, 0.0099, 0.01, 1].map(verdictAt)).toEqual([
      "fail",
      "fail",
      "weak",
      "weak",
      "pass",
      "pass",
    ]);
  });

  test("has no verdict where no family has an observation", () => {
    expect(evaluate([outcome("a")], 65_536, 0)).toMatchObject({ verdict: null, p: null, tests: 0 });
  });

  test("findings have the smallest p first, of equal ones that of the first family", () => {
    const outcomes = [
      outcome("a", observation(1e-9), observation(1e-12)),
      outcome("b", observation(1e-12), observation(1)),
    ];
    const { findings } = evaluate(outcomes, FIRST_BYTES, 0);
    expect(findings.map(({ family, p }) => `${family} ${p}`)).toEqual(["a 1e-12", "b 1e-12", "a 1e-9"]);
  });

  test("an observation that no family may make is an error", () => {
    for (const bad of [observation(Number.NaN), observation(-1), observation(2), observation(0.5, 0)]) {
      expect(() => evaluate([outcome("a", bad)], FIRST_BYTES, 0)).toThrow("is no p-value");
    }
  });
});

describe("a run in a state file", () => {
  const evaluation = evaluate(
    [
      outcome(
        "a",
        observation(0, 2, {
          look: "l",
          statistic: Number.POSITIVE_INFINITY,
          lane: "bit 0 of 32-bit words, ½",
        }),
        observation(1e-3, 1, { statistic: -0.1 }),
        observation(1),
      ),
    ],
    FIRST_BYTES,
    0,
  );
  const run = {
    battery: "b",
    bytes: FIRST_BYTES,
    format: "bytes",
    stamp: null,
    hint: null,
    joints: [65_536],
    evaluations: [evaluation],
  };

  test("is read back to the last digit, and in the order in which it was written", () => {
    expect(JSON.stringify(readSavedRun(JSON.stringify(run)))).toBe(JSON.stringify(run));
  });

  test("is refused where a member is missing or of another kind", () => {
    const paths = (value: unknown): string[][] =>
      typeof value === "object" && value !== null
        ? Object.entries(value).flatMap(([name, member]) => [
            [name],
            ...paths(member).map((path) => [name, ...path]),
          ])
        : [];
    const withMember = (path: readonly string[], change: unknown) => {
      const copy = structuredClone(run) as unknown as Record<string, unknown>;
      let place = copy;
      for (const name of path.slice(0, -1)) place = place[name] as Record<string, unknown>;
      place[path.at(-1)!] = change;
      return JSON.stringify(copy);
    };
    const all = paths(run).filter((path) => path.at(-1) !== "isEnd");
    expect(all.length).toBeGreaterThan(40);
    for (const path of all) {
      for (const change of [true, "\u001b[2J", -1, { a: 1 }]) {
        if (path.at(-1) === "statistic" && change === -1) continue;
        expect(() => readSavedRun(withMember(path, change)), `${path}: ${change}`).toThrow(SyntaxError);
      }
    }
    for (const bytes of [0, 65_537, 2 ** 41, 1.5]) {
      expect(() => readSavedRun(withMember(["bytes"], bytes))).toThrow(SyntaxError);
    }
    expect(() => readSavedRun("{")).toThrow(SyntaxError);
    expect(() => readSavedRun("null")).toThrow(SyntaxError);
  });
});
