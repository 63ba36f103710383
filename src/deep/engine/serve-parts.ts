/** The inside of a thread that works on parts. */
import { parentPort, workerData } from "node:worker_threads";
import { NativeError } from "#kit/errors.ts";
import { loadLibrary } from "../../../ffi/index.ts";
import type { Family, Observation } from "../family.ts";
import { CHAIN } from "./chain.ts";
import { type PartTask, partsOf, type SharedWork, workOn } from "./part-work.ts";

export type Answer =
  | { readonly kind: "ready" }
  | { readonly kind: "done"; readonly observations: readonly Observation[] }
  | { readonly kind: "error"; readonly message: string; readonly errno?: number };

/** Does the tasks that this thread is sent, one after the other. @param families besides the chain, which runs that are not saved leave alone */
export function serveParts(families: readonly Family[]): void {
  const thread = parentPort;
  if (!thread) throw new Error("parts are worked on in a thread of its own");
  const shared = workerData as SharedWork;
  const parts = partsOf([...families, CHAIN], loadLibrary().deepLoops(shared.stop));
  const answer = (message: Answer): void => thread.postMessage(message);
  thread.on("message", (task: PartTask) => {
    try {
      answer({ kind: "done", observations: workOn(parts, shared, task) });
    } catch (error) {
      answer(answerOf(error));
    }
  });
  answer({ kind: "ready" });
}

/** Puts an error into plain data: its class would not survive the way. */
function answerOf(error: unknown): Answer {
  const message = error instanceof Error ? error.message : String(error);
  const errno = error instanceof NativeError ? error.errno : undefined;
  return { kind: "error", message, ...(errno !== undefined && { errno }) };
}
