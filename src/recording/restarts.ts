/**
 * Restarts of a source, SP 800-90B §3.1.4: each row of the matrix comes from a process that was executed for it. A power cycle would be
 * stricter; only the user can do that.
 *
 * Where a kernel of the native library is all there is to a source, that is `ee-restart` (c/restart/restart.c), which starts many times
 * faster than this program with its runtime. Else it is this program.
 */
import { EntropyError, ToolError } from "../errors.ts";
import type { Host, ProgramFiles, ToolLimits } from "../platform/host.ts";
import type { KernelRun, Source, SourceInfo } from "../source.ts";
import { SAMPLE_BYTES } from "../trace.ts";
import type { RestartPlan } from "./manifest.ts";
import type { Restart } from "./record.ts";

export interface Restarts extends Disposable {
  readonly restart: Restart;
  readonly plan: RestartPlan;
  /** Reason why it is not `ee-restart`, where that would serve. */
  readonly obstacle?: string;
}

/** See c/restart/restart.c. */
const NAME = "ee-restart";

const BY_SMALL_PROGRAM =
  `each row comes from a new process of a small program (${NAME}), which loads the same native library, opens the source's ` +
  "kernel anew, drops its warm-up samples, takes the row and ends; the machine was not switched off";

const BY_WHOLE_PROGRAM =
  "each row comes from a new process of the same program (probe <source> --samples <cols> --raw), which loads " +
  "the library, opens the source anew, drops its warm-up samples and ends; the machine was not switched off";

/**
 * Finds the way to restart a source here, and tries the quick one with one sample.
 * @param size rows and columns
 * @param wholeProgram restarts the source by another process of this program
 * @throws the signal's reason
 */
export async function openRestarts(
  { rows, cols }: Omit<RestartPlan, "method">,
  source: Source,
  host: Host,
  wholeProgram: Restart,
  signal: AbortSignal,
): Promise<Restarts> {
  const run = source.kernelRun?.(host);
  let obstacle: string | undefined;
  if (run) {
    try {
      const { restart, dispose } = await smallProgram(source.info, run, host, signal);
      const plan = { rows, cols, method: BY_SMALL_PROGRAM };
      return { restart, plan, [Symbol.dispose]: dispose };
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof EntropyError)) throw error;
      obstacle = error.message;
    }
  }
  return {
    restart: within(source.info, wholeProgram),
    plan: { rows, cols, method: BY_WHOLE_PROGRAM },
    ...(obstacle !== undefined && { obstacle }),
    [Symbol.dispose]() {},
  };
}

/** @throws EntropyError where it cannot be used; the signal's reason */
async function smallProgram(
  info: SourceInfo,
  run: KernelRun,
  host: Host,
  signal: AbortSignal,
): Promise<{ readonly restart: Restart; readonly dispose: () => void }> {
  if (!host.native.ok) throw new ToolError(host.native.reason);
  const start = (samples: number, ending: AbortSignal, files: ProgramFiles, args: readonly string[]) => {
    const limits = {
      timeoutMs: patienceMs(info, samples + run.warmUpSamples),
      maxBytes: samples * SAMPLE_BYTES,
      descriptors: files.descriptors,
    };
    return outputOf(info, host, files, args, limits, ending);
  };
  const files = await host.native.library.placeRestartProgram(
    async (tried) => void (await start(0, signal, tried, [])),
  );
  const restart: Restart = (samples, ending) => start(samples, ending, files, kernelArgs(run, samples));
  const dispose = () => files[Symbol.dispose]();
  try {
    await restart(1, signal);
    return { restart, dispose };
  } catch (error) {
    dispose();
    throw error;
  }
}

function kernelArgs(
  { kernel, texts = [], warmUpSamples, chunkSamples }: KernelRun,
  samples: number,
): string[] {
  return [kernel, ...[warmUpSamples, samples, chunkSamples].map(String), ...texts.map((text) => text ?? "")];
}

/** @throws ToolError with what the program said; the signal's reason */
async function outputOf(
  info: SourceInfo,
  host: Host,
  { program, library }: ProgramFiles,
  args: readonly string[],
  limits: ToolLimits,
  signal: AbortSignal,
): Promise<Uint8Array> {
  try {
    const { stdout, stderr, exitCode } = await host.run(program, [library, ...args], limits, signal);
    if (exitCode === 0) return stdout;
    throw new ToolError(`${program}: ${stderr.split("\n", 1)[0] || `exit code ${exitCode}`}`);
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof ToolError)) throw error;
    // Its path says nothing: it may be a file in memory.
    throw failure(info, error.message.replaceAll(program, NAME));
  }
}

/** On a busy machine, or one that is ten times slower, starting takes less. */
const LEAST_PATIENCE_MS = 60_000;
/** Times what the samples take by the source's rate, which is good to an order of magnitude. */
const PATIENCE = 100;
/** A day: timers take 24 at most. */
const MOST_PATIENCE_MS = 86_400_000;

function patienceMs({ rateHz }: SourceInfo, samples: number): number {
  return Math.min(MOST_PATIENCE_MS, LEAST_PATIENCE_MS + Math.ceil((PATIENCE * 1000 * samples) / rateHz));
}

/** Gives up a restart that does not end. */
function within(info: SourceInfo, restart: Restart): Restart {
  return async (samples, signal) => {
    const milliseconds = patienceMs(info, samples);
    const late = new AbortController();
    const giveUp = () => late.abort(failure(info, `not finished after ${milliseconds} ms`));
    const timer = setTimeout(giveUp, milliseconds);
    try {
      return await restart(samples, AbortSignal.any([signal, late.signal]));
    } finally {
      clearTimeout(timer);
    }
  };
}

function failure({ id }: SourceInfo, why: string): ToolError {
  return new ToolError(`${id}: a restart failed: ${why}`, {
    hints: [
      `esoteric-entropy probe ${id} shows if the source works`,
      "the same command goes on where this one ended",
    ],
  });
}
