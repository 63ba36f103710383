import { describe, expect, test } from "bun:test";
import {
  bitCorrelations,
  bitShares,
  byteHistogram,
  bytePairs,
  pValueHistogram,
  spectrum,
} from "../../src/report/figures.ts";
import { keystream } from "../support/keystream.ts";

describe("figures", () => {
  test("byte histogram", () => {
    const { values, expected } = byteHistogram(Uint8Array.of(3, 3, 255, 0));
    expect([values[0], values[3], values[255], values.length]).toEqual([1, 2, 1, 256]);
    expect(expected).toBe(4 / 256);
  });

  test("bit shares: most significant first, less one half", () => {
    expect(bitShares(Uint8Array.of(0x80, 0x81)).values).toEqual([0.5, -0.5, -0.5, -0.5, -0.5, -0.5, -0.5, 0]);
  });

  test("correlation of alternating bits is −1 and 1 by turns", () => {
    const { values } = bitCorrelations(new Uint8Array(100).fill(0x55));
    expect(values.slice(0, 4)).toEqual([-1, 1, -1, 1]);
    expect(values).toHaveLength(64);
    expect(bitCorrelations(new Uint8Array(15)).values).toEqual([]);
  });

  test("spectrum: 1 for noise, everything in one band for a period", () => {
    const noise = spectrum(keystream(1 << 14, 5));
    expect(noise.values).toHaveLength(256);
    // Parseval: all powers sum to n, less that of frequency 0.
    expect(noise.values.reduce((sum, value) => sum + value, 0) / 256).toBeCloseTo(1, 2);
    // Bits 00110011…: one frequency, 1/4 a bit, at the upper end of band 127.
    const { values } = spectrum(new Uint8Array(1 << 12).fill(0x33));
    expect(values.indexOf(Math.max(...values))).toBe(127);
    expect(values.filter((value) => value > 1e-9)).toHaveLength(1);
    expect(spectrum(new Uint8Array(127)).values).toEqual([]);
  });

  test("pairs of neighbours", () => {
    expect(bytePairs(Uint8Array.of(1, 2, 3), 9)).toEqual([
      [1, 2],
      [2, 3],
    ]);
    expect(bytePairs(Uint8Array.of(1, 2, 3), 1)).toEqual([[1, 2]]);
    expect(bytePairs(Uint8Array.of(1), 9)).toEqual([]);
  });

  test("p-values of hypotheses only; 1 counts in the last bin", () => {
    const header = { suite: "battery", test: "t", section: "1", params: {}, n: 1, testedBytes: 1 } as const;
    const { values, expected } = pValueHistogram(
      [
        { ...header, kind: "hypothesis", statistic: 0, pValues: [0, 0.05, 1], verdict: "pass" },
        { ...header, kind: "estimate", value: 3, unit: "ratio", verdict: null },
      ],
      20,
    );
    expect([values[0], values[1], values[19], expected]).toEqual([1, 1, 1, 0.15]);
  });
});
