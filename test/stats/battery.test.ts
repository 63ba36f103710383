import { describe, expect, test } from "bun:test";
import { battery } from "../../src/stats/battery.ts";
import { bitString } from "../../src/stats/bits.ts";
import { failed, type TestResult } from "../../src/stats/result.ts";
import { frequency } from "../../src/stats/sp800-22/frequency.ts";
import { BATTERY } from "../../src/stats/suites.ts";
import { aesBytes, BAD } from "./other/sample-data.ts";

const MEGABIT = 125_000;

function smallestP(result: TestResult): number {
  return result.kind === "hypothesis" ? Math.min(...result.pValues) : 1;
}

describe("good data", () => {
  const results = battery(aesBytes(0, MEGABIT));

  test("one result a test, in order, well formed", () => {
    expect(results.map((result) => result.test)).toEqual(BATTERY.map((entry) => entry.id));
    for (const result of results) {
      expect(result.suite).toBe("battery");
      expect(result.section.length).toBeGreaterThan(3);
      expect(result.n === MEGABIT || result.n === 8 * MEGABIT).toBe(true);
      if (result.kind !== "hypothesis") continue;
      expect(Number.isFinite(result.statistic)).toBe(true);
      for (const p of result.pValues) expect(p >= 0 && p <= 1).toBe(true);
      if (result.labels) expect(result.labels.length).toBe(result.pValues.length);
    }
    // As JSON and back nothing is lost: no NaN, no Infinity, no undefined.
    expect(JSON.parse(JSON.stringify(results))).toEqual(results as unknown[]);
  });

  test("everything but Lempel–Ziv's estimate has a verdict, and it is good", () => {
    expect(results.filter((result) => result.kind === "estimate").map((result) => result.test)).toEqual([
      "lempel-ziv",
    ]);
    for (let seed = 0; seed < 3; seed++) {
      for (const result of battery(aesBytes(seed, MEGABIT))) {
        // Fixed data; for others one in 10⁵ would stop here.
        if (result.kind === "hypothesis")
          expect(smallestP(result) * result.pValues.length).toBeGreaterThan(1e-6);
      }
    }
  });

  test("the tests of SP 800-22 are those of SP 800-22", () => {
    const wanted = frequency(bitString(aesBytes(0, MEGABIT)));
    expect(results[0]).toEqual({ ...wanted, suite: "battery", test: "monobit", section: "SP 800-22 §2.1" });
  });
});

describe("bad data fail, and not narrowly", () => {
  /** Tests that must see it; p below 1e-10 in each. */
  const SEEN: Readonly<Record<string, readonly string[]>> = {
    constant: [
      "monobit",
      "byte-frequency",
      "runs",
      "shannon-entropy",
      "min-entropy",
      "compression-ratio",
      "spectral-flatness",
      "serial-correlation",
    ],
    "constant 0xff": [
      "monobit",
      "kolmogorov-smirnov",
      "anderson-darling",
      "mean-variance",
      "cumulative-sums",
    ],
    "alternating bits": [
      "runs",
      "serial",
      "approximate-entropy",
      "autocorrelation",
      "bit-avalanche",
      "compression-ratio",
    ],
    "alternating bytes": [
      "byte-frequency",
      "serial-correlation",
      "lag-correlation",
      "cross-correlation",
      "permutation-entropy",
    ],
    counter: [
      "shannon-entropy",
      "serial-correlation",
      "permutation-entropy",
      "spectral-flatness",
      "compression-ratio",
    ],
    "32-bit counter": ["monobit", "byte-frequency", "bit-avalanche", "birthday-spacings"],
    "linear congruence": ["autocorrelation"],
    "51 % ones": ["monobit", "cumulative-sums", "byte-frequency", "anderson-darling"],
    "repeated block": ["compression-ratio", "lag-correlation", "shannon-entropy", "birthday-spacings"],
    text: ["byte-frequency", "min-entropy", "compression-ratio", "cross-correlation", "monte-carlo-pi"],
    "JPEG-like": ["byte-frequency", "min-entropy", "shannon-entropy"],
  };

  for (const [name, make] of Object.entries(BAD)) {
    test(name, () => {
      const results = battery(make(MEGABIT));
      expect(results.length).toBe(BATTERY.length);
      for (const id of SEEN[name]!) {
        const result = results.find((candidate) => candidate.test === id)!;
        expect([id, result.kind, smallestP(result) < 1e-10]).toEqual([id, "hypothesis", true]);
        expect(failed(result)).toBe(true);
      }
      expect(JSON.parse(JSON.stringify(results))).toEqual(results as unknown[]);
    });
  }
});

test("any length at all: no crash, no verdict on nothing", () => {
  for (const length of [
    0, 1, 2, 3, 12, 13, 31, 32, 33, 63, 100, 127, 255, 256, 257, 511, 999, 1279, 1280, 1281, 2047, 4097,
    16_385,
  ]) {
    for (const bytes of [aesBytes(length, length), new Uint8Array(length)]) {
      const results = battery(bytes);
      expect(results.length).toBe(BATTERY.length);
      for (const result of results) {
        if (length < 13) expect(result.kind).toBe("not-applicable");
        if (result.kind === "not-applicable") expect(result.reason.length).toBeGreaterThan(5);
        if (result.kind === "hypothesis") {
          expect(result.pValues.length).toBeGreaterThan(0);
          for (const p of result.pValues) expect(p >= 0 && p <= 1).toBe(true);
        }
      }
    }
  }
});

test("an unbalanced sequence fails the runs test as surely as it is unbalanced, not more", () => {
  // 4.2 standard deviations: 2,684 more ones than zeros among 408,400 bits.
  const bytes = Uint8Array.from({ length: 51_050 }, (_, i) =>
    i % 152 === 0 ? 0xff : i % 2 === 0 ? 0x0f : 0x33,
  );
  const [monobit, runs] = battery(bytes, { tests: ["monobit", "runs"] });
  expect(smallestP(monobit!)).toBeLessThan(6.4e-5);
  expect(smallestP(runs!)).toBe(smallestP(monobit!));
});

test("a view into a larger buffer is read where it lies", () => {
  const bytes = aesBytes(4, 20_000);
  const buffer = new Uint8Array(20_007);
  buffer.set(bytes, 3);
  expect(battery(buffer.subarray(3, 20_003))).toEqual(battery(bytes));
});

test("single tests, in the battery's order", () => {
  const results = battery(aesBytes(5, 2000), { tests: ["mean-variance", "monobit"] });
  expect(results.map((result) => result.test)).toEqual(["monobit", "mean-variance"]);
  expect(() => battery(new Uint8Array(10), { tests: ["dice"] })).toThrow(RangeError);
  expect(() => battery("bytes" as unknown as Uint8Array)).toThrow(TypeError);
});

/**
 * Calibration in small: 1,000 fixed sequences of 2,000 bytes. Rejections at α = 0.01 are binomial(1000, 0.01);
 * for other sequences, more than 35 would have a chance of 5e-10, and the largest gap between the p-values'
 * distribution function and the diagonal would exceed 0.085 with a chance of 1e-6. bench/calibrate-battery.ts
 * does it at full size.
 */
test("p-values of good data are uniform", () => {
  const CONTINUOUS = [
    "byte-frequency",
    "shannon-entropy",
    "permutation-entropy",
    "spectral-flatness",
    "anderson-darling",
    "serial-correlation",
    "bit-avalanche",
    "mean-variance",
    "lag-correlation",
  ];
  const DISCRETE = ["min-entropy", "monte-carlo-pi", "autocorrelation", "compression-ratio"];
  const pValues = new Map<string, number[]>();
  const rejected = new Map<string, number>();
  for (let seed = 0; seed < 1000; seed++) {
    for (const result of battery(aesBytes(10_000 + seed, 2000), { tests: [...CONTINUOUS, ...DISCRETE] })) {
      if (result.kind !== "hypothesis") throw new Error(result.test);
      pValues.set(result.test, [...(pValues.get(result.test) ?? []), result.pValues[0]!]);
      rejected.set(result.test, (rejected.get(result.test) ?? 0) + Number(failed(result)));
    }
  }
  for (const [id, count] of rejected) expect([id, count <= 35]).toEqual([id, true]);
  for (const id of CONTINUOUS) {
    const sorted = pValues.get(id)!.sort((a, b) => a - b);
    const gap = Math.max(
      ...sorted.map((p, i) => Math.max(Math.abs(p - i / 1000), Math.abs(p - (i + 1) / 1000))),
    );
    expect([id, gap < 0.085]).toEqual([id, true]);
  }
});
