/**
 * Work in a thread of its own, so that the program stays interruptible. The file of a thread calls `serve`; whoever wants the work done
 * calls `inThread` with that file's URL, which stands where it is called: bundlers look for it there.
 */
import { parentPort, Worker, workerData } from "node:worker_threads";
import { orAborted } from "./abort.ts";

export interface ThreadOptions<Progress> {
  readonly signal: AbortSignal;
  readonly onProgress?: (progress: Progress) => void;
  /** Begins the message of a failure: "the rules could not be compiled". */
  readonly failure: string;
  /** Name of the work, for a file that does several: see `askedWork`. */
  readonly work?: string;
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
  | { readonly kind: "error"; readonly error: string };

/** @param request plain data @throws the signal's reason; Error if the work fails */
export async function inThread<Request, Result, Progress = never>(
  entry: URL,
  request: Request,
  { signal, onProgress, failure, work }: ThreadOptions<Progress>,
): Promise<Result> {
  signal.throwIfAborted();
  const cancel = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
  const data: ThreadData<Request> = { request, cancel, work };
  const worker = new Worker(entry, { workerData: data });
  const { promise, resolve, reject } = Promise.withResolvers<Result>();
  worker.on("message", (reply: Reply<Result, Progress>) => {
    if (reply.kind === "progress") onProgress?.(reply.progress);
    else if (reply.kind === "result") resolve(reply.result);
    else reject(new Error(`${failure}: ${reply.error}`));
  });
  worker.once("error", reject);
  worker.once("exit", () => reject(new Error(`${failure}: the thread has ended`)));
  try {
    return await orAborted(promise, signal);
  } finally {
    promise.catch(() => {});
    Atomics.store(cancel, 0, 1);
    void worker.terminate();
  }
}

/** Returns the name of the work that this thread was started for; an empty one where the caller gave none. */
export function askedWork(): string {
  return (workerData as ThreadData<unknown>).work ?? "";
}

/** Does the work that this thread was started for. @param work ends early, with any error, once `cancel` says so */
export async function serve<Request, Result, Progress = never>(
  work: (
    request: Request,
    tools: { readonly cancel: Cancel; readonly progress: (progress: Progress) => void },
  ) => Result | Promise<Result>,
): Promise<void> {
  const { request, cancel } = workerData as ThreadData<Request>;
  const reply = (message: Reply<Result, Progress>) => parentPort!.postMessage(message);
  try {
    const result = await work(request, {
      cancel,
      progress: (progress) => reply({ kind: "progress", progress }),
    });
    reply({ kind: "result", result });
  } catch (error) {
    reply({ kind: "error", error: error instanceof Error ? (error.stack ?? error.message) : String(error) });
  }
}

/** @throws Error if nobody waits for the work any more */
export function stopIfCancelled(cancel: Cancel): void {
  if (Atomics.load(cancel, 0) !== 0) throw new Error("cancelled");
}
