import { describe, expect, test } from "bun:test";
import { Pool } from "../src/pool/pool.ts";
import { claimAt, counterStepNs, type SourceInfo } from "../src/source.ts";
import { sources } from "../src/sources/index.ts";
import { fakeHost } from "./support/fake-host.ts";
import { FakeThread, fakeNoise, fakeSource } from "./support/fake-thread.ts";

const timing = fakeSource({ id: "timing", unit: "ticks", claim: 2, coarseClaim: 0.5 }, fakeNoise(1)).info;

describe("the claim at a counter's step", () => {
  test("is the fine one up to 20 ns, the coarse one up to 42 ns, and nothing beyond", () => {
    const claims = [0.3, 10, 20, 20.01, 41.67, 42, 42.01, 1e6].map((stepNs) => claimAt(timing, stepNs));
    expect(claims).toEqual([2, 2, 2, 0.5, 0.5, 0.5, 0, 0]);
  });

  test("is the coarse one where the step is unknown, never the finest", () => {
    for (const stepNs of [undefined, 0, -1, Number.NaN]) {
      expect(claimAt(timing, stepNs), `${stepNs}`).toBe(0.5);
    }
    const { coarseClaim: _, ...rest } = timing;
    expect(claimAt(rest, undefined)).toBe(2);
  });

  test("is the same at every step where no time is measured", () => {
    const level: SourceInfo = { ...timing, unit: "level" };
    for (const stepNs of [undefined, 0, 10, 41.67, 1e6]) expect(claimAt(level, stepNs)).toBe(2);
  });

  test("of every source there is: unknown is never more than coarse, coarse never more than fine", () => {
    for (const { info } of sources) {
      expect(claimAt(info, undefined), info.id).toBeLessThanOrEqual(claimAt(info, 41.67));
      expect(claimAt(info, 41.67), info.id).toBeLessThanOrEqual(claimAt(info, 10));
    }
  });
});

describe("the counter's step", () => {
  test("is the native library's, and unknown without one", () => {
    expect(counterStepNs(fakeHost({ kernels: {}, clockPeriodNs: 41.67 }))).toBe(41.67);
    expect(counterStepNs(fakeHost())).toBeUndefined();
  });

  test("where it is unknown, the pool credits the coarse claim, before and after a source was opened", async () => {
    const source = fakeSource(timing, fakeNoise(1));
    using pool = new Pool({ sources: [source.info], startThread: () => new FakeThread([source]) });
    expect(pool.status().sources[0]!.claimedH).toBe(0.5);
    await pool.extract(32);
    const { claimedH, samples, creditedBits } = pool.status().sources[0]!;
    expect(claimedH).toBe(0.5);
    expect(creditedBits).toBeGreaterThan(0);
    expect(creditedBits).toBeLessThanOrEqual(0.5 * samples);
  });
});
