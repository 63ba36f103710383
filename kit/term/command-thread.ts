/** The thread of commands whose work goes on without a pause. It writes to the streams of the process itself. */
import { onAbort } from "../abort.ts";
import { serve } from "../thread.ts";
import { EXIT, InterruptedError } from "./exit.ts";
import type { Flags } from "./flags.ts";
import { processIo } from "./io.ts";
import type { Product } from "./product.ts";
import { exitCodeOfRun, type ThreadCommand } from "./program.ts";
import { Talk } from "./talk.ts";

/** Runs the command that this thread was started for, prints its errors, and answers with its exit code. */
export async function serveCommand<Deps, Settings extends Flags>(
  product: Product<Deps, Settings>,
): Promise<void> {
  await serve<ThreadCommand, number>(async ({ argv, columns }, { signal }) => {
    const interrupt = new AbortController();
    // The program ends with the code of the signal that it got.
    using _ = onAbort(signal, () => interrupt.abort(new InterruptedError(EXIT.interrupted)));
    const talk = new Talk(2);
    const code = await exitCodeOfRun(product, argv, processIo(interrupt.signal, undefined, talk, columns));
    await talk.written;
    return code;
  });
}
