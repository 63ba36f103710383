import { expect, test } from "bun:test";
import {
  formatCount,
  formatDuration,
  formatEntropy,
  formatRate,
} from "../../../../src/faces/http/dashboard/numbers.ts";

test("rates have three digits that matter", () => {
  const rates = [0, 0.523, 7, 12.34, 523.4, 999.4, 999.6, 1_234, 45_600, 999_499, 1e6, 2.5e9, 7e15];
  const texts = [
    "0",
    "0.52",
    "7",
    "12.3",
    "523",
    "999",
    "1.00 k",
    "1.23 k",
    "45.6 k",
    "999 k",
    "1.00 M",
    "2.50 G",
  ];
  expect(rates.map(formatRate)).toEqual([...texts, "7000 T"]);
});

test("counts, entropy, durations", () => {
  expect(formatCount(1_234_567.9)).toBe("1,234,567");
  expect([0, 1.234, null].map(formatEntropy)).toEqual(["0.00", "1.23", "–"]);
  const seconds = [0.4, 42, 185, 8_040, 273_600];
  const texts = ["0 s", "42 s", "3 min 5 s", "2 h 14 min", "3 d 4 h"];
  expect(seconds.map((amount) => formatDuration(amount * 1_000))).toEqual(texts);
});
