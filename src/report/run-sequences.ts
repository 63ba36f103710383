/** Runs the suites on several sequences, each in one thread. */
import { plural } from "#kit/format/numbers.ts";
import type { TestResult } from "../stats/result.ts";
import { SUITE_IDS } from "../stats/suites.ts";
import { type Finding, judge, type ReportRun } from "./report.ts";
import { describe, type ReportData, type RunOptions, readingNotes } from "./run-options.ts";
import { cutSequences } from "./sequences.ts";
import type { SuiteTask } from "./threads/test-tasks.ts";
import { type TestRunner, TestThreads } from "./threads/test-threads.ts";

/** @throws InputError if the data end before the last sequence does; the signal's reason */
export async function runSequences(
  data: ReportData,
  options: RunOptions,
  { count, bytes }: { readonly count: number; readonly bytes: number },
): Promise<ReportRun> {
  const { constants, signal, onProgress } = options;
  const suites = SUITE_IDS.filter((suite) => options.suites.includes(suite));
  using own = new TestThreads(options.threads, signal);
  const threads: TestRunner = options.runner ?? own;
  const stream = cutSequences(data.pieces, count, bytes, signal);
  const perSequence: Promise<Finding[]>[] = [];
  const labels = new Map<string, readonly string[]>();
  let head: Uint8Array = new Uint8Array(0);
  let done = 0;
  for await (const sequence of stream.sequences) {
    const index = perSequence.length;
    if (index === 0) head = sequence;
    if (data.asTheyAre !== undefined) threads.locate?.(sequence, data.asTheyAre + index * bytes);
    const tasks = suites.map(
      (suite): SuiteTask =>
        suite === "battery"
          ? { kind: "battery", bytes: sequence }
          : { kind: "sp800-22", bytes: sequence, constants },
    );
    const running = Promise.all(tasks.map((task) => threads.run(task))).then((results) => {
      done += 1;
      onProgress?.({ phase: "testing", done, of: count, unit: "sequences" });
      return results.flat().map((result) => ({
        ...lean(result, labels),
        testedBytes: bytes,
        sequence: index,
      }));
    });
    // A failure is thrown when all are gathered, or where this one is awaited.
    running.catch(() => {});
    perSequence.push(running);
    // One sequence for each thread at work, and one more waiting.
    await perSequence[index - threads.size];
  }
  const results = (await Promise.all(perSequence)).flat();
  const total = stream.total();
  const unused = total.bytes - count * bytes;
  const report = judge({
    input: describe(data, total.bytes, total.sha256),
    suites,
    constants,
    sequences: count,
    sequenceBytes: bytes,
    results,
    notes: [
      ...readingNotes(data, head),
      ...(unused === 0
        ? []
        : [
            `after the last sequence of ${plural(bytes, "byte")} ${plural(unused, "byte")} remained untested`,
          ]),
    ],
  });
  return { report, head };
}

/** Drops what would fill the memory with thousands of results: details, and own copies of the labels. */
function lean(result: TestResult, labels: Map<string, readonly string[]>): TestResult {
  if (result.kind !== "hypothesis") return result;
  const { details: _, ...rest } = result;
  if (rest.labels === undefined) return rest;
  const key = `${result.suite} ${result.test} ${rest.labels.length}`;
  const known = labels.get(key) ?? rest.labels;
  labels.set(key, known);
  return { ...rest, labels: known };
}
