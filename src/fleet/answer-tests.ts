/** Does what a job of a worker asks for: fetches its data, has the test run in a thread, writes the answer. */
import { orAborted } from "#kit/abort.ts";
import type { Executor } from "#kit/fleet/executor.ts";
import type { Job } from "#kit/fleet/job.ts";
import { MOST_JOB_BYTES } from "#kit/fleet/job.ts";
import type { Objects } from "#kit/fleet/objects.ts";
import { InputError } from "../errors.ts";
import type { TestTask } from "../report/threads/test-tasks.ts";
import { LostThreadError, type TestThreads } from "../report/threads/test-threads.ts";
import { DataCache } from "./data-cache.ts";
import { readData } from "./read-data.ts";
import { answerText, referencesIn, taskIn } from "./test-job.ts";

export interface AnswerSettings {
  readonly threads: Pick<TestThreads, "run">;
  readonly roots: ReadonlyMap<string, string>;
  readonly objects: Pick<Objects, "get">;
  /** Opens the store of answers that are larger than a message. */
  readonly answers: () => Promise<Pick<Objects, "put">>;
}

/** Makes the executor of a worker. The threads are shared by all its jobs, and with them the limit of memory. */
export function answerTests({ threads, roots, objects, answers }: AnswerSettings): Executor {
  const cache = new DataCache((reference, signal) => readData(reference, { roots, objects }, signal));
  return async ({ body }: Job, { signal }) => {
    const references = referencesIn(body);
    await using data = await cache.lend(references, signal);
    const task = taskIn(body, references, data.bytes);
    const result = await orAborted(inThread(threads, task), signal);
    return await answerText(result, MOST_JOB_BYTES, async (bytes) => (await answers()).put(bytes));
  };
}

/** @throws InputError for errors of the test, which come again on whatever machine; Error where the thread was lost */
async function inThread(threads: AnswerSettings["threads"], task: TestTask): Promise<unknown> {
  try {
    return await threads.run(task);
  } catch (cause) {
    if (cause instanceof InputError || cause instanceof LostThreadError || !(cause instanceof Error))
      throw cause;
    throw new InputError(cause.message, { cause });
  }
}
