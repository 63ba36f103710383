import { describe, expect, test } from "bun:test";
import { figuresOf, firstLook } from "../../src/recording/first-look.ts";
import { assess } from "../../src/stats/sp800-90b/index.ts";
import { fakeNoise, fakeSource } from "../support/fake-thread.ts";

function look(values: readonly number[], { stepNs }: { stepNs?: number } = { stepNs: 10 }) {
  const { info } = fakeSource({ id: "a", unit: "ticks", claim: 2, coarseClaim: 1 }, () => 0);
  const samples = BigUint64Array.from(values, BigInt);
  return firstLook(
    info,
    { sourceId: "a", samples, discarded: 0, startedNs: 0, elapsedNs: 1e9 },
    stepNs,
    async (looked) => figuresOf(looked),
  );
}

describe("a first look", () => {
  test("has the distribution in the samples' own unit", async () => {
    const values = Array.from({ length: 101 }, (_, i) => 1_000 + 10 * (100 - i));
    const { min, median, p99, max, distinct, rateHz, sorted } = await look([...values, 1_000]);
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

  test("says whether the start-up test passes", async () => {
    const noise = Array.from({ length: 5_000 }, fakeNoise(1));
    expect((await look(noise)).startup).toBe("passed");
    expect((await look(noise.slice(0, 50))).startup).toBe("too few samples");
    expect((await look(noise.map(() => 7))).startup).toBe("failed");
    expect((await look(noise)).assessedH).toBe(assess(Uint8Array.from(noise), 8).minEntropy);
  });

  test("tests and shows the claim of the counter's step, the coarse one where that is unknown", async () => {
    const noise = Array.from({ length: 100 }, fakeNoise(1));
    const looks = await Promise.all([{ stepNs: 10 }, { stepNs: 41.67 }, {}].map((step) => look(noise, step)));
    expect(looks.map(({ claimedH }) => claimedH)).toEqual([2, 1, 1]);
  });
});
