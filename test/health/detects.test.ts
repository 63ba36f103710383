import { describe, expect, test } from "bun:test";
import { describeDetection, detects, secondDetects } from "../../src/health/detects.ts";
import { HealthMonitor } from "../../src/health/monitor.ts";
import { SecondTests } from "../../src/health/second-tests.ts";

test("what a claim's tests see", () => {
  expect(detects({ claim: 0.4, symbolBits: 8 })).toEqual({
    stuckAfter: 76,
    window: 512,
    commonFrom: 443 / 511,
  });
  expect(detects({ claim: 0.009, symbolBits: 8 })).toEqual({
    stuckAfter: 3335,
    window: 512,
    commonFrom: undefined,
  });
  expect(detects({ claim: 1, symbolBits: 1 }).window).toBe(1024);
});

test("a claim of 0 is tested as the nominal one", () => {
  expect(detects({ claim: 0, symbolBits: 8 }).stuckAfter).toBe(601);
});

describe("is what the tests do", () => {
  for (const claim of [0.009, 0.1, 0.4, 1, 2, 8]) {
    test(`stuck, at a claim of ${claim}`, () => {
      const { stuckAfter } = detects({ claim, symbolBits: 8 });
      const stuck = (n: number) => {
        const monitor = new HealthMonitor(claim, 8);
        // Past the start-up test, whose cutoffs are lower.
        monitor.observe(Uint8Array.from({ length: monitor.startupSymbols }, (_, i) => (i * 151) & 255));
        return monitor.observe(new Uint8Array(n).fill(7)).state;
      };
      expect([stuck(stuckAfter - 1), stuck(stuckAfter)]).toEqual(["healthy", "failed"]);
    });
  }

  /** Symbols of which one value has this share, evenly spread, so that no run is long. It opens every window. */
  const common = (share: number, n: number) =>
    Uint8Array.from({ length: n }, (_, i) => {
      const isOther = i % 512 > 0 && Math.floor((i + 1) * (1 - share)) > Math.floor(i * (1 - share));
      return isOther ? 1 + (i % 200) : 0;
    });

  for (const claim of [0.09, 0.4, 1, 2]) {
    test(`one value, at a claim of ${claim}: a little above the share alarms, a little below does not`, () => {
      const { commonFrom, window } = detects({ claim, symbolBits: 8 });
      const after = (share: number) => {
        const monitor = new HealthMonitor(claim, 8);
        monitor.observe(common(0.01, monitor.startupSymbols));
        const { lastFailure } = monitor.observe(common(share, 50 * window));
        return lastFailure?.test;
      };
      expect([after(commonFrom! + 0.004), after(commonFrom! - 0.005)]).toEqual([
        "adaptive-proportion",
        undefined,
      ]);
    });
  }

  for (const reference of [0.02, 0.2, 2]) {
    test(`second tests, at a reference of ${reference}`, () => {
      const { commonFrom, window, stuckAfter } = secondDetects(reference, 8);
      const alarm = (symbols: Uint8Array) => new SecondTests(8, reference).observe(symbols)?.test;
      expect(alarm(new Uint8Array(stuckAfter))).toBe("repetition-count");
      expect(alarm(new Uint8Array(stuckAfter - 1))).toBeUndefined();
      const margin = (1 - commonFrom!) / 5;
      expect(alarm(common(commonFrom! + margin, 3 * window))).toBe("adaptive-proportion");
      expect(alarm(common(commonFrom! - margin, 3 * window))).toBeUndefined();
    });
  }
});

test("reads as a sentence, and promises no more than is seen", () => {
  expect(describeDetection({ stuckAfter: 601, window: 512, commonFrom: undefined })).toBe(
    "stuck for 601 symbols, and no smaller loss",
  );
  expect(describeDetection({ stuckAfter: 76, window: 512, commonFrom: 0.8601 })).toBe(
    "stuck for 76 symbols, or one value in 87 % of 512",
  );
  expect(describeDetection({ stuckAfter: 335, window: 512, commonFrom: 0.9921 })).toBe(
    "stuck for 335 symbols, or one value in 99.3 % of 512",
  );
});
