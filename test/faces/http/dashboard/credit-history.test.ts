import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import {
  assignColours,
  type CreditSample,
  creditSeries,
  HISTORY_MS,
  leaders,
  MAX_COLOURS,
  recorded,
} from "../../../../src/faces/http/dashboard/credit-history.ts";
import { snapshot } from "../../../support/snapshot.ts";

const sample = (atMs: number, rates: Record<string, number>): CreditSample => ({
  atMs,
  bitsPerSecond: new Map(Object.entries(rates)),
});

describe("recorded", () => {
  test("keeps what was earned, five minutes long", () => {
    let history: readonly CreditSample[] = [];
    for (let second = 0; second <= 400; second++) {
      history = recorded(
        history,
        snapshot(second * 1_000, [{ id: "a", creditedBitsPerSecond: second }, { id: "b" }]),
      );
    }
    expect(history).toHaveLength(HISTORY_MS / 1_000 + 1);
    expect(history[0]!.atMs).toBe(100_000);
    expect([...history.at(-1)!.bitsPerSecond]).toEqual([["a", 400]]);
  });

  test("the same moment twice is one sample", () => {
    const once = recorded([], snapshot(5_000, [{ id: "a", creditedBitsPerSecond: 1 }]));
    const twice = recorded(once, snapshot(5_000, [{ id: "a", creditedBitsPerSecond: 2 }]));
    expect(twice).toEqual([sample(5_000, { a: 2 })]);
  });

  test("a clock that hardly moves does not fill the memory", () => {
    let history: readonly CreditSample[] = [];
    for (let i = 0; i < 2_000; i++) history = recorded(history, snapshot(i, []));
    expect(history).toHaveLength(600);
  });
});

test("leaders: those that earned most in all, ties by name", () => {
  const history = [sample(0, { a: 5, b: 1, c: 3 }), sample(1, { b: 9, d: 3 })];
  expect(leaders(history)).toEqual(["b", "a", "c", "d"]);
  expect(leaders(history, 2)).toEqual(["b", "a"]);
});

test("colours are unique, within range, and kept", () => {
  const ids = fc.uniqueArray(fc.constantFrom(..."abcdefghijklmn"), { maxLength: MAX_COLOURS });
  fc.assert(
    fc.property(fc.array(ids, { minLength: 1, maxLength: 8 }), (turns) => {
      let colours: ReadonlyMap<string, number> = new Map();
      for (const turn of turns) {
        const before = colours;
        colours = assignColours(before, turn);
        expect([...colours.keys()].sort()).toEqual([...turn].sort());
        expect(new Set(colours.values()).size).toBe(turn.length);
        for (const [id, colour] of colours) {
          expect(colour).toBeGreaterThanOrEqual(1);
          expect(colour).toBeLessThanOrEqual(MAX_COLOURS);
          if (before.has(id)) expect(colour).toBe(before.get(id)!);
        }
      }
    }),
  );
});

describe("creditSeries", () => {
  const colours = new Map([
    ["a", 2],
    ["b", 1],
  ]);

  test("seconds before now, bottom to top by colour, the others together", () => {
    const series = creditSeries(
      [sample(7_000, { a: 1, x: 2, y: 3 }), sample(8_000, { a: 4, b: 5 })],
      colours,
    );
    expect(series).toEqual([
      {
        id: undefined,
        colour: 0,
        points: [
          [-1, 5],
          [0, 0],
        ],
      },
      {
        id: "b",
        colour: 1,
        points: [
          [-1, 0],
          [0, 5],
        ],
      },
      {
        id: "a",
        colour: 2,
        points: [
          [-1, 1],
          [0, 4],
        ],
      },
    ]);
  });

  test("no others, no series of them; nothing known, nothing drawn", () => {
    expect(creditSeries([sample(0, { a: 1 })], colours).map(({ id }) => id)).toEqual(["b", "a"]);
    expect(creditSeries([], new Map())).toEqual([]);
  });

  test("a time that was not seen is a gap, not a slope", () => {
    const [series] = creditSeries([sample(0, { a: 1 }), sample(60_000, { a: 2 })], new Map([["a", 1]]));
    expect(series!.points).toEqual([
      [-60, 1],
      [-59, null],
      [0, 2],
    ]);
  });

  test("all series have the same times, for they are stacked, and together all that was earned", () => {
    const rates = fc.dictionary(fc.constantFrom(..."abcdefghijk"), fc.integer({ min: 1, max: 1_000 }));
    fc.assert(
      fc.property(fc.array(rates, { minLength: 1, maxLength: 20 }), (turns) => {
        const history = turns.map((turn, i) => sample(i * 1_000, turn));
        const series = creditSeries(history, assignColours(new Map(), leaders(history, 3)));
        for (const [i, { bitsPerSecond }] of history.entries()) {
          const earned = [...bitsPerSecond.values()].reduce((sum, rate) => sum + rate, 0);
          const shown = series.reduce((sum, { points }) => sum + points[i]![1]!, 0);
          expect(shown).toBe(earned);
          for (const { points } of series) expect(points[i]![0]).toBe(i - history.length + 1);
        }
      }),
    );
  });
});
