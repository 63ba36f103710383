/** Runs the suites on the data, as one sequence or several, and judges the results. */
import type { TestResult } from "../stats/result.ts";
import { assessmentResults } from "../stats/sp800-90b/index.ts";
import { AIS31, BATTERY, SP800_22, SUITE_IDS } from "../stats/suites.ts";
import { coverageNotes, readBytes } from "./coverage.ts";
import { DEEP_BYTES, takeIn } from "./intake.ts";
import { nistNote } from "./nist-commands.ts";
import { type Finding, judge, type ReportRun } from "./report.ts";
import { describe, type ReportData, type RunOptions, readingNotes } from "./run-options.ts";
import { runSequences } from "./run-sequences.ts";
import { type TestRunner, TestThreads } from "./threads/test-threads.ts";

/** Shorter data are tested faster than threads start. */
const LEAST_THREADED_BYTES = 2 ** 15;

/** @throws InputError for empty or too short data; the signal's reason; errors of the data */
export async function runReport(data: ReportData, options: RunOptions): Promise<ReportRun> {
  return options.sequences === undefined
    ? await runOnce(data, options)
    : await runSequences(data, options, options.sequences);
}

async function runOnce(data: ReportData, options: RunOptions): Promise<ReportRun> {
  const { constants, signal, onProgress } = options;
  const suites = SUITE_IDS.filter((suite) => options.suites.includes(suite));
  const { bytes, sha256, head, streamed } = await takeIn(data.pieces, suites, signal, (count) =>
    onProgress?.({ phase: "reading", bytes: count }),
  );
  const deep = head.subarray(0, Math.min(bytes, DEEP_BYTES));
  using own = new TestThreads(bytes < LEAST_THREADED_BYTES ? 0 : options.threads, signal);
  const threads: TestRunner = options.runner ?? own;
  if (data.asTheyAre !== undefined) threads.locate?.(head, data.asTheyAre);

  let done = 0;
  const jobs: Promise<Finding[]>[] = [];
  const work = (result: Promise<TestResult[]>, testedBytes: number) => {
    jobs.push(
      result.then((results) => {
        done += 1;
        onProgress?.({ phase: "testing", done, of: jobs.length, unit: "tests" });
        const read = Math.min(testedBytes, readBytes(results));
        return results.map((result) => ({ ...result, testedBytes: read }));
      }),
    );
  };
  for (const suite of suites) {
    const seen = streamed.filter((result) => result.suite === suite);
    switch (suite) {
      case "battery":
        for (const { id } of BATTERY) {
          const whole = seen.find((result) => result.test === id);
          if (whole) work(Promise.resolve([whole]), bytes);
          else work(threads.run({ kind: "battery", bytes: deep, tests: [id] }), deep.length);
        }
        break;
      case "sp800-22":
        for (const { id } of SP800_22) {
          work(threads.run({ kind: "sp800-22", bytes: deep, tests: [id], constants }), deep.length);
        }
        break;
      case "sp800-90b": {
        const { bitsPerSymbol } = data;
        const symbols = deep.subarray(0, Math.floor((DEEP_BYTES / 8) * bitsPerSymbol));
        const task = { kind: "assess", symbols, packed: true, bitsPerSymbol } as const;
        work(threads.run(task).then(assessmentResults), symbols.length);
        break;
      }
      case "ais31":
        for (const { id } of AIS31) {
          work(threads.run({ kind: "ais31", bytes: head, procedure: id }), head.length);
        }
        break;
      case "fips140-2":
        work(Promise.resolve([...seen]), bytes);
    }
  }
  const results = (await Promise.all(jobs)).flat();
  const report = judge({
    input: describe(data, bytes, sha256),
    suites,
    constants,
    sequences: 1,
    results,
    notes: [
      ...readingNotes(data, head),
      ...(suites.includes("sp800-90b") ? [nistNote(data, Math.min(bytes, DEEP_BYTES), bytes)] : []),
      ...coverageNotes(results, bytes),
    ],
  });
  return { report, head };
}
