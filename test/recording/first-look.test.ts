import { describe, expect, test } from "bun:test";
import { firstLook } from "../../src/recording/first-look.ts";
import { assess } from "../../src/stats/sp800-90b/index.ts";
import { fakeNoise, fakeSource } from "../support/fake-thread.ts";

function look(values: readonly number[], { stepNs }: { stepNs?: number } = { stepNs: 10 }) {
  const { info } = fakeSource({ id: "a", unit: "ticks", claim: 2, coarseClaim: 1 }, () => 0);
  const samples = BigUint64Array.from(values, BigInt);
  return firstLook(info, { sourceId: "a", samples, discarded: 0, startedNs: 0, elapsedNs: 1e9 }, stepNs);
}

describe("a first look", () => {
  test("has the distribution in the samples' own unit", () => {
    const values = Array.from({ length: 101 }, (_, i) => 1_000 + 10 * (100 - i));
    const { min, median, p99, max, distinct, rateHz, sorted } = look([...values, 1_000]);
    expect({ min, median, max, distinct, rateHz }).toEqual({
      min: 1_000,
      median: 1_495,
      max: 2_000,
      distinct: 101,
      rateHz: 102,
    });
    // Interpolated between the samples at either side of 0.99 of the way.
    expect(p99).toBeCloseTo(1_989.9, 9);
    expect(sorted[1]).toBe(1_000);
  });

  test("says whether the start-up test passes", () => {
    const noise = Array.from({ length: 5_000 }, fakeNoise(1));
    expect(look(noise).startup).toBe("passed");
    expect(look(noise.slice(0, 50)).startup).toBe("too few samples");
    expect(look(noise.map(() => 7)).startup).toBe("failed");
    expect(look(noise).assessedH).toBe(assess(Uint8Array.from(noise), 8).minEntropy);
  });

  test("tests and shows the claim of the counter's step, the coarse one where that is unknown", () => {
    const noise = Array.from({ length: 100 }, fakeNoise(1));
    expect([{ stepNs: 10 }, { stepNs: 41.67 }, {}].map((step) => look(noise, step).claimedH)).toEqual([
      2, 1, 1,
    ]);
  });
});
