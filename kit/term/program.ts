/** The process around the command line: signals, exit code, what is said on failure. */

import { programDeps } from "../../src/deps.ts";
import { runApp } from "./app.ts";
import { EXIT, exitCodeOf, InterruptedError, messageOf } from "./exit.ts";
import { processIo } from "./io.ts";

/** @returns the exit code; never throws */
export async function runProgram(argv: readonly string[]): Promise<number> {
  const interrupt = new AbortController();
  // A second signal finds no handler left and ends the process at once.
  process.once("SIGINT", () => interrupt.abort(new InterruptedError(EXIT.interrupted)));
  process.once("SIGTERM", () => interrupt.abort(new InterruptedError(EXIT.terminated)));
  const io = processIo(interrupt.signal);
  try {
    return await runApp(argv, io, programDeps);
  } catch (failure) {
    // After an interrupt, whatever fails fails because of it.
    const error = interrupt.signal.aborted ? interrupt.signal.reason : failure;
    const message = messageOf(error);
    if (message) io.err(`${message}\n`);
    return exitCodeOf(error);
  }
}
