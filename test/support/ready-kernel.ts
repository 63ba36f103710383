/** Kernels with everything they need, for tests of all of them. */
import { tmpdir } from "node:os";
import type { Kernel, NativeLibrary } from "../../ffi/index.ts";
import { COMMANDS, KERNELS } from "../../ffi/kernels.ts";
import { NativeError } from "../../src/errors.ts";

export type KernelId = (typeof KERNELS)[number];

/** Kernels whose samples are durations, not values. */
export const timingIds = KERNELS.filter((id) => id !== "cpu_trng");

export interface ReadyKernel extends Disposable {
  /** Undefined where this machine lacks something; the reason was printed. */
  readonly kernel: Kernel | undefined;
}

/** Opens a kernel if it has to be opened, with the folder for temporary files. Closes it when disposed of. */
export function readyKernel(library: NativeLibrary, id: KernelId): ReadyKernel {
  const has = (verb: string) => (COMMANDS as readonly string[]).includes(`${id}_${verb}`);
  const opens = has("open");
  try {
    if (has("check")) library.command(id, "check");
    // dram_row_buffer would take a number of bytes.
    if (opens) library.command(id, "open", id === "dram_row_buffer" ? undefined : tmpdir());
  } catch (error) {
    if (!(error instanceof NativeError) || error.errno === undefined) throw error;
    console.log(`skipped: this machine cannot run ${error.message}`);
    return { kernel: undefined, [Symbol.dispose]() {} };
  }
  return {
    kernel: library.kernel(id),
    [Symbol.dispose]() {
      if (opens) library.command(id, "close");
    },
  };
}

/** Approximate samples a second of kernels far below the 100,000 of most. */
const SLOW: Readonly<Record<string, number>> = {
  disk_io: 10_000,
  dyld_timing: 8_000,
  fsync_timing: 300,
  gpu_timing: 5_000,
  memory_timing: 20_000,
  process: 5_000,
  sleep_jitter: 10_000,
  spotlight_timing: 500,
  thread_lifecycle: 5_000,
  timer_signal: 30_000,
};

/** Returns `usual`, or for a slow kernel the number of samples that takes about as long, at least `least`. */
export function sampleCount(id: string, usual: number, least = 10): number {
  return Math.max(least, Math.ceil(usual * Math.min(1, (SLOW[id] ?? 100_000) / 100_000)));
}
