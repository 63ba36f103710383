import { expect, test } from "bun:test";
import {
  formatAmount,
  formatClock,
  formatCount,
  formatDuration,
  formatFixed,
  formatPercent,
  formatQuantity,
  plural,
} from "#kit/format/numbers.ts";

test("amounts have three digits that matter", () => {
  const cases: [number, string][] = [
    [0, "0"],
    [7, "7"],
    [0.5, "0.50"],
    [0.523, "0.52"],
    [12.34, "12.3"],
    [523.4, "523"],
    [999, "999"],
    [999.4, "999"],
    [999.6, "1.00k"],
    [1234, "1.23k"],
    [12_345, "12.3k"],
    [45_600, "45.6k"],
    [123_456, "123k"],
    [999_499, "999k"],
    [999_999, "1.00M"],
    [1e6, "1.00M"],
    [2.5e9, "2.50G"],
    [7e15, "7.00P"],
    [7e18, "7000P"],
    [Number.NaN, "–"],
  ];
  for (const [n, text] of cases) expect(formatAmount(n)).toBe(text);
});

test("quantities have their unit after a space", () => {
  expect([0, 12.34, 3_820, 2.5e9].map((rate) => formatQuantity(rate, "B/s"))).toEqual([
    "0 B/s",
    "12.3 B/s",
    "3.82 kB/s",
    "2.50 GB/s",
  ]);
});

test("counts are whole and in full", () => {
  expect([0, 999, 1_234_567.9].map(formatCount)).toEqual(["0", "999", "1,234,567"]);
  expect([plural(1, "test"), plural(1_000, "test")]).toEqual(["1 test", "1,000 tests"]);
});

test("fixed decimals, or a dash", () => {
  expect([0, 1.234, null].map((value) => formatFixed(value, 2))).toEqual(["0.00", "1.23", "–"]);
});

test("a share is 100 % only when all is there", () => {
  expect([0, 0.4299, 0.9999, 1].map(formatPercent)).toEqual(["0 %", "42 %", "99 %", "100 %"]);
});

test("durations", () => {
  const seconds = [0.4, 42, 185, 8_040, 273_600];
  const texts = ["0 s", "42 s", "3 min 5 s", "2 h 14 min", "3 d 4 h"];
  expect(seconds.map((amount) => formatDuration(amount * 1_000))).toEqual(texts);
  expect([0, 7_000, 750_000, 11_045_000, -5].map(formatClock)).toEqual([
    "0:00",
    "0:07",
    "12:30",
    "3:04:05",
    "0:00",
  ]);
});
