/** Measures what the rules of a scan cost, on a sample of what was scanned. */
import { InputError } from "#kit/errors.ts";
import type { Io } from "#kit/term/io.ts";
import { ProgressLine, progressMeter } from "#kit/term/progress.ts";
import { measureCost } from "../rules/measure-cost.ts";
import type { RuleSetRequest } from "../rules/rule-set.ts";
import { costText } from "./rules-cost-text.ts";
import { readSample } from "./sample.ts";

/** As `rules cost` has them where nothing else is said. */
const SAMPLE_BYTES = 4 << 20;
const RUNS = 3;
const TIMEOUT_MS = 10_000;
/** Rules that are shown. */
const TOP = 10;

/**
 * Measures each rule by itself, and prints the dearest to stderr, with advice.
 * @param roots binary strings
 * @throws the signal's reason
 */
export async function printProfile(
  rules: RuleSetRequest,
  roots: readonly string[],
  exclude: readonly string[],
  io: Io,
): Promise<void> {
  let share = 0;
  try {
    // What cannot be read is in the lines of the scan.
    const sample = readSample(roots, SAMPLE_BYTES, () => {}, exclude);
    using line = new ProgressLine(io, () => progressMeter(share, io));
    const request = { rules, sample: sample.files, runs: RUNS, timeoutMs: TIMEOUT_MS };
    const onProgress = (done: number, all: number) => {
      share = done / all;
    };
    const report = await measureCost(request, onProgress, io.signal);
    line.clear();
    io.err(costText(report, sample, TOP, { outIsTerminal: false, columns: 0, color: false }));
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    io.log.warn(`no profile: ${error.message}`);
  }
}
