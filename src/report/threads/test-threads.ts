/** Runs tests in threads of their own, so that they use all cores and the program keeps responding. */
import { setImmediate } from "node:timers/promises";
import { Worker } from "node:worker_threads";
import { onAbort } from "#kit/abort.ts";
import { runTask, type TaskResult, type TestTask } from "./test-tasks.ts";

export type Answer =
  | { readonly kind: "ready" }
  | { readonly kind: "result"; readonly result: unknown }
  | { readonly kind: "error"; readonly error: unknown };

interface Job {
  readonly task: TestTask;
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: unknown) => void;
}

interface Thread {
  readonly worker: Worker;
  ready: boolean;
  job: Job | undefined;
}

/** Returns the bytes in shared memory, so that tasks carry no copy. */
export function shared(bytes: Uint8Array): Uint8Array {
  if (bytes.buffer instanceof SharedArrayBuffer) return bytes;
  const copy = new Uint8Array(new SharedArrayBuffer(bytes.length));
  copy.set(bytes);
  return copy;
}

export class TestThreads implements Disposable {
  readonly #waiting: Job[] = [];
  readonly #threads: Thread[] = [];
  readonly #listener: Disposable | undefined;
  #closed: { readonly reason: unknown } | undefined;
  #working = false;
  #size: number;

  /**
   * @param size most threads, started when tasks come; 0: all work is done in this thread
   * @param signal ends the threads; tasks are then rejected with its reason
   */
  constructor(size: number, signal?: AbortSignal) {
    this.#size = size;
    this.#listener = signal && onAbort(signal, () => this.close(signal.reason));
  }

  /** Tasks that can run at once, at least 1. */
  get size(): number {
    return Math.max(1, this.#size);
  }

  /** @throws errors of the test; Error if its thread died; the reason given to `close` */
  run<T extends TestTask>(task: T): Promise<TaskResult<T>> {
    return new Promise<unknown>((resolve, reject) => {
      this.#waiting.push({ task, resolve, reject });
      this.#pump();
    }) as Promise<TaskResult<T>>;
  }

  /** Ends all threads, even in the middle of a test. Open tasks are rejected with `reason`. */
  close(reason: unknown = new Error("the test threads were closed")): void {
    this.#closed ??= { reason };
    this.#listener?.[Symbol.dispose]();
    for (const job of this.#waiting.splice(0)) job.reject(this.#closed.reason);
    for (const { worker, job } of this.#threads.splice(0)) {
      void worker.terminate();
      job?.reject(this.#closed.reason);
    }
  }

  [Symbol.dispose](): void {
    this.close();
  }

  #pump(): void {
    if (this.#closed) {
      this.close();
      return;
    }
    if (this.#size === 0) {
      void this.#workHere();
      return;
    }
    for (const thread of this.#threads) {
      if (!thread.job) this.#give(thread);
    }
    while (this.#waiting.length > 0 && this.#threads.length < this.#size) this.#start();
  }

  #give(thread: Thread): void {
    const job = this.#waiting.shift();
    if (!job) return;
    thread.job = job;
    thread.worker.postMessage(job.task);
  }

  #start(): void {
    // The compiled binary has all its entry points in one folder, and this file in the first of them.
    const worker = new Worker(new URL("./test-worker.ts", import.meta.url));
    const thread: Thread = { worker, ready: false, job: undefined };
    this.#threads.push(thread);
    worker.on("message", (answer: Answer) => {
      if (answer.kind === "ready") {
        thread.ready = true;
        return;
      }
      const { job } = thread;
      thread.job = undefined;
      if (answer.kind === "result") job?.resolve(answer.result);
      else job?.reject(answer.error);
      this.#pump();
    });
    worker.on("error", (error: Error) => this.#lost(thread, error.message));
    worker.on("exit", (code: number) => this.#lost(thread, `exit code ${code}`));
    this.#give(thread);
  }

  #lost(thread: Thread, reason: string): void {
    const index = this.#threads.indexOf(thread);
    if (index < 0) return;
    this.#threads.splice(index, 1);
    if (!thread.ready) {
      // It never ran: this machine gives no threads, so the work is done without them.
      this.#size = 0;
      if (thread.job) this.#waiting.unshift(thread.job);
    } else {
      thread.job?.reject(new Error(`a test thread died: ${reason}`));
    }
    thread.job = undefined;
    this.#pump();
  }

  async #workHere(): Promise<void> {
    if (this.#working) return;
    this.#working = true;
    for (let job = this.#waiting.shift(); job; job = this.#waiting.shift()) {
      await setImmediate(); // lets an interrupt and the progress line through
      try {
        if (this.#closed) throw this.#closed.reason;
        job.resolve(await runTask(job.task));
      } catch (error) {
        job.reject(error);
      }
    }
    this.#working = false;
  }
}
