import { describe, expect, test } from "bun:test";
import {
  type RestartTests,
  reasonAgainstRestarts,
  testRestarts,
} from "../../src/assessment/restart-tests.ts";
import { TestThreads } from "../../src/report/threads/test-threads.ts";
import { restartTest, transpose } from "../../src/stats/sp800-90b/index.ts";
import { assessAlone } from "../stats/sp800-90b/iid/assess-alone.ts";
import { keystream } from "../support/keystream.ts";

const SIDE = 60;
const good = keystream(SIDE * SIDE, 8).map((byte) => byte & 3);

async function testsOf(symbols: Uint8Array, track: "iid" | "non-iid", hInitial = 1): Promise<RestartTests> {
  const matrix = {
    name: "restarts",
    isRegular: true,
    bytes: 0,
    sha256: "",
    notes: [],
    from: 0,
    symbols,
    rows: SIDE,
    cols: SIDE,
  };
  using threads = new TestThreads(0);
  const run = { bitsPerSymbol: 2, details: false, onProgress: () => {} };
  return await testRestarts(matrix, hInitial, track, run, threads);
}

/** Upper bound of §6.3.1, computed from the counts. */
function mostCommonBits(symbols: Uint8Array): number {
  const counts = [0, 0, 0, 0];
  for (const symbol of symbols) counts[symbol]!++;
  const share = Math.max(...counts) / symbols.length;
  return -Math.log2(share + 2.5758293035489008 * Math.sqrt((share * (1 - share)) / (symbols.length - 1)));
}

describe("restarts on the IID track", () => {
  test("estimates by the most common value, and tests rows and columns each for itself", async () => {
    const { iid, hRow, hCol, minEntropy, passed } = await testsOf(good, "iid");
    expect(hRow).toBeCloseTo(mostCommonBits(good), 12);
    expect([hCol, minEntropy, passed]).toEqual([hRow, 1, true]);
    for (const [found, symbols] of [
      [iid!.rows, good],
      [iid!.columns, transpose(good, SIDE, SIDE)],
    ] as const) {
      const { independence, goodnessOfFit, longestRepeat, permutation, passed } = await assessAlone(
        symbols,
        2,
      );
      expect(found).toEqual({ independence, goodnessOfFit, longestRepeat, permutation, passed });
    }
    expect(iid!.columns).not.toEqual(iid!.rows);
    expect(reasonAgainstRestarts({ ...(await testsOf(good, "iid")) })).toBeUndefined();
  });

  test("columns that are not IID fail, though the rows look so and the estimates pass", async () => {
    // Each restart begins where the last one did, one further: in a column the symbols count up.
    const drifting = good.map((symbol, i) =>
      i % SIDE < 30 ? (Math.floor(i / SIDE) + 3 * (i % SIDE)) & 3 : symbol,
    );
    const result = await testsOf(drifting, "iid");
    expect([result.sanity.passed, result.passed]).toEqual([true, true]);
    expect(result.iid!.columns.passed).toBe(false);
    expect(reasonAgainstRestarts(result)).toContain("columns of the restart data are not IID");
  });

  test("on the non-IID track as before, and without tests of what failed the sanity check", async () => {
    const plain = await testsOf(good, "non-iid");
    expect(plain).toEqual(restartTest(good, SIDE, SIDE, 2, 1));
    expect(plain.hRow).toBeLessThan((await testsOf(good, "iid")).hRow!);
    const same = good.map((_, i) => good[i % SIDE]!);
    const failed = await testsOf(same, "iid");
    expect([failed.sanity.passed, failed.iid]).toEqual([false, undefined]);
    expect(reasonAgainstRestarts(failed)).toContain("a symbol is too frequent in a row or column");
    expect((await testsOf(new Uint8Array(SIDE * SIDE), "iid")).iid).toBeUndefined();
  });
});
