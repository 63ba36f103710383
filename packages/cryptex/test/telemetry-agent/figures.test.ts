import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import fc from "fast-check";
import { metricsText } from "#kit/http/metrics-text.ts";
import { type FigureSources, Figures } from "../../src/telemetry-agent/figures.ts";
import { FrequentNames } from "../../src/telemetry-agent/frequent-names.ts";
import { errorOf, matchOf, resultOf, skipOf, TestStore } from "./support.ts";

let agent: TestStore;
let figures: Figures;
beforeEach(() => {
  agent = new TestStore();
});
afterEach(() => {
  figures[Symbol.dispose]();
  agent[Symbol.dispose]();
});

const open = (more: Partial<FigureSources> = {}) => {
  figures = new Figures({ journal: agent.journal, ...more });
};
const text = async () => metricsText("cryptex_", await figures.metrics());
/** Samples by name and labels, but for those that are 0. */
async function samples(): Promise<Record<string, number>> {
  const lines = (await text()).split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  const all = lines.map((line): [string, number] => {
    const at = line.lastIndexOf(" ");
    return [line.slice("cryptex_".length, at), Number(line.slice(at + 1))];
  });
  return Object.fromEntries(all.filter(([, value]) => value !== 0));
}
function scanOf(...lines: Parameters<typeof resultOf>[0]): void {
  const { id } = agent.journal.create({ origin: "gateway", state: "waiting" });
  agent.journal.append(id, resultOf(lines));
}

test("what is written is counted once, whoever writes it, and what was there before is not", async () => {
  scanOf(matchOf("old", "old"));
  open();
  expect(await samples()).toEqual({});
  scanOf(matchOf("a", "r"), matchOf("a", "s"), matchOf("b", "r"), errorOf("c"), skipOf("d"));
  const expected = {
    'results_total{state="waiting"}': 1,
    'results_total{state="done"}': 1,
    'result_files_total{outcome="matched"}': 2,
    result_skipped_total: 1,
    'result_matches_total{rule="r"}': 2,
    'result_matches_total{rule="s"}': 1,
    'result_errors_total{reason="permission denied"}': 1,
  };
  expect(await samples()).toEqual(expected);
  expect(await samples()).toEqual(expected);
  agent.journal.note({ type: "trigger", trigger: "t", state: "failed", of: 1 });
  agent.journal.note({ type: "rules", ruleset: "r", digest: "d", quarantined: 0 });
  expect(await samples()).toEqual({ ...expected, 'trigger_deliveries_total{state="failed"}': 1 });
});

test("more lines than are read at a time are all counted, also by two who ask at once", async () => {
  open();
  for (let i = 0; i < 5; i++) scanOf(...Array.from({ length: 700 }, (_, j) => matchOf(`${j}`)));
  const [one, two] = await Promise.all([samples(), samples()]);
  expect(one['result_matches_total{rule="r"}']).toBe(3_500);
  expect(two).toEqual(one);
});

test("what rules took, where it was measured, stands beside them", async () => {
  open({
    ruleTimes: () => Array.from({ length: 150 }, (_, i) => ({ rule: `r${i}`, secondsPerMib: i })),
  });
  const all = await samples();
  expect(all['rule_seconds_per_mib{rule="r149"}']).toBe(149);
  expect(all['rule_seconds_per_mib{rule="(other)"}']).toBe((49 * 50) / 2);
  expect(Object.keys(all).filter((name) => name.startsWith("rule_seconds"))).toHaveLength(101);
});

test("however many rules and reasons there are, and whatever they hold, labels are few and short", async () => {
  open();
  scanOf(
    ...Array.from({ length: 2_000 }, (_, i) => matchOf("a", `\x1b[2J"\n\u202e${i} ${"x".repeat(1_000)}`)),
    ...Array.from({ length: 500 }, (_, i) => ({ ...errorOf("a"), reason: `${"y".repeat(i)}` }) as const),
  );
  const lines = (await text()).split("\n");
  expect(lines.length).toBeLessThan(200);
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThan(200);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: none of them may be there
  expect(lines.join("")).not.toMatch(/[\x00-\x1f\u202e]/);
  const all = await samples();
  const sum = (prefix: string) =>
    Object.entries(all).reduce((sum, [name, value]) => sum + (name.startsWith(prefix) ? value : 0), 0);
  expect(sum("result_matches_total")).toBe(2_000);
  expect(sum("result_errors_total")).toBe(500);
});

describe("frequent names", () => {
  const sumOf = (names: FrequentNames) => [...names.counts.values()].reduce((a, b) => a + b, names.others);

  test("no count goes down, their sum is exact, and there are never more of them", () => {
    open();
    const names = fc.array(fc.tuple(fc.integer({ min: 0, max: 30 }), fc.integer({ min: 1, max: 9 })));
    fc.assert(
      fc.property(names, (added) => {
        const counts = new FrequentNames(4);
        let total = 0;
        for (const [name, count] of added) {
          const before = new Map(counts.counts);
          const others = counts.others;
          counts.add(`n${name}`, count);
          total += count;
          for (const [name, count] of counts.counts)
            expect(count).toBeGreaterThanOrEqual(before.get(name) ?? 0);
          expect(counts.others).toBeGreaterThanOrEqual(others);
          expect(counts.counts.size).toBeLessThanOrEqual(4);
          expect(sumOf(counts)).toBe(total);
        }
      }),
    );
  });

  test("one that becomes frequent later is counted by itself, whatever came first", () => {
    open();
    const counts = new FrequentNames(3);
    for (let i = 0; i < 100; i++) counts.add(`noise ${i}`);
    for (let i = 0; i < 50; i++) for (const name of ["a", "b", "c"]) counts.add(name);
    expect([...counts.counts.keys()].sort()).toEqual(["a", "b", "c"]);
  });
});
