/** Runs tests in threads of their own, so that they use all cores and the program keeps responding. */
import { setImmediate, setTimeout as sleep } from "node:timers/promises";
import { Worker } from "node:worker_threads";
import { onAbort } from "#kit/abort.ts";
import {
  LARGE_TASK_BYTES,
  outOfMemory,
  requireMemory,
  type TestMemory,
  taskBytes,
  testMemory,
} from "./memory.ts";
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
  /** In shared memory: native work, which cannot be terminated, ends once this holds anything but 0. */
  readonly stop: Int32Array;
  ready: boolean;
  job: Job | undefined;
  /** The most that its tasks have taken: they leave it to be collected. */
  heldBytes: number;
}

/** Returns the bytes in shared memory, so that tasks carry no copy. */
export function shared(bytes: Uint8Array): Uint8Array {
  if (bytes.buffer instanceof SharedArrayBuffer) return bytes;
  const copy = new Uint8Array(new SharedArrayBuffer(bytes.length));
  copy.set(bytes);
  return copy;
}

/** Runs tests: threads of this machine, or others. */
export interface TestRunner {
  /** Tasks that are worth being under way at once, at least 1. */
  readonly size: number;
  /** Chunks of permutations that are; `size` by default. */
  readonly chunksAhead?: number;
  /** @throws errors of the test, and of the runner; InputError for a task that takes more memory than there is */
  run<T extends TestTask>(task: T): Promise<TaskResult<T>>;
  /** Tells that these bytes, and parts of them, stand in the input as they are. @param from place of the first in the input */
  locate?(bytes: Uint8Array, from: number): void;
}

/** Says that a thread has died with its test: another try may succeed. */
export class LostThreadError extends Error {
  override name = "LostThreadError";
}

export class TestThreads implements TestRunner, Disposable {
  readonly #waiting: Job[] = [];
  readonly #threads: Thread[] = [];
  /** Told to end, and still with all that they hold. */
  readonly #ending = new Set<Thread>();
  readonly #listener: Disposable | undefined;
  #closed: { readonly reason: unknown } | undefined;
  #working = false;
  #size: number;

  /**
   * @param size most threads, started when tasks come; 0: all work is done in this thread
   * @param signal ends the threads; tasks are then rejected with its reason
   * @param memory for all tasks together: where it is short, fewer run at once
   */
  constructor(
    size: number,
    signal?: AbortSignal,
    private readonly memory: TestMemory = testMemory(),
  ) {
    this.#size = memory.usualBytes < 2 * memory.threadBytes ? 0 : size;
    this.#listener = signal && onAbort(signal, () => this.close(signal.reason));
  }

  /** Tasks that can run at once if they are small, at least 1. */
  get size(): number {
    return Math.max(1, this.#size);
  }

  /** Tells if the tests run in this thread, for want of memory or of threads. */
  get isHere(): boolean {
    return this.#size === 0;
  }

  /**
   * @throws errors of the test; LostThreadError if its thread died; the reason given to `close`; InputError for a task that takes more
   * memory than there is
   */
  run<T extends TestTask>(task: T): Promise<TaskResult<T>> {
    return new Promise<unknown>((resolve, reject) => {
      requireMemory(task, this.memory);
      this.#waiting.push({ task, resolve, reject });
      this.#pump();
    }) as Promise<TaskResult<T>>;
  }

  /** Ends all threads, even in the middle of a test. Open tasks are rejected with `reason`. */
  close(reason: unknown = new Error("the test threads were closed")): void {
    this.#closed ??= { reason };
    this.#listener?.[Symbol.dispose]();
    for (const job of this.#waiting.splice(0)) job.reject(this.#closed.reason);
    for (const thread of this.#threads.splice(0)) {
      void terminate(thread);
      thread.job?.reject(this.#closed.reason);
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
    while (this.#waiting.length > 0) {
      // Large ones first: else they would be left for the end, when there is nothing to do beside them.
      const job = this.#waiting
        .filter(({ task }) => this.#hasRoom(taskBytes(task)))
        .reduce<Job | undefined>((a, b) => (a && taskBytes(a.task) >= taskBytes(b.task) ? a : b), undefined);
      if (!job) return;
      this.#makeRoom(taskBytes(job.task));
      if (!this.#hasRoom(taskBytes(job.task))) return; // until those that were ended for it have gone
      const thread = this.#idle[0] ?? this.#start();
      if (!thread) return;
      this.#waiting.splice(this.#waiting.indexOf(job), 1);
      thread.job = job;
      thread.heldBytes = Math.max(thread.heldBytes, taskBytes(job.task));
      thread.worker.postMessage(job.task);
    }
  }

  get #idle(): Thread[] {
    return this.#threads.filter(({ job }) => !job);
  }

  /** Tells if a task can begin now: beside those that run, or alone. */
  #hasRoom(bytes: number): boolean {
    const busy = this.#threads.filter(({ job }) => job);
    if (busy.length >= this.#size) return false;
    const others = [...busy, ...this.#ending];
    return (
      others.length === 0 || this.#taken(others) + this.memory.threadBytes + bytes <= this.memory.usualBytes
    );
  }

  /** Ends idle threads, for the sake of what they hold, until a task of so many bytes fits. */
  #makeRoom(bytes: number): void {
    const most = this.memory.usualBytes;
    for (let idle = this.#idle; idle.length > 0; idle = this.#idle) {
      const others = this.#threads.filter((thread) => thread !== idle[0]);
      const reused = this.memory.threadBytes + Math.max(idle[0]!.heldBytes, bytes);
      if (this.#taken(others) + reused <= most) return;
      this.#end(idle.reduce((a, b) => (b.heldBytes > a.heldBytes ? b : a)));
    }
  }

  #taken(threads: readonly Thread[]): number {
    return threads.reduce((sum, { heldBytes }) => sum + this.memory.threadBytes + heldBytes, 0);
  }

  #end(thread: Thread): void {
    const index = this.#threads.indexOf(thread);
    if (index >= 0) this.#threads.splice(index, 1);
    this.#ending.add(thread);
    void gone(thread).then(() => {
      this.#ending.delete(thread);
      this.#pump();
    });
  }

  /** @returns undefined where the system gives no thread: the work is then done without */
  #start(): Thread | undefined {
    let worker: Worker;
    const stop = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
    try {
      // The compiled binary has all its entry points in one folder, and this file in the first of them.
      worker = new Worker(new URL("./test-worker.ts", import.meta.url), { workerData: stop });
    } catch {
      this.#size = 0;
      if (this.#threads.length === 0) void this.#workHere();
      return undefined;
    }
    const thread: Thread = { worker, stop, ready: false, job: undefined, heldBytes: 0 };
    this.#threads.push(thread);
    worker.on("message", (answer: Answer) => {
      if (answer.kind === "ready") {
        thread.ready = true;
        return;
      }
      const { job } = thread;
      thread.job = undefined;
      if (answer.kind === "result") job?.resolve(answer.result);
      else job?.reject(outOfMemory(answer.error, this.memory));
      // Chunks of permutations share what they have made of the data.
      const isLast = job && job.task.kind !== "permutations" && taskBytes(job.task) >= LARGE_TASK_BYTES;
      if (isLast) this.#end(thread);
      this.#pump();
    });
    worker.on("error", (error: Error) => this.#lost(thread, error.message));
    worker.on("exit", (code: number) => this.#lost(thread, `exit code ${code}`));
    return thread;
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
      thread.job?.reject(new LostThreadError(`a test thread died: ${reason}`));
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
        job.reject(outOfMemory(error, this.memory));
      }
    }
    this.#working = false;
  }
}

/** A thread has gone before its memory has. Looks at that of the process, 10 ms apart. */
const MOST_LOOKS = 30;
const LOOK_MS = 10;

/** Ends a thread, and resolves when most of its memory has been given back, or is not seen to be. */
async function gone(thread: Thread): Promise<void> {
  const before = process.memoryUsage.rss();
  await terminate(thread);
  if (thread.heldBytes < LARGE_TASK_BYTES) return;
  for (let look = 0; look < MOST_LOOKS && process.memoryUsage.rss() > before - thread.heldBytes / 2; look++)
    await sleep(LOOK_MS);
}

/** Resolves when the thread has gone. */
async function terminate({ worker, stop }: Thread): Promise<void> {
  Atomics.store(stop, 0, 1);
  await worker.terminate();
}
