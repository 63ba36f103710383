/** `probe`: a look at one source's raw samples. */
import { command } from "#kit/term/command.ts";
import { EXIT } from "#kit/term/exit.ts";
import { flag } from "#kit/term/flags.ts";
import type { Io } from "#kit/term/io.ts";
import { ProgressLine } from "#kit/term/progress.ts";
import type { Deps } from "../deps.ts";
import { UsageError } from "../errors.ts";
import { type FirstLook, firstLook } from "../recording/first-look.ts";
import { requireAvailable, sampleUntil, takeTrace } from "../recording/sample-until.ts";
import { requireLookMemory } from "../report/threads/memory.ts";
import { shared, TestThreads } from "../report/threads/test-threads.ts";
import { counterStepNs } from "../source.ts";
import { sourceNamed } from "../sources/selection.ts";
import { traceBytes } from "../trace.ts";
import { probeJson, probeText } from "./probe-text.ts";
import { SETTINGS_FLAGS, SOURCE_WORD } from "./source-flags.ts";

/** Samples per request. With --raw no more than one piece is held in memory. */
const PIECE_SAMPLES = 65_536;
const MAX_SAMPLES = 1_000_000_000;
/** Without --raw all samples are held in memory. */
const MAX_REPORT_SAMPLES = 10_000_000;

export const probe = command({
  name: "probe",
  description: "Look at one source's raw noise",
  details: [
    "Shows the distribution of the samples, the samples in their order, whether the start-up health test passes, and a first estimate of their min-entropy. With --raw the samples themselves are written as they were measured: nothing is hashed, debiased or left out but the warm-up.",
  ],
  flags: {
    source: SOURCE_WORD,
    samples: flag.count(1, MAX_SAMPLES, { default: "10000", about: "Number of raw samples" }),
    ...SETTINGS_FLAGS,
    raw: flag.switch({ about: "Write the samples to stdout: 64-bit, little-endian" }),
    json: flag.switch({ about: "Write JSON" }),
    force: flag.switch({ about: "Write raw samples even to a terminal" }),
  },
  examples: [
    "esoteric-entropy probe clock_jitter",
    "esoteric-entropy probe dram_row_buffer --samples 1000000 --raw > dram.u64",
  ],
  seeAlso: ["scan", "record", "bench"],
  check({ raw, json, samples }) {
    if (raw && json) throw new UsageError("--raw and --json are two different outputs: choose one");
    if (!raw && samples > MAX_REPORT_SAMPLES) {
      throw new UsageError(`--samples: at most ${MAX_REPORT_SAMPLES} without --raw`);
    }
  },
  async run(options, io, deps: Deps) {
    await runProbe(options, io, deps);
    return EXIT.ok;
  },
});

export interface ProbeOptions {
  readonly source: string;
  readonly samples: number;
  readonly raw: boolean;
  readonly json: boolean;
  readonly force: boolean;
}

export async function runProbe(options: ProbeOptions, io: Io, deps: Deps): Promise<void> {
  const source = sourceNamed(deps.sources, options.source);
  if (options.raw && io.outIsTerminal && !options.force) {
    throw new UsageError("raw samples would garble the terminal", ["redirect them, or --force"]);
  }
  if (!options.raw) requireLookMemory(options.samples);
  await requireAvailable(source, deps.host);

  const limits = { samples: options.samples, pieceSamples: PIECE_SAMPLES };
  const stepNs = counterStepNs(deps.host);
  let done = 0;
  let look: FirstLook;
  {
    let doing = "";
    using _ = new ProgressLine(
      io,
      () => `${source.info.id}: ${doing || `${done} of ${options.samples} samples`}`,
    );
    if (options.raw) {
      for await (const piece of sampleUntil(source, deps.host, limits, io.signal)) {
        done += piece.samples.length;
        await io.out(traceBytes(piece));
      }
      return;
    }
    const trace = await takeTrace(source, deps.host, limits, io.signal, (samples) => {
      done = samples;
    });
    doing = `assessing ${done} samples`;
    using threads = new TestThreads(1, io.signal);
    look = await firstLook(source.info, trace, stepNs, (looked) =>
      threads.run({ kind: "look", ...looked, samples: shared(traceBytes(trace)) }),
    );
  }
  const text = options.json ? JSON.stringify(probeJson(look, stepNs), null, 2) : probeText(look, stepNs, io);
  await io.out(`${text}\n`);
}
