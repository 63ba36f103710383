/** Matches over time: whatever comes, the counts add up and the steps are few. */
import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { MatchTimes, MOST_SERIES, MOST_STEPS } from "../../../src/gateway/page/app/scans/match-times.ts";

const START = Date.parse("2026-11-05T12:00:00.000Z");

describe("matches over time", () => {
  test("by seconds at first", () => {
    const times = new MatchTimes();
    for (const [rule, ms] of [
      ["a", 0],
      ["a", 999],
      ["b", 1_000],
      ["a", 3_500],
    ] as const)
      times.add(rule, START + ms);
    expect(times.steps()).toEqual({
      starts: [0, 1, 2, 3].map((second) => START + 1_000 * second),
      stepMs: 1_000,
      series: [
        { rule: "a", total: 3, counts: [2, 0, 0, 1] },
        { rule: "b", total: 1, counts: [0, 1, 0, 0] },
      ],
    });
  });

  test("add up, in few steps and series, over any times", () => {
    const match = fc.record({
      rule: fc.integer({ min: 0, max: 20 }).map((n) => `rule_${n}`),
      ms: fc.nat(4e9),
    });
    fc.assert(
      fc.property(fc.array(match, { maxLength: 300 }), (matches) => {
        const times = new MatchTimes();
        for (const { rule, ms } of matches) times.add(rule, START + ms);
        const { starts, stepMs, series } = times.steps();
        expect(starts.length).toBeLessThanOrEqual(MOST_STEPS);
        expect(series.length).toBeLessThanOrEqual(MOST_SERIES + 1);
        const counts = series.flatMap((each) => each.counts);
        expect(counts.reduce((sum, count) => sum + count, 0)).toBe(matches.length);
        expect(series.reduce((sum, { total }) => sum + total, 0)).toBe(matches.length);
        for (const [at, start] of starts.entries()) {
          const within = matches.filter(
            ({ ms }) => START + ms >= start && START + ms < start + stepMs,
          ).length;
          expect(series.reduce((sum, each) => sum + (each.counts[at] ?? 0), 0)).toBe(within);
        }
      }),
    );
  });

  test("without a time count among all, and are in no step", () => {
    const times = new MatchTimes();
    times.add("a", Number.NaN);
    expect(times.rules()).toEqual([["a", 1]]);
    expect(times.steps().series).toEqual([]);
  });

  test("of very many rules are counted together", () => {
    const times = new MatchTimes();
    for (let at = 0; at < 5_000; at++) times.add(`rule_${at}`, START);
    const { series } = times.steps();
    expect(series.at(-1)).toMatchObject({ rule: undefined, total: 5_000 - MOST_SERIES });
    expect(times.rules().length).toBeLessThan(5_000);
  });
});
