import { beforeEach, describe, expect, test } from "bun:test";
import { changePoints, driftOf } from "../../../src/stats/two-sample/change-points.ts";
import { distancesOf, shareDistances } from "../../../src/stats/two-sample/distances.ts";
import { studentCritical, studentTwoSided } from "../../../src/stats/two-sample/student.ts";
import { compareSamples, type TwoSamples } from "../../../src/stats/two-sample/two-samples.ts";
import { toSymbols } from "../../../src/trace.ts";
import { bytesOf, dependentNoise, normal, restartNoise } from "../../support/made-noise.ts";

beforeEach(restartNoise);

const sorted = (...values: number[]) => Float64Array.from(values).sort();

describe("Student's t", () => {
  // Tables of t: M. Abramowitz, I. Stegun, table 26.10; the last is the Cauchy law's, 1 − 2·atan(t)/π.
  test.each([
    [0.05, 1, 12.706],
    [0.05, 10, 2.228],
    [0.01, 30, 2.75],
    [0.001, 60, 3.46],
    [0.000001, 120, 5.158],
  ])("P(|T| ≥ t) = %p with %p degrees of freedom at t = %p", (p, df, t) => {
    expect(studentTwoSided(t, df) / p).toBeCloseTo(1, 2);
    expect(studentCritical(p, df) / t).toBeCloseTo(1, 3);
  });

  test("small tails keep their digits; the middle and the ends are 1 and 0", () => {
    expect(studentTwoSided(1e12, 1) / (2 / Math.PI / 1e12)).toBeCloseTo(1, 6);
    expect(studentTwoSided(0, 7)).toBe(1);
    expect(studentTwoSided(Number.POSITIVE_INFINITY, 7)).toBe(0);
    expect(studentTwoSided(40, 62)).toBeLessThan(1e-40);
  });
});

describe("distances", () => {
  test("Kolmogorov's and Cliff's, by hand", () => {
    // a: 1 2 3 4, b: 3 4 5 6. F_a − F_b is 0.5 at 2; of 16 pairs 13 have b above a, 2 are equal, 1 below.
    const { kolmogorov, cliff } = distancesOf(sorted(1, 2, 3, 4), sorted(3, 4, 5, 6));
    expect([kolmogorov, cliff]).toEqual([0.5, 12 / 16]);
  });

  test("nothing in common is 1, the same 0, the other way about −1", () => {
    expect(distancesOf(sorted(1, 2), sorted(3))).toEqual({ kolmogorov: 1, cliff: 1 });
    expect(distancesOf(sorted(3), sorted(1, 2))).toEqual({ kolmogorov: 1, cliff: -1 });
    expect(distancesOf(sorted(7, 7, 9), sorted(7, 7, 9))).toEqual({ kolmogorov: 0, cliff: 0 });
  });

  test("as every pair, one by one", () => {
    const a = Float64Array.from({ length: 60 }, () => Math.round(4 * normal())).sort();
    const b = Float64Array.from({ length: 45 }, () => Math.round(4 * normal() + 1)).sort();
    let sum = 0;
    for (const x of a) for (const y of b) sum += Math.sign(y - x);
    expect(distancesOf(a, b).cliff).toBeCloseTo(sum / (60 * 45), 12);
  });

  test("shares: total variation, χ² and Cramér's V by hand", () => {
    // 2 × 2 table 30 70 / 50 50: expected 40 60, χ² = 4·… = 100/40·2 + 100/60·2 = 8.333.
    const { totalVariation, chiSquare, cramerV } = shareDistances([30, 70, 0], [50, 50, 0]);
    expect(totalVariation).toBeCloseTo(0.2, 12);
    expect(chiSquare).toBeCloseTo(25 / 3, 10);
    expect(cramerV).toBeCloseTo(Math.sqrt(25 / 3 / 200), 12);
  });
});

const sequenceOf = (samples: BigUint64Array, bits: number) => ({
  bytes: bytesOf(samples),
  symbols: toSymbols({ samples }, bits),
});
const compare = (a: BigUint64Array, b: BigUint64Array, level = 1e-6): TwoSamples =>
  compareSamples({
    ...{ a: sequenceOf(a, 4), b: sequenceOf(b, 4), symbolBits: 4, level, unitRatio: 1, leastEffect: 0.147 },
  });

const N = 8_192;

describe("two samples", () => {
  test("dependent samples of one law: the share of false alarms is that of the level", () => {
    const pairs = 60;
    const alarms = { distribution: 0, level: 0, shape: 0, symbols: 0, order: 0 };
    for (let pair = 0; pair < pairs; pair++) {
      const { tests } = compare(dependentNoise(2_048, { phi: 0.9 }), dependentNoise(2_048, { phi: 0.9 }));
      for (const name of Object.keys(alarms) as (keyof typeof alarms)[]) {
        if (tests[name].pValue < 0.05) alarms[name]++;
      }
    }
    // Of 60 at 0.05, 3 are expected; the noise is the same in each run, so that this holds or does not.
    for (const count of Object.values(alarms)) expect(count).toBeLessThanOrEqual(9);
  });

  test("a test for independent samples would call them different", () => {
    const { tests } = compare(dependentNoise(N, { phi: 0.99 }), dependentNoise(N, { phi: 0.99 }));
    // Kolmogorov's law for independent samples: 2·exp(−2·D²·n/2).
    expect(2 * Math.exp(-(tests.distribution.effect ** 2) * N)).toBeLessThan(1e-4);
    expect(tests.distribution.pValue).toBeGreaterThan(1e-3);
  });

  test("shifted: level and distribution, not shape; the size is measured", () => {
    const { tests } = compare(dependentNoise(N), dependentNoise(N, { place: () => 1_020 }));
    expect(tests.level.pValue).toBeLessThan(1e-9);
    expect(Math.exp(tests.level.effect)).toBeCloseTo(1.02, 2);
    expect(tests.distribution.pValue).toBeLessThan(1e-9);
    expect(tests.distribution.cliff).toBeCloseTo(0.52, 1); // 2·Φ(1/√2) − 1
    expect(tests.distribution.effect).toBeCloseTo(0.38, 1); // 2·Φ(½) − 1
    expect(tests.shape.pValue).toBeGreaterThan(0.01);
  });

  test("scaled: shape, not level", () => {
    const { tests } = compare(dependentNoise(N), dependentNoise(N, { scale: 60 }));
    expect(tests.shape.pValue).toBeLessThan(1e-9);
    expect(tests.level.pValue).toBeGreaterThan(0.001);
  });

  test("another order: the neighbours, and nothing else", () => {
    const { tests, a, b } = compare(dependentNoise(N, { phi: 0 }), dependentNoise(N, { phi: 0.6 }));
    expect(tests.order.pValue).toBeLessThan(1e-9);
    expect([a.neighbours, b.neighbours].map((r) => r.toFixed(1))).toEqual(
      ["-0.0", "0.6"].map((r) => r.replace("-0.0", a.neighbours < 0 ? "-0.0" : "0.0")),
    );
    expect(tests.distribution.pValue).toBeGreaterThan(0.001);
  });

  test("other low bits: the symbols", () => {
    const even = dependentNoise(N).map((value) => value & ~1n);
    const { tests, a, b } = compare(dependentNoise(N), even);
    expect(tests.symbols.pValue).toBeLessThan(1e-9);
    expect(tests.symbols.effect).toBeCloseTo(0.5, 1);
    expect(a.mcvH - b.mcvH).toBeGreaterThan(0.8);
    expect(tests.level.pValue).toBeGreaterThan(0.001);
  });

  test("what could have been seen shrinks with more samples, and a difference above it is seen", () => {
    const few = compare(dependentNoise(2_048), dependentNoise(2_048)).tests.level.detectable;
    const many = compare(dependentNoise(32_768), dependentNoise(32_768)).tests.level.detectable;
    expect(many).toBeLessThan(few / 2);
    const place = () => 1_000 * Math.exp(2 * many);
    expect(
      compare(dependentNoise(32_768), dependentNoise(32_768, { place })).tests.level.pValue,
    ).toBeLessThan(1e-6);
  });

  test("constants have no neighbours to follow, whatever they are: their order is the same", () => {
    const [low, high] = [500n, 600n].map((value) => sequenceOf(new BigUint64Array(20_000).fill(value), 8));
    const { a, b, tests } = compareSamples({
      ...{ a: low!, b: high!, symbolBits: 8, level: 1e-4, unitRatio: 1, leastEffect: 0.147 },
    });
    expect([a.neighbours, b.neighbours, tests.order.effect]).toEqual([0, 0, 0]);
    expect(tests.order.pValue).toBe(1);
  });

  test("constant, enormous and empty values", () => {
    const constant = (value: bigint) => new BigUint64Array(N).fill(value);
    const same = compare(constant(7n), constant(7n));
    expect(Object.values(same.tests).map(({ pValue }) => pValue)).toEqual([1, 1, 1, 1, 1]);
    expect(compare(constant(0n), constant(0n)).tests.level.effect).toBe(0);
    const { tests, b, histogram } = compare(constant(7n), constant(2n ** 64n - 1n));
    expect(tests.distribution).toMatchObject({ effect: 1, cliff: 1 });
    expect(tests.distribution.pValue).toBeLessThan(1e-9);
    expect(b.quantiles.largest).toBe(2 ** 64);
    expect(histogram.a.length).toBeLessThanOrEqual(64);
    expect(histogram.a.concat(histogram.b).every(Number.isFinite)).toBe(true);
  });
});

describe("within one recording", () => {
  const levelsOf = (count: number, of: (i: number) => number) =>
    Array.from({ length: count }, (_, i) => of(i) + 0.02 * normal());

  test("a change is found at its place, with its size", () => {
    const { a } = compare(
      dependentNoise(N, { place: (i) => (i < 3_072 ? 1_000 : 1_030) }),
      dependentNoise(N),
    );
    expect(a.changes).toHaveLength(1);
    const [change] = a.changes;
    expect(Math.abs((change!.block * N) / a.medians.length - 3_072)).toBeLessThanOrEqual(
      N / a.medians.length,
    );
    expect(change!.effect).toBeCloseTo(0.71, 1); // 2·Φ(1.5/√2) − 1
  });

  test("two changes are two", () => {
    const levels = levelsOf(120, (i) => (i < 40 ? 0.3 : i < 80 ? 0.7 : 0.4));
    expect(changePoints(levels, 1e-3, 0.1).map(({ block }) => block)).toEqual([40, 80]);
    expect(changePoints(levels, 1e-3, 0.7)).toHaveLength(1); // the second is smaller than that
  });

  test("none in noise, nor in noise that follows itself", () => {
    let found = 0;
    for (let i = 0; i < 100; i++) {
      let x = normal();
      const levels = Array.from({ length: 128 }, () => {
        x = 0.8 * x + 0.6 * normal();
        return x;
      });
      if (changePoints(levels, 0.01, 0).length > 0) found++;
    }
    expect(found).toBeLessThanOrEqual(4);
  });

  test("drift is found and has a direction; noise has none", () => {
    expect(driftOf(levelsOf(128, (i) => 0.4 + i / 640)).pValue).toBeLessThan(1e-9);
    expect(driftOf(levelsOf(128, (i) => 0.6 - i / 640)).effect).toBeLessThan(-0.2);
    expect(driftOf(levelsOf(128, () => 0.5)).pValue).toBeGreaterThan(0.001);
    expect(driftOf(new Array(128).fill(0.5))).toEqual({ pValue: 1, effect: 0 });
  });
});
