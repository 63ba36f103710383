import { describe, expect, test } from "bun:test";
import { parseCount, parseRate, parseSeconds, parseSize } from "#kit/term/flags.ts";
import { UsageError } from "../../../src/errors.ts";

describe("units", () => {
  test("sizes", () => {
    const cases: [string, number][] = [
      ["0", 0],
      ["64", 64],
      ["4K", 4096],
      ["4k", 4096],
      ["1.5M", 1_572_864],
      ["2G", 2 ** 31],
      ["1T", 2 ** 40],
      ["10KiB", 10_240],
      ["10kb", 10_240],
      ["7B", 7],
      [" 8 ", 8],
    ];
    for (const [text, bytes] of cases) expect(parseSize(text, "--bytes")).toBe(bytes);
    for (const bad of ["", "x", "-1", "1.5", "1e3", "0x10", "1KK", "9999999999T", "NaN", "Infinity"]) {
      expect(() => parseSize(bad, "--bytes"), bad).toThrow(UsageError);
    }
  });

  test("rates", () => {
    expect(parseRate("64K/s", "--rate")).toBe(65_536);
    expect(parseRate("100", "--rate")).toBe(100);
    expect(() => parseRate("0", "--rate")).toThrow(UsageError);
  });

  test("counts", () => {
    expect(parseCount("10", "--samples", 1, 10)).toBe(10);
    for (const bad of ["0", "11", "1.5", "", "abc", "-1", "1e1"]) {
      expect(() => parseCount(bad, "--samples", 1, 10), bad).toThrow(UsageError);
    }
  });

  test("times", () => {
    expect(parseSeconds("2", "--timeout")).toBe(2000);
    expect(parseSeconds("0.5s", "--timeout")).toBe(500);
    expect(parseSeconds("500ms", "--timeout")).toBe(500);
    for (const bad of ["0", "-1", "", "soon", "1h", "99999999999"]) {
      expect(() => parseSeconds(bad, "--timeout"), bad).toThrow(UsageError);
    }
  });
});
