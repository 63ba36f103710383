/** The battery of tests, for programs. */
import { battery } from "../../stats/battery.ts";
import { type Quality, qualityScore } from "../../stats/quality.ts";
import type { TestResult } from "../../stats/result.ts";

export interface BatteryReport {
  /** One result per test, in the battery's order. */
  readonly results: readonly TestResult[];
  /** One number for display: how much the tests speak against the data. Never a measure of entropy. */
  readonly quality: Quality;
}

/**
 * Runs the battery on any number of bytes; tests that need more are "not-applicable". Blocks the calling thread, for about
 * a second per megabyte.
 * @throws TypeError unless given bytes
 */
export function runBattery(bytes: Uint8Array): BatteryReport {
  const results = battery(bytes);
  return { results, quality: qualityScore(results) };
}
