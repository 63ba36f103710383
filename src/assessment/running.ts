/** The surroundings of an assessment: the signal that ends it, and a line that says how far it is. */
import type { Io } from "#kit/term/io.ts";
import { ProgressLine } from "#kit/term/progress.ts";
import type { TestRunner } from "../report/threads/test-threads.ts";

export interface Running {
  readonly signal: AbortSignal;
  readonly onProgress: (text: string) => void;
  /** Default: one a processor. */
  readonly threads?: number;
  /** Runs the tests in the place of these threads. */
  readonly runner?: TestRunner | undefined;
}

/** Shows on the terminal what is being done, until it is. */
export async function showProgress<T>(
  io: Io,
  work: (running: Running) => Promise<T>,
  runner?: TestRunner,
): Promise<T> {
  let doing = "";
  using _ = new ProgressLine(io, () => doing);
  return await work({
    signal: io.signal,
    runner,
    onProgress: (text) => {
      doing = text;
    },
  });
}
