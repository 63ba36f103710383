/** How much of the data each test saw. */
import { plural } from "#kit/format/numbers.ts";
import { BLOCK_BYTES, SEED_BYTES } from "../stats/other/fips140-2.ts";
import type { TestResult } from "../stats/result.ts";
import { SUITE_IDS } from "../stats/suites.ts";
import type { Finding } from "./report.ts";

/** Returns how many bytes tests of fixed size read (AIS 20/31, FIPS 140-2); infinity for others, which read all. */
export function readBytes(results: readonly TestResult[]): number {
  for (const result of results) {
    if (result.kind === "not-applicable") continue;
    if (result.suite === "fips140-2") return SEED_BYTES + BLOCK_BYTES * result.n;
    const usedBits = result.details?.["usedBits"];
    if (result.suite === "ais31" && typeof usedBits === "number") return Math.ceil(usedBits / 8);
  }
  return Number.POSITIVE_INFINITY;
}

/** Writes a note for the tests that did not see all data. */
export function coverageNotes(results: readonly Finding[], bytes: number): string[] {
  const notes: string[] = [];
  for (const suite of SUITE_IDS) {
    const own = results.filter((result) => result.suite === suite);
    const partial = own.filter((result) => result.testedBytes < bytes);
    const sizes = [...new Set(partial.map((result) => result.testedBytes))].sort((a, b) => a - b);
    for (const size of sizes) {
      const tests = partial.filter((result) => result.testedBytes === size).length;
      const which =
        tests === own.length ? `${suite}: all tests` : `${suite}: ${tests} of ${own.length} tests`;
      notes.push(`${which} looked at the first ${plural(size, "byte")} of ${plural(bytes, "byte")}`);
    }
  }
  return notes;
}
