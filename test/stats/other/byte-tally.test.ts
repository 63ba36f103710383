import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { byteFrequency } from "../../../src/stats/other/byte-frequency.ts";
import { ByteTally, onesOf, productsOf, transitionsOf } from "../../../src/stats/other/byte-tally.ts";
import { meanVariance } from "../../../src/stats/other/mean-variance.ts";
import { monteCarloPi } from "../../../src/stats/other/monte-carlo-pi.ts";
import { serialCorrelation } from "../../../src/stats/other/serial-correlation.ts";
import { shannonEntropy } from "../../../src/stats/other/shannon-entropy.ts";
import type { TestResult } from "../../../src/stats/result.ts";
import vectors from "../../vectors/ent.json";
import { aesBytes, sha256, vectorBytes } from "./sample-data.ts";

/** The statistic of a test, or one of its details. */
function figure(result: TestResult, detail?: string): number {
  if (result.kind !== "hypothesis") throw new Error(`${result.test} is ${result.kind}`);
  return detail === undefined ? result.statistic : Number(result.details?.[detail]);
}

describe("the figures of ent", () => {
  for (const vector of vectors.files) {
    test(vector.name, () => {
      const bytes = vectorBytes(vector.name);
      expect(sha256(bytes)).toBe(vector.sha256);
      const tally = new ByteTally(bytes);
      const ones = onesOf(tally.histogram());
      const n = 8 * bytes.length;
      // Ones in a circle: every run of them ends in exactly one of the two kinds of transition.
      const wrap = (tally.last & 1) ^ (tally.first >> 7);
      const products = ones - (transitionsOf(tally.pairs(), tally.histogram()) + wrap) / 2;
      const found = {
        byte: {
          n: tally.length,
          entropyBits: figure(shannonEntropy(tally), "entropyBitsPerByte"),
          chiSquare: figure(byteFrequency(tally)),
          mean: figure(meanVariance(tally), "mean"),
          monteCarloPi: figure(monteCarloPi(tally)),
          serialCorrelation: figure(serialCorrelation(tally)),
        },
        bit: {
          n,
          chiSquare: (2 * ones - n) ** 2 / n,
          mean: ones / n,
          serialCorrelation: (n * products - ones ** 2) / (n * ones - ones ** 2),
        },
      };
      for (const size of ["byte", "bit"] as const) {
        const wanted: Readonly<Record<string, number>> = vector[size];
        for (const [name, value] of Object.entries(found[size])) {
          expect(Math.abs(value - wanted[name]!), `${size} ${name}`).toBeLessThan(1e-9);
        }
      }
      expect([tally.inside, tally.points]).toEqual([vector.inside, vector.points]);
    });
  }

  test("χ² comes with its probability", () => {
    // Q(127.5, 249.470464/2) in 30-digit arithmetic.
    const result = byteFrequency(new ByteTally(vectorBytes("pi")));
    expect(result).toMatchObject({ kind: "hypothesis" });
    if (result.kind === "hypothesis") expect(result.pValues[0]).toBeCloseTo(0.585921083683072, 12);
  });
});

test("every sum is what its definition says, for any bytes in any pieces", () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ minLength: 1, maxLength: 60 }),
      fc.infiniteStream(fc.nat(9)),
      (bytes, cuts) => {
        const tally = new ByteTally();
        for (let at = 0; at < bytes.length; ) {
          const length = cuts.next().value!;
          tally.update(bytes.subarray(at, at + length));
          at += length;
        }
        const bits = [...bytes].flatMap((byte) => [7, 6, 5, 4, 3, 2, 1, 0].map((i) => (byte >> i) & 1));
        const pairs = [...bytes.subarray(1)].map((byte, i) => [bytes[i]!, byte] as const);
        expect(tally.length).toBe(bytes.length);
        expect([...tally.histogram()]).toEqual(
          Array.from({ length: 256 }, (_, value) => bytes.filter((byte) => byte === value).length),
        );
        expect(productsOf(tally.pairs())).toBe(pairs.reduce((sum, [a, b]) => sum + a * b, 0));
        expect(onesOf(tally.histogram())).toBe(bits.filter((bit) => bit === 1).length);
        expect(transitionsOf(tally.pairs(), tally.histogram())).toBe(
          bits.filter((bit, i) => i > 0 && bit !== bits[i - 1]).length,
        );
        expect(tally.points).toBe(Math.floor(bytes.length / 6));
      },
    ),
    { seed: 1, numRuns: 300 },
  );
});

test("Monte Carlo points: the corner is outside, the ends of the axes inside, a rest is not counted", () => {
  const far = [0xff, 0xff, 0xff];
  const near = [0, 0, 0];
  const tally = new ByteTally(
    Uint8Array.from([...far, ...far, ...far, ...near, ...near, ...far, ...near, 1]),
  );
  expect(tally.points).toBe(3);
  expect(tally.inside).toBe(2);
  expect(new ByteTally(Uint8Array.of(...far, 0, 0, 1)).inside).toBe(0);
});

test("pieces of one byte make the same tally as one piece", () => {
  const bytes = aesBytes(1, 1000);
  const whole = new ByteTally(bytes);
  const pieces = new ByteTally();
  for (const byte of bytes) pieces.update(Uint8Array.of(byte)).update(new Uint8Array(0));
  expect(pieces.pairs()).toEqual(whole.pairs());
  expect(pieces.histogram()).toEqual(whole.histogram());
  expect([pieces.first, pieces.last, pieces.length]).toEqual([whole.first, whole.last, 1000]);
  expect([pieces.points, pieces.inside]).toEqual([whole.points, whole.inside]);
  expect(whole.points).toBe(166);
});

test("sums may be read on the way", () => {
  const bytes = aesBytes(2, 5000);
  const tally = new ByteTally(bytes.subarray(0, 2000));
  expect(tally.histogram()).toEqual(new ByteTally(bytes.subarray(0, 2000)).histogram());
  tally.update(bytes.subarray(2000));
  expect(tally.histogram()).toEqual(new ByteTally(bytes).histogram());
  expect(tally.pairs()).toEqual(new ByteTally(bytes).pairs());
});

test("only bytes are taken", () => {
  expect(() => new ByteTally().update("text" as unknown as Uint8Array)).toThrow(TypeError);
});
