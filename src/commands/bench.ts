/** `bench`: rate, entropy and credit of sources, side by side. */
import { availableParallelism } from "node:os";
import { command } from "#kit/term/command.ts";
import { EXIT } from "#kit/term/exit.ts";
import { flag, type OptionsOf } from "#kit/term/flags.ts";
import type { Io } from "#kit/term/io.ts";
import { ProgressLine } from "#kit/term/progress.ts";
import { claimsOf } from "../calibration/claims.ts";
import type { Deps } from "../deps.ts";
import { InsufficientEntropyError } from "../errors.ts";
import { dependenceOf, figuresOf } from "../recording/side-by-side.ts";
import { type Surveyed, type SurveyProgress, survey } from "../recording/survey.ts";
import { shared, TestThreads } from "../report/threads/test-threads.ts";
import { counterStepNs } from "../source.ts";
import { selectForSampling } from "../sources/selection.ts";
import { benchJson, benchText, keyOf, SORTS } from "./bench-text.ts";
import { CLAIM_FLAGS } from "./claims.ts";
import { SOURCES_FLAGS } from "./source-flags.ts";

/** Symbols of each source: fewer say nothing to the estimators, more would not fit in memory. */
const MIN_SAMPLES = 100;
const MAX_SAMPLES = 10_000_000;

const FLAGS = {
  samples: flag.count(MIN_SAMPLES, MAX_SAMPLES, { default: "50000", about: "Symbols of each source" }),
  durationMs: flag.seconds({
    name: "seconds",
    default: "5",
    about: "Longest sampling time of each source; a slow one delivers fewer symbols",
  }),
  sort: flag.choice(SORTS, { default: "credited", about: "Figure to sort by, highest first" }),
  correlation: flag.switch({ about: "Also compare each two sources with each other" }),
  ...SOURCES_FLAGS,
  ...CLAIM_FLAGS,
  json: flag.switch({ about: "Write JSON" }),
};

export const bench = command({
  name: "bench",
  description: "Measure sources side by side: rate, entropy, credit",
  details: [
    "Sources are recorded one after the other and then assessed. The bar is relative to the best of them.",
  ],
  flags: FLAGS,
  examples: [
    "esoteric-entropy bench",
    "esoteric-entropy bench --sources memory,page-table --samples 1000000 --sort rate",
    "esoteric-entropy bench --sources default,-sleep_jitter --correlation --json",
  ],
  seeAlso: ["scan", "calibrate", "pool"],
  async run(options, io, deps: Deps) {
    await runBench({ ...options, threads: availableParallelism() }, io, deps);
    return EXIT.ok;
  },
});

export type BenchOptions = OptionsOf<typeof FLAGS> & { readonly threads: number };

/** @throws InsufficientEntropyError when no source delivers; the signal's reason */
export async function runBench(options: BenchOptions, io: Io, deps: Deps): Promise<void> {
  const selected = selectForSampling(deps, options.sources);
  const { infos } = claimsOf(selected, options, deps);
  let surveyed: Surveyed[];
  {
    let now: SurveyProgress = { phase: "assessing" };
    using _ = new ProgressLine(io, () => progressText(now));
    using threads = new TestThreads(options.threads, io.signal);
    surveyed = await survey(selected, deps.host, {
      limits: { samples: options.samples, durationMs: options.durationMs },
      leastSymbols: MIN_SAMPLES,
      assess: (symbols, bitsPerSymbol) =>
        threads.run({ kind: "assess", symbols: shared(symbols), bitsPerSymbol }),
      signal: io.signal,
      onProgress: (progress) => {
        now = progress;
      },
    });
  }
  const stepNs = counterStepNs(deps.host);
  const rows = surveyed.map((each, i) => figuresOf(each, infos[i]!, stepNs));
  if (rows.every((row) => row.samples === 0)) {
    throw new InsufficientEntropyError(
      "no source delivered a sample",
      rows.map((row) => `${row.id}: ${row.reason ?? "no samples"}`),
    );
  }
  rows.sort((a, b) => keyOf(b, options.sort) - keyOf(a, options.sort));
  const correlation = options.correlation ? dependenceOf(surveyed, options.samples) : undefined;
  const { sort, json } = options;
  await io.out(json ? benchJson(rows, sort, correlation) : benchText(rows, sort, correlation, io));
}

function progressText(now: SurveyProgress): string {
  return now.phase === "assessing"
    ? "assessing"
    : `${now.id}: recording, source ${now.index + 1} of ${now.of}`;
}
