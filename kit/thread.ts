/**
 * Work in a thread of its own, so that the program stays interruptible. The file of a thread calls `serve`; whoever wants the work done
 * calls `inThread` with that file's URL, which stands where it is called: bundlers look for it there.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { parentPort, Worker, workerData } from "node:worker_threads";
import { onAbort, orAborted } from "./abort.ts";
import { ProgramError } from "./errors.ts";

export interface ThreadOptions<Progress> {
  readonly signal: AbortSignal;
  readonly onProgress?: (progress: Progress) => void;
  /** Begins the message of a failure: "the rules could not be compiled". */
  readonly failure: string;
  /** Name of the work, for a file that does several: see `askedWork`. */
  readonly work?: string;
  /** Time that work which is given up has to end by itself, milliseconds; none by default. */
  readonly lastMs?: number;
}

/** In shared memory: the first number becomes 1 when nobody waits for the work any more. */
export type Cancel = Int32Array;

interface ThreadData<Request> {
  readonly request: Request;
  readonly cancel: Cancel;
  readonly work: string | undefined;
}

type Reply<Result, Progress> =
  | { readonly kind: "progress"; readonly progress: Progress }
  | { readonly kind: "result"; readonly result: Result }
  | {
      readonly kind: "refused";
      readonly code: string;
      readonly message: string;
      readonly hints: readonly string[];
    }
  | { readonly kind: "error"; readonly error: string };

/** @param request plain data @throws the signal's reason; ProgramError with the work's code, message and hints; Error if the work fails */
export async function inThread<Request, Result, Progress = never>(
  entry: URL,
  request: Request,
  { signal, onProgress, failure, work, lastMs = 0 }: ThreadOptions<Progress>,
): Promise<Result> {
  signal.throwIfAborted();
  const cancel = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
  const data: ThreadData<Request> = { request, cancel, work };
  const worker = new Worker(entry, { workerData: data });
  const { promise, resolve, reject } = Promise.withResolvers<Result>();
  worker.on("message", (reply: Reply<Result, Progress>) => {
    if (reply.kind === "progress") onProgress?.(reply.progress);
    else if (reply.kind === "result") resolve(reply.result);
    else if (reply.kind === "refused")
      reject(new ProgramError(reply.code, reply.message, { hints: reply.hints }));
    else reject(new Error(`${failure}: ${reply.error}`));
  });
  worker.once("error", reject);
  worker.once("exit", () => reject(new Error(`${failure}: the thread has ended`)));
  const ended = promise.catch(() => {});
  using _ = onAbort(signal, () => worker.postMessage(GIVE_UP));
  try {
    return await orAborted(promise, signal);
  } finally {
    Atomics.store(cancel, 0, 1);
    if (signal.aborted && lastMs > 0) await Promise.race([ended, sleep(lastMs)]);
    void worker.terminate();
  }
}

/** Tells a thread that nobody waits for its work any more. */
const GIVE_UP = "give up";

/** Returns the name of the work that this thread was started for; an empty one where the caller gave none. */
export function askedWork(): string {
  return (workerData as ThreadData<unknown>).work ?? "";
}

export interface ThreadTools<Progress> {
  readonly cancel: Cancel;
  /** Aborted when `cancel` is set, for work that pauses. */
  readonly signal: AbortSignal;
  readonly progress: (progress: Progress) => void;
}

/** Does the work that this thread was started for. @param work ends early, with any error, once `cancel` says so */
export async function serve<Request, Result, Progress = never>(
  work: (request: Request, tools: ThreadTools<Progress>) => Result | Promise<Result>,
): Promise<void> {
  const givenUp = new AbortController();
  parentPort!.once("message", () => givenUp.abort());
  const { request, cancel } = workerData as ThreadData<Request>;
  const reply = (message: Reply<Result, Progress>) => parentPort!.postMessage(message);
  try {
    const result = await work(request, {
      cancel,
      signal: givenUp.signal,
      progress: (progress) => reply({ kind: "progress", progress }),
    });
    reply({ kind: "result", result });
  } catch (error) {
    if (error instanceof ProgramError) {
      reply({ kind: "refused", code: error.code, message: error.message, hints: error.hints });
      return;
    }
    reply({ kind: "error", error: error instanceof Error ? (error.stack ?? error.message) : String(error) });
  }
}

/** @throws Error if nobody waits for the work any more */
export function stopIfCancelled(cancel: Cancel): void {
  if (Atomics.load(cancel, 0) !== 0) throw new Error("cancelled");
}
