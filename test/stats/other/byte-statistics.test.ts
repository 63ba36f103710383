import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { ByteStatistics, type Statistics } from "../../../src/stats/other/byte-statistics.ts";
import { ByteTally } from "../../../src/stats/other/byte-tally.ts";
import vectors from "../../vectors/ent.json";
import { aesBytes, sha256, vectorBytes } from "./sample-data.ts";

describe("the figures of ent", () => {
  for (const vector of vectors.files) {
    test(vector.name, () => {
      const bytes = vectorBytes(vector.name);
      expect(sha256(bytes)).toBe(vector.sha256);
      const statistics = new ByteStatistics().update(bytes);
      const found = statistics.result();
      for (const size of ["byte", "bit"] as const) {
        for (const [figure, wanted] of Object.entries(vector[size])) {
          expect(Math.abs(Number(found[size][figure as keyof Statistics]) - wanted)).toBeLessThan(1e-9);
        }
      }
      expect(statistics.tally.inside).toBe(vector.inside);
      expect(statistics.tally.points).toBe(vector.points);
    });
  }

  test("χ² comes with its probability", () => {
    // Q(127.5, 249.470464/2) in 30-digit arithmetic.
    const { byte } = new ByteStatistics().update(vectorBytes("pi")).result();
    expect(byte.chiSquareP).toBeCloseTo(0.585921083683072, 12);
  });
});

/** The figures by their definitions, symbol by symbol. */
function byDefinition(symbols: readonly number[], values: number) {
  const n = symbols.length;
  const counts = new Array<number>(values).fill(0);
  for (const s of symbols) counts[s]!++;
  const mean = symbols.reduce((a, b) => a + b, 0) / n;
  const about = (i: number) => symbols[i % n]! - mean;
  let covariance = 0;
  let variance = 0;
  for (let i = 0; i < n; i++) {
    covariance += about(i) * about(i + 1);
    variance += about(i) ** 2;
  }
  return {
    entropyBits: counts.reduce((sum, c) => sum - (c === 0 ? 0 : (c / n) * Math.log2(c / n)), 0),
    chiSquare: counts.reduce((sum, c) => sum + (c - n / values) ** 2 / (n / values), 0),
    mean,
    serialCorrelation: variance === 0 ? null : covariance / variance,
  };
}

test("every figure is what its definition says, for any bytes in any pieces", () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ minLength: 1, maxLength: 60 }),
      fc.infiniteStream(fc.nat(9)),
      (bytes, cuts) => {
        const statistics = new ByteStatistics();
        for (let at = 0; at < bytes.length; ) {
          const length = cuts.next().value!;
          statistics.update(bytes.subarray(at, at + length));
          at += length;
        }
        const found = statistics.result();
        const bits = [...bytes].flatMap((byte) => [7, 6, 5, 4, 3, 2, 1, 0].map((i) => (byte >> i) & 1));
        for (const [size, wanted] of [
          ["byte", byDefinition([...bytes], 256)],
          ["bit", byDefinition(bits, 2)],
        ] as const) {
          expect(found[size].n).toBe(size === "byte" ? bytes.length : bits.length);
          expect(found[size].entropyBits).toBeCloseTo(wanted.entropyBits, 9);
          expect(found[size].chiSquare).toBeCloseTo(wanted.chiSquare, 7);
          expect(found[size].mean).toBeCloseTo(wanted.mean, 9);
          if (wanted.serialCorrelation === null) expect(found[size].serialCorrelation).toBeNull();
          else expect(found[size].serialCorrelation!).toBeCloseTo(wanted.serialCorrelation, 9);
        }
        expect(found.byte.monteCarloPi === null).toBe(bytes.length < 6);
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

test("a result may be taken on the way", () => {
  const bytes = aesBytes(2, 5000);
  const statistics = new ByteStatistics().update(bytes.subarray(0, 2000));
  expect(statistics.result()).toEqual(new ByteStatistics().update(bytes.subarray(0, 2000)).result());
  statistics.update(bytes.subarray(2000));
  expect(statistics.result()).toEqual(new ByteStatistics().update(bytes).result());
});

test("no bytes have no statistics, and only bytes are taken", () => {
  expect(() => new ByteStatistics().result()).toThrow(RangeError);
  expect(() => new ByteTally().update("text" as unknown as Uint8Array)).toThrow(TypeError);
});
