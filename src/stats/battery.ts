/**
 * The battery of tests that a report prints first. Tests of SP 800-22 run with exact constants where the standard's are
 * rounded; the others, with the laws that their p-values come from, are in `other/`.
 */

import { type BitString, bitString } from "./bits.ts";
import { ByteTally } from "./other/byte-tally.ts";
import type { TestResult } from "./result.ts";
import { BATTERY, type BatteryTest } from "./suites.ts";

export interface BatteryOptions {
  /** Identifiers of the tests to run; default all, always in the battery's order. */
  readonly tests?: readonly string[];
}

/**
 * Runs the battery: one result a test, in order. Data may have any length; tests that need more are "not-applicable".
 *
 * @throws TypeError unless given bytes
 * @throws RangeError for an unknown test
 */
export function battery(bytes: Uint8Array, options: BatteryOptions = {}): TestResult[] {
  const { tests } = options;
  const unknown = tests?.find((id) => !BATTERY.some((test) => test.id === id));
  if (unknown !== undefined) throw new RangeError(`the battery has no test "${unknown}"`);
  const data = batteryData(bytes);
  return BATTERY.filter((test) => tests?.includes(test.id) ?? true).map((test) => runTest(test, data));
}

/** The data in the three forms that tests take. */
export interface BatteryData {
  readonly bytes: Uint8Array;
  readonly bits: BitString;
  readonly tally: ByteTally;
}

/** @throws TypeError unless given bytes */
export function batteryData(bytes: Uint8Array): BatteryData {
  if (!(bytes instanceof Uint8Array)) throw new TypeError("the battery takes bytes");
  return { bytes, bits: bitString(bytes), tally: new ByteTally(bytes) };
}

export function runTest(test: BatteryTest, { bytes, bits, tally }: BatteryData): TestResult {
  if ("ofTally" in test) return test.ofTally(tally);
  if ("ofBytes" in test) return test.ofBytes(bytes, tally);
  const result = test.ofBits(bits, { constants: "exact" });
  if (result.suite === "battery") return result;
  return { ...result, suite: "battery", test: test.id, section: `SP 800-22 §${result.section}` };
}
