/** The threads that work on parts, seen from outside. */
import { constants } from "node:os";
import { setImmediate } from "node:timers/promises";
import { Worker } from "node:worker_threads";
import { InputError } from "../../errors.ts";
import { FAMILIES } from "../battery.ts";
import type { Family, Observation } from "../family.ts";
import { CHAIN } from "./chain.ts";
import { type FamilyPart, type PartTask, type SharedWork, workOn } from "./part-work.ts";
import type { Answer } from "./serve-parts.ts";

/** The families, and a thread that works on their parts. */
export interface Battery {
  readonly families: readonly Family[];
  startThread(shared: SharedWork): Worker;
}

export const BATTERY: Battery = {
  families: FAMILIES,
  // The compiled binary has all its entry points in one folder, and this file in the first of them.
  startThread: (shared) => new Worker(new URL("./part-worker.ts", import.meta.url), { workerData: shared }),
};

/** Adds the chain, which runs that are saved have besides their tests. */
export function withChain(battery: Battery): Battery {
  return { ...battery, families: [...battery.families, CHAIN] };
}

interface Job {
  readonly task: PartTask;
  readonly resolve: (observations: readonly Observation[]) => void;
  readonly reject: (error: unknown) => void;
}

interface Thread {
  readonly worker: Worker;
  ready: boolean;
  /** Sent and not answered, in order. */
  readonly jobs: Job[];
}

/**
 * Tasks that a thread has at most. It begins the second before anybody has heard of the end of the first. Conclusions may take long, and
 * wait until a thread is free.
 */
const MOST_JOBS: Readonly<Record<PartTask["kind"], number>> = { feed: 2, conclude: 1 };

export class Crew implements Disposable {
  readonly #threads: Thread[] = [];
  readonly #waiting: Job[] = [];
  #working = false;
  #closed: { readonly reason: unknown } | undefined;

  /** @param parts those of the battery @param size number of threads; 0: all work is done in this one. The results are the same. */
  constructor(
    private readonly startThread: Battery["startThread"],
    private readonly parts: readonly FamilyPart[],
    private readonly shared: SharedWork,
    size: number,
  ) {
    for (let i = 0; i < size; i++) this.#start();
  }

  /** Tells if a thread would take bytes now. */
  get hasRoom(): boolean {
    if (this.#waiting.length > 0) return false;
    return this.#worksHere ? !this.#working : this.#leastBusy.jobs.length < MOST_JOBS.feed;
  }

  /** @throws errors of the part; InputError where memory is short; Error if its thread died; the reason given to `close` */
  run(task: PartTask): Promise<readonly Observation[]> {
    const { promise, resolve, reject } = Promise.withResolvers<readonly Observation[]>();
    if (this.#closed) {
      reject(this.#closed.reason);
    } else {
      this.#waiting.push({ task, resolve, reject });
      this.#handOut();
    }
    return promise;
  }

  /** Ends all threads, even in the midst of a task: its state is of no use then. What was not answered is rejected with `reason`. */
  close(reason: unknown = new Error("the threads were closed")): void {
    if (this.#closed) return;
    this.#closed = { reason };
    Atomics.store(this.shared.stop, 0, 1);
    for (const { worker, jobs } of this.#threads.splice(0)) {
      void worker.terminate();
      for (const job of jobs) job.reject(reason);
    }
    for (const job of this.#waiting.splice(0)) job.reject(reason);
  }

  [Symbol.dispose](): void {
    this.close();
  }

  get #worksHere(): boolean {
    return this.#threads.length === 0;
  }

  get #leastBusy(): Thread {
    return this.#threads.reduce((a, b) => (b.jobs.length < a.jobs.length ? b : a));
  }

  #handOut(): void {
    if (this.#worksHere) {
      void this.#workHere();
      return;
    }
    for (let job = this.#waiting[0]; job; job = this.#waiting[0]) {
      const thread = this.#leastBusy;
      if (thread.jobs.length >= MOST_JOBS[job.task.kind]) return;
      this.#waiting.shift();
      thread.jobs.push(job);
      thread.worker.postMessage(job.task);
    }
  }

  #start(): void {
    let worker: Worker;
    try {
      worker = this.startThread(this.shared);
    } catch {
      return; // the system gives no more: those that are there do the work, or this one
    }
    const thread: Thread = { worker, ready: false, jobs: [] };
    this.#threads.push(thread);
    worker.on("message", (answer: Answer) => {
      if (answer.kind === "ready") {
        thread.ready = true;
        return;
      }
      const job = thread.jobs.shift();
      if (answer.kind === "done") job?.resolve(answer.observations);
      else job?.reject(errorOf(answer));
      if (!this.#closed) this.#handOut();
    });
    worker.on("error", (error: Error) => this.#lost(thread, error.message));
    worker.on("exit", (code: number) => this.#lost(thread, `exit code ${code}`));
  }

  #lost(thread: Thread, reason: string): void {
    const index = this.#threads.indexOf(thread);
    if (index < 0) return;
    this.#threads.splice(index, 1);
    const jobs = thread.jobs.splice(0);
    if (thread.ready) {
      const error = new Error(`a thread of the tests died: ${reason}`);
      for (const job of jobs) job.reject(error);
      this.close(error);
      return;
    }
    // It never ran. Others may: they do its work, and this thread where there is none.
    this.#waiting.unshift(...jobs);
    this.#handOut();
  }

  async #workHere(): Promise<void> {
    if (this.#working) return;
    this.#working = true;
    for (let job = this.#waiting.shift(); job; job = this.#waiting.shift()) {
      await setImmediate(); // lets an interrupt and the progress line through
      try {
        if (this.#closed) throw this.#closed.reason;
        job.resolve(workOn(this.parts, this.shared, job.task));
      } catch (error) {
        job.reject(error);
      }
    }
    this.#working = false;
  }
}

function errorOf({ message, errno }: Extract<Answer, { readonly kind: "error" }>): Error {
  const isMemory = errno === constants.errno.ENOMEM || /out of memory/i.test(message);
  return isMemory ? new InputError(`a test ran out of memory: ${message}`) : new Error(message);
}
