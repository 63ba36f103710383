/** A fleet in one process, for tests: a connection, a queue with short times, and what is needed to run jobs in it. */
import { connectFleet } from "#kit/fleet/connection.ts";
import { readContext } from "#kit/fleet/context.ts";
import { inThreads } from "#kit/fleet/executor.ts";
import { type Job, makeJob } from "#kit/fleet/job.ts";
import { Ledger } from "#kit/fleet/ledger.ts";
import { makeQueue, Queue, type QueueSettings, queueSettings } from "#kit/fleet/queue.ts";
import type { RunSettings } from "#kit/fleet/run.ts";
import { type WorkerSettings, work } from "#kit/fleet/worker.ts";
import { temporaryFolder } from "./temporary-folder.ts";

export const FLEET_THREAD = new URL("./fleet-thread.ts", import.meta.url);

/** Nobody waits longer for anything here than for a test. */
export const LATER_MS = 240_000;

const RETRY = { firstMs: 20, mostMs: 200 };

export interface Here extends AsyncDisposable {
  readonly queue: Queue;
  readonly ledger: Ledger;
  /** Messages of all who say something, in order. */
  readonly said: string[];
  readonly settings: QueueSettings;
  runOf(run: string): RunSettings;
  /** Starts a worker in this process. Disposing stops it and waits for its end. */
  worker(settings?: Partial<WorkerSettings>): AsyncDisposable;
}

/** @param context address or file @param place of the ledger; by default a file that is gone with the rest */
export async function fleetHere(
  context: string,
  given: Partial<QueueSettings> = {},
  place?: string,
): Promise<Here> {
  const said: string[] = [];
  const say = (_: unknown, text: string) => void said.push(text);
  const folder = temporaryFolder("ledger");
  const life = new AbortController();
  const settings = queueSettings({ name: "trial", ackWaitMs: 2_000, mostBytes: 64 * 2 ** 20, ...given });
  const connection = await connectFleet(
    readContext(context, (text) => said.push(text)),
    {
      name: "test",
      signal: life.signal,
      say,
      againMs: 50,
      pingMs: 500,
    },
  );
  await makeQueue(connection, settings);
  const queue = await Queue.open(connection, settings);
  const ledger = await Ledger.open(place ?? `sqlite:${folder.path}/ledger.db`);
  return {
    queue,
    ledger,
    said,
    settings,
    runOf: (run) => ({ queue, ledger, run, signal: life.signal, say, lookMs: 50, retry: RETRY }),
    worker(own = {}) {
      const stop = new AbortController();
      const working = work({
        queue,
        execute: inThreads(FLEET_THREAD),
        node: "here",
        stop: stop.signal,
        graceMs: 200,
        againMs: 50,
        retry: RETRY,
        say,
        ...own,
      });
      return {
        async [Symbol.asyncDispose]() {
          stop.abort(new Error("the test is over"));
          await working;
        },
      };
    },
    async [Symbol.asyncDispose]() {
      life.abort(new Error("the test is over"));
      await ledger[Symbol.asyncDispose]();
      await connection[Symbol.asyncDispose]();
      folder[Symbol.dispose]();
    },
  };
}

/** Starts a worker as a process of its own. */
export function workerProcess(
  context: string,
  settings: QueueSettings,
  dies: "never" | "in-job" | "after-result" | "on-poison" = "never",
  node?: string,
) {
  const file = new URL("./fleet-worker.ts", import.meta.url).pathname;
  const name = node === undefined ? [] : [node];
  return Bun.spawn([process.execPath, file, context, JSON.stringify(settings), dies, ...name], {
    stdio: ["ignore", "pipe", "pipe"],
  });
}

/** Makes jobs that add numbers: the sum of job n is 2n. */
export function sums(count: number, more: Readonly<Record<string, string>> = {}): Job[] {
  return Array.from({ length: count }, (_, n) =>
    makeJob({ kind: "sum", numbers: [n, n], ...more }, Date.now() + LATER_MS),
  );
}

/** Reads the states and answers of a run. */
export async function answersOf({ ledger }: Pick<Here, "ledger">, run: string) {
  const answers: (readonly [state: string, value: string | null])[] = [];
  for await (const { state, value } of ledger.entries(run)) answers.push([state, value]);
  return answers;
}

/** Returns what the run of `sums` comes to. */
export function allSums(count: number) {
  return Array.from({ length: count }, (_, n) => ["done", JSON.stringify({ sum: 2 * n })] as const);
}

/** Waits until it is so. */
export async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await isSo())) await Bun.sleep(5);
}
