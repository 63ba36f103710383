/** The battery of tests, for programs. */
import { battery } from "../../stats/battery.ts";
import { type Quality, qualityScore } from "../../stats/quality.ts";
import type { TestResult } from "../../stats/result.ts";

export interface BatteryReport {
  /** One a test, in the battery's order. */
  readonly results: readonly TestResult[];
  /** One number for display: how much the tests speak against the data. Never a measure of entropy. */
  readonly quality: Quality;
}

/**
 * Runs the battery on bytes of any number; tests that need more say so. A megabyte takes about a second, in which nothing else
 * runs.
 * @throws TypeError unless given bytes
 */
export function runBattery(bytes: Uint8Array): BatteryReport {
  const results = battery(bytes);
  return { results, quality: qualityScore(results) };
}
