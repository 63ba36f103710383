import { describe, expect, test } from "bun:test";
import { HealthMonitor, MIN_STARTUP_SYMBOLS, NOMINAL_H } from "../../src/health/monitor.ts";
import { keystream } from "../support/keystream.ts";

describe("start-up", () => {
  test("credits nothing until 1,024 symbols have passed, then only what came after them", () => {
    const monitor = new HealthMonitor(4, 8);
    expect(monitor.startupSymbols).toBe(MIN_STARTUP_SYMBOLS);
    expect(monitor.observe(keystream(1000, 1))).toEqual({
      state: "starting",
      creditableSymbols: 0,
      failures: 0,
      lastFailure: undefined,
    });
    expect(monitor.observe(keystream(100, 2))).toMatchObject({ state: "healthy", creditableSymbols: 76 });
    expect(monitor.observe(keystream(5000, 3))).toMatchObject({ state: "healthy", creditableSymbols: 5000 });
  });

  test("exactly 1,024 symbols end it without credit", () => {
    const monitor = new HealthMonitor(4, 8);
    expect(monitor.observe(keystream(1024, 1))).toMatchObject({ state: "healthy", creditableSymbols: 0 });
  });

  test("an empty batch changes nothing", () => {
    const monitor = new HealthMonitor(4, 8);
    expect(monitor.observe(new Uint8Array(0))).toMatchObject({ state: "starting", creditableSymbols: 0 });
  });

  test("a run that α = 2^−20 rejects and 2^−30 accepts fails it, but not a healthy source", () => {
    // H = 1, C = 21 and 31.
    const symbols = keystream(4096, 4);
    const monitor = new HealthMonitor(1, 8);
    const early = symbols.slice().fill(0, 100, 125);
    expect(monitor.observe(early)).toMatchObject({
      state: "failed",
      creditableSymbols: 0,
      failures: 1,
      lastFailure: { phase: "start-up", test: "repetition-count", cutoff: 21, symbolIndex: 120 },
    });
    const late = symbols.slice().fill(0, 2000, 2025);
    expect(new HealthMonitor(1, 8).observe(late)).toMatchObject({
      state: "healthy",
      creditableSymbols: 3072,
    });
  });

  test("a run across the end of start-up is seen by the continuous test", () => {
    const symbols = keystream(4096, 5).fill(0, 1010, 1041);
    const monitor = new HealthMonitor(1, 8);
    expect(monitor.observe(symbols).lastFailure).toMatchObject({ phase: "continuous", symbolIndex: 1040 });
  });

  test("is as long as the repetition cutoff where H is very low, so that a stuck source never passes", () => {
    for (const claim of [0.001, 0.01, 0.02, 0]) {
      const monitor = new HealthMonitor(claim, 8);
      const h = claim === 0 ? NOMINAL_H : claim;
      expect(monitor.startupSymbols).toBe(Math.max(1024, 1 + 20 / h));
      expect(monitor.observe(new Uint8Array(monitor.startupSymbols))).toMatchObject({ state: "failed" });
    }
  });
});

describe("continuous use", () => {
  test("a source that goes constant fails within a window, wherever and in batches of any size", () => {
    for (const claim of [0.1, 0.5, 1, 4, 8]) {
      for (const batch of [1, 64, 1000, 20_000]) {
        const monitor = new HealthMonitor(claim, 8);
        const symbols = keystream(20_000, 6);
        const constantFrom = 7777;
        symbols.fill(symbols[constantFrom]! ^ 1, constantFrom);
        let credited = 0;
        for (let i = 0; i < symbols.length; i += batch) {
          credited += monitor.observe(symbols.subarray(i, i + batch)).creditableSymbols;
        }
        const { state, lastFailure } = monitor.observe(new Uint8Array(0));
        expect(state).toBe("failed");
        expect(lastFailure!.symbolIndex).toBeGreaterThanOrEqual(constantFrom);
        expect(lastFailure!.symbolIndex).toBeLessThan(constantFrom + 512);
        // The batch of the failure earns nothing, so credit ends at the border before it.
        const border = lastFailure!.symbolIndex - (lastFailure!.symbolIndex % batch);
        expect(credited).toBe(Math.max(0, border - 1024));
      }
    }
  });

  test("a source that keeps varying but weakens is found by the adaptive proportion test", () => {
    // 4 bits are claimed; three of four symbols become equal, and no run is long.
    const symbols = keystream(8192, 7);
    for (let i = 4096; i < 8192; i++) if (i % 4 !== 3) symbols[i] = 0x55;
    const monitor = new HealthMonitor(4, 8);
    const { state, lastFailure } = monitor.observe(symbols);
    expect(state).toBe("failed");
    expect(lastFailure).toMatchObject({ test: "adaptive-proportion", phase: "continuous", cutoff: 71 });
    expect(lastFailure!.symbolIndex).toBeLessThan(4096 + 512 + 512);
  });

  test("good symbols never fail: a million bytes claimed at 4 bits", () => {
    // At 8 bits a byte instead of 4 a run of 9 and a count of 71 in 512 are rarer than 2^−60.
    const monitor = new HealthMonitor(4, 8);
    expect(monitor.observe(keystream(1_000_000, 8))).toMatchObject({ state: "healthy", failures: 0 });
  });

  test("binary symbols: window of 1,024", () => {
    const symbols = keystream(4096, 9).map((byte) => byte & 1);
    expect(new HealthMonitor(0.5, 1).observe(symbols)).toMatchObject({ state: "healthy" });
    // Ones only, save every fortieth: at most 39 in a row (C = 61), but 999 of 1,024.
    const biased = symbols.slice();
    for (let i = 2048; i < 3072; i++) biased[i] = i % 40 === 39 ? 0 : 1;
    expect(new HealthMonitor(0.5, 1).observe(biased).lastFailure).toMatchObject({
      test: "adaptive-proportion",
      cutoff: 810,
    });
  });
});

describe("quarantine", () => {
  test("nothing is tested or credited until restart, and start-up must be passed again", () => {
    const monitor = new HealthMonitor(4, 8);
    monitor.observe(keystream(2000, 10));
    expect(monitor.observe(new Uint8Array(100))).toMatchObject({ state: "failed", failures: 1 });
    expect(monitor.observe(keystream(5000, 11))).toMatchObject({
      state: "failed",
      creditableSymbols: 0,
      failures: 1,
    });
    monitor.restart();
    expect(monitor.state).toBe("starting");
    expect(monitor.observe(keystream(1000, 12))).toMatchObject({ state: "starting", creditableSymbols: 0 });
    const verdict = monitor.observe(keystream(1000, 13));
    expect(verdict).toMatchObject({ state: "healthy", creditableSymbols: 976, failures: 1 });
    expect(verdict.lastFailure).toMatchObject({
      test: "repetition-count",
      symbol: 0,
      count: 9,
      symbolIndex: 2008,
    });
  });

  test("a source that stays dead fails again, each time", () => {
    const monitor = new HealthMonitor(4, 8);
    for (let round = 1; round <= 3; round++) {
      expect(monitor.observe(new Uint8Array(2000))).toMatchObject({ state: "failed", failures: round });
      monitor.restart();
    }
  });
});

test("claims and widths out of range are refused", () => {
  expect(() => new HealthMonitor(-1, 8)).toThrow(RangeError);
  expect(() => new HealthMonitor(1.5, 1)).toThrow(RangeError);
  expect(() => new HealthMonitor(Number.NaN, 8)).toThrow(RangeError);
  expect(() => new HealthMonitor(1, 0)).toThrow(RangeError);
  expect(() => new HealthMonitor(1, 9)).toThrow(RangeError);
});
