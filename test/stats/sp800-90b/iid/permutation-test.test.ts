import { describe, expect, test } from "bun:test";
import {
  assessIid,
  countPermutations,
  iidData,
  type PermutationProgress,
  type PermutationResult,
  Permutations,
  PermutationTally,
  STATISTICS,
} from "../../../../src/stats/sp800-90b/iid/index.ts";
import { keystream } from "../../../support/keystream.ts";
import { rejectionOf } from "../../../support/rejection.ts";
import { assessAlone } from "./assess-alone.ts";

const good = keystream(3000, 1);
/** A bit that stays as it is nine times out of ten. */
const sticky = (length: number) => {
  let bit = 0;
  return keystream(length, 2).map((byte) => {
    if (byte < 26) bit ^= 1;
    return bit;
  });
};

async function permutation(...args: Parameters<typeof assessAlone>): Promise<PermutationResult> {
  const result = (await assessAlone(...args)).permutation;
  if (result.kind !== "permutation") throw new Error(result.reason);
  return result;
}

describe("permutation test", () => {
  test("the same seed gives the same counts, another one others", async () => {
    expect(await permutation(good, 8, { seed: 1 })).toEqual(await permutation(good, 8, { seed: 1 }));
    expect((await permutation(good, 8, { seed: 2 })).statistics).not.toEqual(
      (await permutation(good, 8, { seed: 1 })).statistics,
    );
  });

  test("a Buffer is as good as an array, and neither is changed", async () => {
    const buffer = Buffer.from(good);
    expect(await permutation(buffer, 8)).toEqual(await permutation(good, 8));
    expect(buffer).toEqual(Buffer.from(keystream(3000, 1)));
  });

  test("counts stop when a statistic has passed", async () => {
    const { statistics, permutations } = await permutation(good, 8);
    for (const { greater, equal, less, passed } of Object.values(statistics)) {
      expect(passed).toBe(true);
      // One of the two sums has just passed 5.
      expect(Math.min(greater + equal, equal + less)).toBe(6);
      expect(greater + equal + less).toBeLessThanOrEqual(permutations);
    }
  });

  test("permutations measured apart, in any portions, knowing nothing of each other, give the same counts", async () => {
    for (const [symbols, bits] of [
      [good, 8],
      [sticky(500), 1],
    ] as const) {
      const options = { permutations: 1000 };
      const alone = await permutation(symbols, bits, options);
      const data = iidData(symbols, bits);
      const workers = [new Permutations(data), new Permutations(data), new Permutations(data)];
      const tally = new PermutationTally();
      for (let first = 0, count = 1; first < 1000; first += count, count = 1 + ((7 * count) % 60)) {
        const chunk = { first, count: Math.min(count, 1000 - first) };
        tally.add(workers[first % 3]!.measure(chunk));
      }
      expect(assessIid(symbols, bits, tally, options).permutation).toEqual(alone);
    }
  });

  test("the statistics of the data are measured once, and a thread that knows a statistic decided measures it no further", async () => {
    const data = iidData(good, 8);
    const known: boolean[] = [];
    const tally = await countPermutations(data, {
      ahead: 3,
      complete: true,
      async measure(chunk, wanted, earlier) {
        known.push(earlier.original !== undefined);
        return new Permutations(data, undefined, undefined, earlier.original).measure(chunk, wanted);
      },
    });
    expect(known.filter((one) => !one)).toHaveLength(1);
    expect(tally.original).toEqual(new Permutations(data).original);

    const { outcomes } = new Permutations(data).measure({ first: 0, count: 3 }, undefined, tally);
    expect(outcomes).toEqual(new Uint8Array(3 * STATISTICS.length));
  });

  test("not complete: the same verdict, no compression where another statistic fails", async () => {
    const full = await permutation(good, 8);
    expect(await permutation(good, 8, { complete: false })).toEqual(full);
    const failed = await permutation(sticky(500), 1, { complete: false });
    expect(failed.passed).toBe(false);
    expect(failed.statistics.compression).toMatchObject({ greater: 0, equal: 0, less: 0, passed: null });
  });

  test("tells its progress, and ends when measuring fails", async () => {
    const seen: PermutationProgress[] = [];
    await permutation(sticky(500), 1, { permutations: 250, onProgress: (now) => void seen.push(now) });
    expect(seen.map(({ done }) => done)).toEqual([100, 200, 250]);
    for (const { passed } of seen) expect(passed).toBeGreaterThan(0);

    const reason = new Error("no more");
    const measure = () => Promise.reject(reason);
    const counting = countPermutations(iidData(good, 8), { measure, ahead: 3, complete: true });
    expect(await rejectionOf(counting)).toBe(reason);
  });

  test("what was not measured stays open", () => {
    const { passed, permutations, statistics } = assessIid(good, 8, new PermutationTally())
      .permutation as PermutationResult;
    expect([passed, permutations]).toEqual([null, 0]);
    expect(statistics.excursion).toMatchObject({ greater: 0, passed: null });
  });

  test("a statistic equal in all permutations passes", async () => {
    // No symbol occurs twice: no collisions, ever.
    const { statistics } = await permutation(
      Uint8Array.from({ length: 256 }, (_, i) => i * 77),
      8,
      { permutations: 100 },
    );
    expect(statistics.avgCollision).toEqual({ original: 0, greater: 0, equal: 6, less: 0, passed: true });
    expect(statistics["periodicity(8)"].passed).toBe(true);
  });

  test("refuses options out of range", async () => {
    for (const options of [
      { permutations: 0 },
      { permutations: 0.5 },
      { seed: -1 },
      { seed: 0.5 },
      { seed: 2 ** 32 },
    ]) {
      expect(await rejectionOf(assessAlone(good, 8, options))).toBeInstanceOf(RangeError);
      expect(() => assessIid(good, 8, new PermutationTally(), options)).toThrow(RangeError);
    }
  });

  test("has every statistic once", async () => {
    expect(new Set(STATISTICS).size).toBe(19);
    expect(Object.keys((await permutation(good, 8)).statistics)).toEqual([...STATISTICS]);
  });
});
