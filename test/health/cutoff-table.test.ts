import { describe, expect, test } from "bun:test";
import { cutoffsOf, secondCutoffsOf } from "../../src/health/cutoffs.ts";
import { AdaptiveProportionTest, RepetitionCountTest } from "../../src/health/health-tests.ts";
import { HealthMonitor } from "../../src/health/monitor.ts";

describe("cutoffsOf", () => {
  test("names each test with the formula that a reader can compute again", () => {
    const [rct, apt] = cutoffsOf(0.5, 8);
    expect(rct).toMatchObject({
      phase: "start-up",
      section: "4.4.1",
      cutoff: 41,
      derivation: "1 + ceil(20 / 0.5) = 41",
    });
    expect(apt).toMatchObject({
      section: "4.4.2",
      window: 512,
      derivation: `2 + qbinom(1 - 2^-20, 511, 2^-0.5) = ${apt!.cutoff}`,
    });
  });

  test("agrees with the tests that run: at C they fail, at C - 1 they do not", () => {
    for (const claim of [0, 0.05, 0.3, 1, 4]) {
      const [, , continuous] = cutoffsOf(claim, 8);
      const stuck = (count: number) => {
        const monitor = new HealthMonitor(claim, 8);
        // Past the start-up test, so that only the continuous one is left.
        monitor.observe(Uint8Array.from({ length: monitor.startupSymbols }, (_, i) => (i * 151) & 255));
        return monitor.observe(new Uint8Array(count).fill(7)).lastFailure;
      };
      const { cutoff } = continuous!;
      expect(stuck(cutoff - 1)?.test).not.toBe("repetition-count");
      expect(stuck(cutoff)).toMatchObject({ count: cutoff, phase: "continuous" });
    }
  });

  test("says of a claim so low that its adaptive proportion test never fires", () => {
    for (const { test: name, canFire, cutoff, window } of cutoffsOf(0.03, 8)) {
      const equal = new Uint8Array(10_000);
      const run =
        window === null ? new RepetitionCountTest(cutoff) : new AdaptiveProportionTest(cutoff, window);
      expect({ name, fires: run.test(equal) !== undefined }).toEqual({ name, fires: canFire });
      expect(canFire).toBe(name === "repetition-count");
    }
  });

  test("has no second tests for a reference of nothing", () => {
    expect(secondCutoffsOf(0, 8)).toEqual([]);
    expect(secondCutoffsOf(4, 8).map(({ cutoff, h }) => ({ cutoff, h }))[0]).toEqual({ cutoff: 21, h: 2 });
  });
});
