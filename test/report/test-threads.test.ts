import { describe, expect, test } from "bun:test";
import { countInThreads } from "../../src/report/threads/permutation-threads.ts";
import { runTask, type TestTask } from "../../src/report/threads/test-tasks.ts";
import { shared, TestThreads } from "../../src/report/threads/test-threads.ts";
import { assessIid, iidData, PermutationTally } from "../../src/stats/sp800-90b/iid/index.ts";
import { assessAlone } from "../stats/sp800-90b/iid/assess-alone.ts";
import { keystream } from "../support/keystream.ts";
import { rejectionOf } from "../support/rejection.ts";

const bytes = shared(keystream(6_000, 1));
const tasks: TestTask[] = [
  { kind: "battery", bytes, tests: ["monobit", "compression-ratio"] },
  { kind: "battery", bytes },
  { kind: "sp800-22", bytes, constants: "exact" },
  { kind: "ais31", bytes, procedure: "procedure-a" },
  { kind: "fips140-2", bytes },
  { kind: "assess", symbols: bytes, bitsPerSymbol: 8, details: true },
  { kind: "assess", symbols: bytes, packed: true, bitsPerSymbol: 3 },
  { kind: "assess-conditioned", symbols: bytes, bitsPerSymbol: 8 },
  { kind: "iid", symbols: bytes, bitsPerSymbol: 8, truncate: true, tally: new PermutationTally().snapshot },
  { kind: "restart", matrix: bytes.subarray(0, 900), rows: 30, cols: 30, bitsPerSymbol: 8, hInitial: 4 },
];

describe("threads that test", () => {
  for (const size of [0, 1, 3]) {
    test(`${size} of them: the same results as without`, async () => {
      using threads = new TestThreads(size);
      const results = await Promise.all(tasks.map((task) => threads.run(task)));
      expect(results).toEqual(await Promise.all(tasks.map((task) => runTask(task))));
    });
  }

  for (const size of [0, 2]) {
    test(`${size} of them: what a test throws comes back, and the next one runs`, async () => {
      using threads = new TestThreads(size);
      const bad: TestTask = { kind: "assess", symbols: bytes, bitsPerSymbol: 1 };
      expect(((await rejectionOf(threads.run(bad))) as Error).message).toContain("does not fit 1 bits");
      expect(await threads.run(tasks[0]!)).toHaveLength(2);
    });

    test(`${size} of them: closing fails what was to be done, for the reason given`, async () => {
      const threads = new TestThreads(size);
      const reason = new Error("enough");
      const failures = tasks.map((task) => rejectionOf(threads.run(task)));
      threads.close(reason);
      expect((await Promise.all(failures)).every((error) => error === reason)).toBe(true);
      expect(await rejectionOf(threads.run(tasks[0]!))).toBe(reason);
    });
  }
});

describe("permutations in threads", () => {
  const data = keystream(3_000, 2);
  for (const size of [0, 2]) {
    test(`${size} of them: the same counts as in one piece`, async () => {
      using threads = new TestThreads(size);
      const run = { symbols: shared(data), bitsPerSymbol: 8, complete: true };
      const tally = await countInThreads(iidData(data, 8), run, threads);
      expect(assessIid(data, 8, tally)).toEqual(await assessAlone(data, 8));
    });
  }

  test("data to which the test does not apply need no permutation", async () => {
    using threads = new TestThreads(0);
    const constant = new Uint8Array(100);
    const run = { symbols: constant, bitsPerSymbol: 8, complete: false };
    const tally = await countInThreads(iidData(constant, 8), run, threads);
    expect(assessIid(constant, 8, tally).permutation.kind).toBe("not-applicable");
  });
});
