import { describe, expect, test } from "bun:test";
import { shownRange } from "#kit/format/histogram.ts";
import {
  creditOption,
  lagPairs,
  noiseOptions,
  type Palette,
} from "../../../../src/faces/http/dashboard/chart-options.ts";
import type { CreditSeries } from "../../../../src/faces/http/dashboard/credit-history.ts";

const palette: Palette = {
  card: "white",
  text: "black",
  muted: "grey",
  rule: "silver",
  ink: "navy",
  series: ["others", "first", "second"],
};

/** ECharts' own type of options says little; these are the parts that the tests look at. */
interface Option {
  readonly animation: boolean;
  readonly xAxis: {
    readonly min: number;
    readonly max: number;
    readonly name?: string;
    readonly data?: string[];
  };
  readonly yAxis: { readonly min: number; readonly max?: number };
  readonly series: readonly { readonly name?: string; readonly data: unknown; readonly areaStyle?: object }[];
}

const credit = (...series: CreditSeries[]) => creditOption(series, palette) as unknown as Option;
const since = (seconds: number): CreditSeries => ({
  id: "a",
  colour: 2,
  points: [
    [-seconds, 1],
    [0, 2],
  ],
});

describe("credited bits", () => {
  test.each([
    [0, -60],
    [59, -60],
    [61, -120],
    [300, -300],
  ])("%d seconds of them are shown from %d", (seconds, min) => {
    expect(credit(since(seconds)).xAxis).toMatchObject({ min, max: 0 });
  });

  test("each in its colour, the others under their name; before there are any, an empty minute", () => {
    const { series } = credit({ id: undefined, colour: 0, points: [[0, 1]] }, since(1));
    expect(series.map(({ name }) => name)).toEqual(["all others", "a"]);
    expect(series.map(({ areaStyle }) => areaStyle)).toMatchObject([
      { color: "others" },
      { color: "second" },
    ]);
    expect(credit()).toMatchObject({ animation: false, xAxis: { min: -60 }, series: [] });
  });
});

test("the pictures of noise share one range, with room around it", () => {
  const samples = [10, 12, 11, 30];
  const options = noiseOptions(samples, shownRange(samples)!, "ticks", palette);
  const { histogram, lag, trace } = options as unknown as Record<keyof typeof options, Option>;
  expect(histogram.xAxis).toMatchObject({ name: "ticks" });
  expect(histogram.xAxis.data).toHaveLength(21);
  for (const axis of [lag.xAxis, lag.yAxis, trace.yAxis]) expect(axis).toMatchObject({ min: 9, max: 31 });
  expect(trace.xAxis).toMatchObject({ min: 0, max: 3 });
  expect(lag.series[0]!.data).toEqual([
    [10, 12],
    [12, 11],
    [11, 30],
  ]);
  expect(trace.series[0]!.data).toEqual([
    [0, 10],
    [1, 12],
    [2, 11],
    [3, 30],
  ]);
});

test("lag pairs: each with the next, and none with a sample that is not shown", () => {
  const values = [...new Array<number>(200).fill(1), 1, 2, 900, 3, 3];
  const range = { low: 1, high: 3, above: 1 };
  expect(lagPairs(values, range).slice(-3)).toEqual([
    [1, 1],
    [1, 2],
    [3, 3],
  ]);
  expect(lagPairs([4], shownRange([4])!)).toEqual([]);
});
