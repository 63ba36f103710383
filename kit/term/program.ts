/** The process around a command line: signals, exit code, error messages. */
import { runApp } from "./app.ts";
import { EXIT, exitCodeOf, InterruptedError, messageOf } from "./exit.ts";
import type { Flags } from "./flags/flag.ts";
import { processIo } from "./io.ts";
import type { Product } from "./product.ts";

/** @returns the exit code; never throws */
export async function runProgram<Deps, Settings extends Flags>(
  product: Product<Deps, Settings>,
  argv: readonly string[],
): Promise<number> {
  const interrupt = new AbortController();
  // A second signal finds no handler and ends the process at once.
  process.once("SIGINT", () => interrupt.abort(new InterruptedError(EXIT.interrupted)));
  process.once("SIGTERM", () => interrupt.abort(new InterruptedError(EXIT.terminated)));
  const io = processIo(interrupt.signal);
  try {
    return await runApp(product, argv, io);
  } catch (failure) {
    // After an interrupt, any failure is its consequence.
    const error = interrupt.signal.aborted ? interrupt.signal.reason : failure;
    const message = messageOf(error, product.name, io.errColor);
    if (message) io.err(`${message}\n`);
    return exitCodeOf(error, product.exits);
  }
}
