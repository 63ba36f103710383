/** Takes in all the results of a file or stream, and tells what became of each. */
import { type Journal, JournalError, type ScanRecord } from "../results/journal.ts";
import { type ReadResult, type RefusedResult, resultsIn, TooMuch } from "./read-results.ts";
import { type Incoming, isSame, refuseOrigin, takeResult } from "./take-in.ts";

export type Collected =
  | { readonly kind: "taken"; readonly record: ScanRecord }
  /** The same lines are there under the same key. */
  | { readonly kind: "there"; readonly scan: string }
  | { readonly kind: "refused"; readonly reason: string };

/** @throws InputError for an origin that misleads; StoreError; the signal's reason; what the stream throws */
export async function* collect(
  journal: Journal,
  stream: AsyncIterable<Uint8Array>,
  incoming: Incoming,
): AsyncGenerator<Collected, void> {
  refuseOrigin(incoming.origin);
  let count = 0;
  try {
    for await (const result of resultsIn(stream, incoming.mostBytes)) {
      using _ = result;
      count++;
      if (count > 1 && incoming.key !== undefined) {
        yield refused(`line ${result.line}: a second result begins, and one key was given`);
        return;
      }
      yield await collected(journal, result, incoming);
    }
  } catch (error) {
    if (!(error instanceof TooMuch)) throw error;
    yield refused(`it has ${error.message}`);
  }
  if (count === 0) yield refused("there is no result in it: it is empty");
}

async function collected(
  journal: Journal,
  result: ReadResult | RefusedResult,
  incoming: Incoming,
): Promise<Collected> {
  if (result.kind === "refused") return refused(result.fault);
  try {
    return { kind: "taken", record: await takeResult(journal, result, incoming) };
  } catch (error) {
    if (!(error instanceof JournalError) || error.kind !== "duplicate") throw error;
    const scan = error.scan!;
    return isSame(journal, scan, result.digest)
      ? { kind: "there", scan }
      : refused(`another result has this key: ${scan}`);
  }
}

function refused(reason: string): Collected {
  return { kind: "refused", reason };
}
