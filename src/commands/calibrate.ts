/** `calibrate`: assesses the sources on this machine and keeps the result for the commands that credit entropy. */
import { availableParallelism } from "node:os";
import { formatAmount } from "#kit/format/numbers.ts";
import { command } from "#kit/term/command.ts";
import { EXIT } from "#kit/term/exit.ts";
import { flag } from "#kit/term/flags.ts";
import type { Io } from "#kit/term/io.ts";
import { ProgressLine } from "#kit/term/progress.ts";
import {
  type CalibrateProgress,
  type CalibrationRun,
  calibrateSources,
  MAX_SYMBOLS,
  MIN_SYMBOLS,
} from "../calibration/calibrate.ts";
import type { Deps } from "../deps.ts";
import { shared, TestThreads } from "../report/threads/test-threads.ts";
import { selectForSampling } from "../sources/selection.ts";
import { calibrateJson, calibrateText } from "./calibrate-text.ts";
import { SOURCES_FLAGS } from "./source-flags.ts";

export const calibrate = command({
  name: "calibrate",
  description: "Assess the sources on this machine; from then on half of that is credited at most",
  details: [
    "Measures each source and keeps half of what was assessed in a profile of this machine, less what a source of another family knows of it: sources are also sampled in turns and compared. Commands that credit entropy then use the lower of that and the source's own claim, unless --uncalibrated is given.",
    "Without a profile they use claims that rest on other machines, and say so; with --require-calibration they do not. A profile of another machine or version is left aside in the same way. One that is damaged, or that others may write to, is an error: without it more would be credited.",
  ],
  flags: {
    ...SOURCES_FLAGS,
    samples: flag.count(MIN_SYMBOLS, MAX_SYMBOLS, {
      default: "1000000",
      about: "Symbols of each source, at most",
    }),
    durationMs: flag.seconds({
      name: "seconds",
      default: "10",
      about: "Sampling time for each source; slow ones deliver fewer samples",
    }),
    json: flag.switch({ about: "Write JSON" }),
  },
  examples: [
    "esoteric-entropy calibrate",
    "esoteric-entropy calibrate --sources disk_io,dram_row_buffer --seconds 60",
  ],
  seeAlso: ["pool", "bench", "scan"],
  async run(options, io, deps: Deps) {
    await runCalibrate({ ...options, threads: availableParallelism() }, io, deps);
    return EXIT.ok;
  },
});

export interface CalibrateOptions {
  readonly sources: string;
  readonly samples: number;
  readonly durationMs: number;
  readonly json: boolean;
  readonly threads: number;
}

/** @throws InputError where no profile can be kept · EntropyError if no source could be measured · the signal's reason */
export async function runCalibrate(options: CalibrateOptions, io: Io, deps: Deps): Promise<void> {
  const selected = selectForSampling(deps, options.sources);
  let run: CalibrationRun;
  {
    let now: CalibrateProgress = { phase: "assessing" };
    using _ = new ProgressLine(io, () => progressText(now));
    using threads = new TestThreads(options.threads, io.signal);
    run = await calibrateSources(
      selected,
      {
        limits: { samples: options.samples, durationMs: options.durationMs },
        assess: (symbols, bitsPerSymbol) =>
          threads.run({ kind: "assess", symbols: shared(symbols), bitsPerSymbol }),
        signal: io.signal,
        onProgress: (progress) => {
          now = progress;
        },
      },
      deps,
    );
  }
  await io.out(
    options.json ? `${JSON.stringify(calibrateJson(run), null, 2)}\n` : `${calibrateText(run, io)}\n`,
  );
}

function progressText(now: CalibrateProgress): string {
  switch (now.phase) {
    case "sampling":
      return `${now.id}: ${formatAmount(now.symbols)} samples`;
    case "turns":
      return `all in turns, to compare families: round ${now.round} of ${now.of}`;
    case "comparing":
      return "comparing families";
    case "assessing":
      return "assessing";
  }
}
