import { describe, expect, test } from "bun:test";
import { battery } from "../../src/stats/battery.ts";
import { bitString } from "../../src/stats/bits.ts";
import { PROCEDURE_A_BITS } from "../../src/stats/other/ais31-procedure-a.ts";
import { runProcedure } from "../../src/stats/other/ais31-verdict.ts";
import { fips1402 } from "../../src/stats/other/fips140-2.ts";
import { StreamingBattery } from "../../src/stats/other/streaming-battery.ts";
import type { SuiteId, TestResult } from "../../src/stats/result.ts";
import { sp80022 } from "../../src/stats/sp800-22/index.ts";
import { assess, assessmentResults } from "../../src/stats/sp800-90b/index.ts";
import { AIS31, BATTERY, SUITE_IDS, SUITES, testTitle } from "../../src/stats/suites.ts";
import { keystream } from "../support/keystream.ts";

/** Runs a whole suite. */
const RUN: Readonly<Record<SuiteId, (bytes: Uint8Array) => TestResult[]>> = {
  battery,
  "sp800-22": (bytes) => sp80022(bitString(bytes)),
  "sp800-90b": (bytes) => assessmentResults(assess(bytes, 8)),
  ais31: (bytes) => AIS31.flatMap((procedure) => runProcedure(procedure, bitString(bytes))),
  "fips140-2": fips1402,
};

/** Two symbols have no bit string track, and so other results. */
const BITS = keystream(2_000, 2).map((byte) => byte & 1);

describe.each([...SUITE_IDS])("%s", (suite) => {
  const { tests } = SUITES[suite];

  test("identifiers are unique and kebab-case, titles are unique", () => {
    for (const { id } of tests) expect(id).toMatch(/^[a-z0-9]+(-[a-z0-9]+)*$/);
    expect(new Set(tests.map(({ id }) => id)).size).toBe(tests.length);
    expect(new Set(tests.map(({ title }) => title)).size).toBe(tests.length);
  });

  test("the results are those of the list, in its order, whatever the data", () => {
    const emitted = new Set<string>();
    // Enough for all tests, enough for none, nothing.
    for (const length of [PROCEDURE_A_BITS / 8, 100, 0]) {
      const results = RUN[suite](keystream(length, 1));
      for (const result of results) expect(result.suite).toBe(suite);
      const ids = results.map((result) => result.test);
      expect(ids).toEqual(tests.map(({ id }) => id).filter((id) => ids.includes(id)));
      for (const id of ids) emitted.add(id);
    }
    if (suite === "sp800-90b") {
      for (const result of assessmentResults(assess(BITS, 1))) emitted.add(result.test);
      // Estimators for bits alone run on symbols only where these are bits.
      expect(emitted.size).toBe(tests.length);
    }
    expect([...emitted].sort()).toEqual(tests.map(({ id }) => id).sort());
  });
});

test("the battery on a stream has identifiers of the battery, in its order", () => {
  const ids = new StreamingBattery().finish().map((result) => result.test);
  expect(ids).toEqual(BATTERY.map(({ id }) => id).filter((id) => ids.includes(id)));
  expect(ids).toContain("cumulative-sums");
});

test("a title is found by suite and identifier", () => {
  expect(testTitle("battery", "matrix-rank")).toBe("Binary matrix rank");
  expect(testTitle("sp800-90b", "multi-mcw-bitstring")).toBe("MultiMCW prediction, bit string");
  expect(testTitle("ais31", "t8-entropy")).toBe("T8 entropy");
  expect(SUITES.battery.title).toContain(String(BATTERY.length));
});

test("fewer data than a test needs leave no figure behind", () => {
  // 64 to 127 bits are enough for SP 800-22's serial test, not for the battery's.
  for (const result of battery(keystream(12, 3))) {
    expect(Object.keys(result).sort()).toEqual(["kind", "n", "params", "reason", "section", "suite", "test"]);
  }
});
