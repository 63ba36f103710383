/** One source on probation: what is paid, when, and what a source that breaks can still earn. */
import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { blockSymbols, Probation, type Released } from "../../src/sampling/probation.ts";
import { type RawTrace, SAMPLE_BYTES } from "../../src/trace.ts";
import { fakeNoise } from "../support/fake-thread.ts";

/** A quick source: blocks of 4,096. */
const QUICK = { claim: 1, symbolBits: 8, rateHz: 2_000_000 };
const BLOCK = 4_096;
const STARTUP = 1_024;

function traceOf(numbers: readonly number[]): RawTrace {
  const samples = BigUint64Array.from(numbers, BigInt);
  return { sourceId: "a", samples, discarded: 0, startedNs: 0, elapsedNs: 1_000 * numbers.length };
}

/** Feeds numbers in slices; returns what was released, and what each sample was paid, in the order of the samples. */
function fed(probation: Probation, numbers: readonly number[], slice: number) {
  const released: Released[] = [];
  const alarms: string[] = [];
  for (let at = 0; at < numbers.length; at += slice) {
    const part = numbers.slice(at, at + slice);
    const judged = probation.observe(traceOf(part), 1);
    released.push(...judged.released);
    if (judged.failure) alarms.push(judged.failure.test);
    if (judged.failure) break;
  }
  const paid = released.flatMap(({ samples, bitsPerSample }) =>
    Array.from({ length: samples.length / SAMPLE_BYTES }, () => bitsPerSample),
  );
  return { released, paid, alarms };
}

const sum = (bits: readonly number[]) => bits.reduce((total, one) => total + one, 0);
const noise = (length: number, seed = 1) => Array.from({ length }, fakeNoise(seed));

describe("genuine noise", () => {
  test("is paid its claim once the block after it has passed; the start-up test earns nothing", () => {
    const probation = new Probation(QUICK);
    const { paid } = fed(probation, noise(STARTUP + 2 * BLOCK), 1_000);
    expect(paid).toEqual([...Array(STARTUP).fill(0), ...Array(BLOCK).fill(1)]);
    expect(probation.waiting).toBe(BLOCK);
    expect(fed(probation, noise(BLOCK - 1, 2), 1_000).paid).toEqual([]);
    expect(fed(probation, noise(1, 3), 1_000).paid).toEqual(Array(BLOCK).fill(1));
  });

  test("that claims more than half of its estimate is paid half of it", () => {
    const probation = new Probation({ ...QUICK, claim: 8 });
    const { paid } = fed(probation, noise(STARTUP + 3 * BLOCK), 4_096);
    const prices = new Set(paid.slice(STARTUP));
    expect(prices.size).toBe(2); // each block has an estimate of its own
    for (const price of prices) {
      expect(price).toBeLessThanOrEqual(4);
      expect(price).toBeGreaterThan(3);
    }
  });

  test("comes out in its order, each sample once, whatever the slices", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 9_000 }),
        fc.integer({ min: 1, max: 30_000 }),
        (slice, length) => {
          const probation = new Probation(QUICK);
          const numbers = Array.from({ length }, (_, i) => i);
          const { released } = fed(probation, numbers, slice);
          const all = [...released, ...probation.forfeit()];
          let next = 0;
          for (const { samples } of all) {
            const count = samples.length / SAMPLE_BYTES;
            const values = new BigUint64Array(samples.slice().buffer);
            if (count > 0) expect(values[0]).toBe(BigInt(next));
            next += count;
          }
          expect(next).toBe(length);
        },
      ),
      { seed: 4, numRuns: 60 },
    );
  });

  test("whose time was partly paid already is paid for the rest", () => {
    const probation = new Probation(QUICK);
    const { released } = probation.observe(traceOf(noise(STARTUP + 2 * BLOCK)), 0.25);
    expect(released.at(-1)!.bitsPerSample).toBe(0.25);
    for (const part of [-0.1, 1.1, Number.NaN]) {
      expect(() => probation.observe(traceOf([1]), part)).toThrow(RangeError);
    }
  });

  test("that was shown is never paid, and what surrounds it is", () => {
    const probation = new Probation(QUICK);
    fed(probation, noise(STARTUP + 100), 10_000);
    const shown = probation.observe(traceOf(noise(500, 5)), 0).released;
    const { paid } = fed(probation, noise(3 * BLOCK, 6), 10_000);
    expect(shown).toEqual([]);
    expect(paid.slice(0, 700)).toEqual([...Array(100).fill(1), ...Array(500).fill(0), ...Array(100).fill(1)]);
  });
});

describe("a source that breaks", () => {
  const faults: Record<string, (i: number) => number> = {
    stuck: () => 7,
    "period 2": (i) => [3, 200][i % 2]!,
    "period 8": (i) => [1, 5, 9, 250, 17, 33, 2, 90][i % 8]!,
    counter: (i) => i,
    "a counter of large steps": (i) => 37 * i,
  };
  for (const [name, fault] of Object.entries(faults)) {
    test(`${name}: earns nothing after its onset, wherever in a block that is`, () => {
      for (const onset of [0, 1 / 4, 1 / 2, 7 / 8]) {
        const before = STARTUP + 2 * BLOCK + onset * BLOCK;
        const numbers = [...noise(before), ...Array.from({ length: 20 * BLOCK }, (_, i) => fault(i))];
        for (const slice of [997, 40_000]) {
          const { paid } = fed(new Probation(QUICK), numbers, slice);
          expect(sum(paid.slice(before))).toBeLessThan(320);
        }
      }
    });
  }

  test("loses what waits when a health test fires: the block before the fault, too, is not paid any more", () => {
    const before = STARTUP + 2 * BLOCK;
    const { paid, alarms } = fed(new Probation(QUICK), [...noise(before), ...Array(100).fill(7)], 50_000);
    expect(alarms).toEqual(["repetition-count"]);
    expect(paid).toHaveLength(before + 100);
    expect(sum(paid.slice(STARTUP + BLOCK))).toBe(0);
    expect(sum(paid.slice(STARTUP, STARTUP + BLOCK))).toBe(BLOCK);
  });

  test("is not paid for a slice whose end alone is good", () => {
    // 52,000 symbols with the first 40,000 of period 2: a slice of 4 ms of a quick source.
    const broken = Array.from({ length: 40_000 }, (_, i) => [3, 200][i % 2]!);
    const probation = new Probation({ claim: 0.009, symbolBits: 8, rateHz: 13_000_000 });
    fed(probation, noise(STARTUP + 2 * BLOCK), 1e6);
    const { paid } = fed(probation, [...broken, ...noise(12_000, 2)], 1e6);
    expect(sum(paid.slice(BLOCK, BLOCK + 40_000))).toBeLessThan(32);
  });

  test("starts over with the start-up test, and forgets its estimate", () => {
    const probation = new Probation(QUICK);
    fed(probation, noise(STARTUP + 3 * BLOCK), 1_000);
    expect(probation.forfeit().length).toBeGreaterThan(0);
    probation.restart();
    expect([probation.state, probation.assessedH, probation.waiting]).toEqual(["starting", null, 0]);
    expect(sum(fed(probation, noise(STARTUP + 2 * BLOCK - 1, 7), 1_000).paid)).toBe(0);
  });
});

test("a block lasts about 4 ms, and has from 512 to 4,096 symbols", () => {
  const sizes = [0.1, 100_000, 130_000, 300_000, 600_000, 1_100_000, 1e9].map(blockSymbols);
  expect(sizes).toEqual([512, 512, 512, 1_024, 2_048, 4_096, 4_096]);
});
