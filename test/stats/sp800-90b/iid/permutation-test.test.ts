import { describe, expect, test } from "bun:test";
import {
  assessIid,
  iidData,
  type PermutationOptions,
  type PermutationProgress,
  type PermutationResult,
  Permutations,
  PermutationTally,
  STATISTICS,
} from "../../../../src/stats/sp800-90b/iid/index.ts";
import { keystream } from "../../../support/keystream.ts";

const good = keystream(3000, 1);
/** A bit that stays as it is nine times out of ten. */
const sticky = (length: number) => {
  let bit = 0;
  return keystream(length, 2).map((byte) => {
    if (byte < 26) bit ^= 1;
    return bit;
  });
};

function permutation(symbols: Uint8Array, bits: number, options?: PermutationOptions): PermutationResult {
  const result = assessIid(symbols, bits, options).permutation;
  if (result.kind !== "permutation") throw new Error(result.reason);
  return result;
}

describe("permutation test", () => {
  test("the same seed gives the same counts, another one others", () => {
    expect(permutation(good, 8, { seed: 1 })).toEqual(permutation(good, 8, { seed: 1 }));
    expect(permutation(good, 8, { seed: 2 }).statistics).not.toEqual(
      permutation(good, 8, { seed: 1 }).statistics,
    );
  });

  test("a Buffer is as good as an array, and neither is changed", () => {
    const buffer = Buffer.from(good);
    expect(permutation(buffer, 8)).toEqual(permutation(good, 8));
    expect(buffer).toEqual(Buffer.from(keystream(3000, 1)));
  });

  test("counts stop when a statistic has passed", () => {
    const { statistics, permutations } = permutation(good, 8);
    for (const { greater, equal, less, passed } of Object.values(statistics)) {
      expect(passed).toBe(true);
      // One of the two sums has just passed 5.
      expect(Math.min(greater + equal, equal + less)).toBe(6);
      expect(greater + equal + less).toBeLessThanOrEqual(permutations);
    }
  });

  test("chunks measured apart, knowing nothing of each other, give the same counts", () => {
    for (const [symbols, bits] of [
      [good, 8],
      [sticky(500), 1],
    ] as const) {
      const options = { permutations: 1000 };
      const alone = permutation(symbols, bits, options);
      const data = iidData(symbols, bits);
      const workers = [new Permutations(data), new Permutations(data), new Permutations(data)];
      const tally = new PermutationTally();
      const chunks = Array.from({ length: 50 }, (_, index) => workers[index % 3]!.chunk(index));
      for (const chunk of chunks) tally.add(chunk);
      expect(permutation(symbols, bits, { ...options, tally })).toEqual(alone);
    }
  });

  test("verdict only: the same verdict, no compression where another statistic fails", () => {
    const full = permutation(good, 8);
    expect(permutation(good, 8, { verdictOnly: true })).toEqual(full);
    const failed = permutation(sticky(500), 1, { verdictOnly: true });
    expect(failed.passed).toBe(false);
    expect(failed.statistics.compression).toMatchObject({ greater: 0, equal: 0, less: 0, passed: null });
  });

  test("tells its progress and can be stopped", () => {
    const seen: PermutationProgress[] = [];
    const options = {
      onProgress: (progress: PermutationProgress) => void seen.push(progress),
      shouldStop: () => seen.length === 33,
    };
    const { passed, permutations, statistics } = permutation(sticky(500), 1, options);
    expect(seen.map(({ done }) => done)).toEqual(Array.from({ length: 33 }, (_, i) => i + 1));
    expect(seen[32]!.most).toBe(10_000);
    expect(permutations).toBe(33);
    expect(passed).toBeNull();
    expect(statistics.excursion).toMatchObject({ greater: 0, passed: null });
  });

  test("a statistic equal in all permutations passes", () => {
    // No symbol occurs twice: no collisions, ever.
    const { statistics } = permutation(
      Uint8Array.from({ length: 256 }, (_, i) => i * 77),
      8,
      { permutations: 100 },
    );
    expect(statistics.avgCollision).toEqual({ original: 0, greater: 0, equal: 6, less: 0, passed: true });
    expect(statistics["periodicity(8)"].passed).toBe(true);
  });

  test("refuses options out of range", () => {
    for (const options of [
      { permutations: 0 },
      { permutations: 30 },
      { seed: -1 },
      { seed: 0.5 },
      { seed: 2 ** 32 },
    ]) {
      expect(() => assessIid(good, 8, options)).toThrow(RangeError);
    }
  });

  test("has every statistic once", () => {
    expect(new Set(STATISTICS).size).toBe(19);
    expect(Object.keys(permutation(good, 8).statistics)).toEqual([...STATISTICS]);
  });
});
