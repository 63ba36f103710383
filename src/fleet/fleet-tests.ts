/**
 * Runs tests on other machines, in the place of threads of this one. The results are the same to the last bit. A report's page, and tests of
 * less data than a job is worth, are made here.
 */
import { makeJob } from "#kit/fleet/job.ts";
import type { Objects } from "#kit/fleet/objects.ts";
import type { Answer, Run } from "#kit/fleet/run.ts";
import { InputError } from "../errors.ts";
import type { TaskResult, TestTask } from "../report/threads/test-tasks.ts";
import type { TestRunner } from "../report/threads/test-threads.ts";
import { placeIn, type Reference, STORE } from "./reference.ts";
import { StoredData } from "./stored-data.ts";
import { answerIn, dataOf, testJob } from "./test-job.ts";

export interface FleetTestsSettings {
  readonly run: Pick<Run, "submit">;
  readonly objects: Pick<Objects, "put" | "remove">;
  /** Has answers that are larger than a message. */
  readonly answers: Pick<Objects, "get">;
  /** Time that a job has, ms. */
  readonly deadlineMs: number;
  /** Threads of this machine, for what is not worth a job. */
  readonly here: TestRunner;
  /** Place where workers find the input as it is; by default what they need goes to the object store. */
  readonly dataAt?: string | undefined;
}

/**
 * Jobs under way at once: all machines together should have fewer threads, and of sequences, which have a megabyte at most, so many are
 * held in memory.
 */
const UNDER_WAY = 64;

/**
 * Chunks of permutations under way at once. Each statistic is decided by some dozens of permutations, that are a few chunks where the data
 * are long, and what is measured after that is measured in vain. Which chunks are asked for depends on this number: a run that is
 * resumed with another one finds none of them in the ledger.
 */
const CHUNKS_AHEAD = 16;

export class FleetTests implements TestRunner, AsyncDisposable {
  readonly size = UNDER_WAY;
  readonly chunksAhead = CHUNKS_AHEAD;
  readonly #stored: StoredData;
  /** Where the memory that holds a part of the input would begin in it. */
  readonly #places = new WeakMap<ArrayBufferLike, number>();

  /** @throws InputError for a `dataAt` that is no place */
  constructor(private readonly settings: FleetTestsSettings) {
    this.#stored = new StoredData(settings.objects);
    if (settings.dataAt !== undefined) placeIn(settings.dataAt);
  }

  locate(bytes: Uint8Array, from: number): void {
    this.#places.set(bytes.buffer, from - bytes.byteOffset);
  }

  async run<T extends TestTask>(task: T): Promise<TaskResult<T>> {
    const data = task.kind === "page" ? [] : dataOf(task);
    if (data.length === 0) return await this.settings.here.run(task);
    const references = data.map((bytes) => this.#referenceTo(bytes));
    const toStore = data.filter((_, i) => references[i]!.where === STORE);
    const job = makeJob(testJob(task, references), Date.now() + this.settings.deadlineMs);
    const use = this.#stored.use(toStore);
    const answer = await this.settings.run.submit(job, () => this.#stored.put(toStore));
    use[Symbol.dispose](); // a job without an answer goes on, and needs them
    return (await this.#resultOf(answer)) as TaskResult<T>;
  }

  #referenceTo(bytes: Uint8Array): Reference {
    const { dataAt } = this.settings;
    const from = this.#places.get(bytes.buffer);
    const known = { sha256: this.#stored.digestOf(bytes), length: bytes.length };
    if (dataAt === undefined || from === undefined) return { ...known, where: STORE, offset: 0 };
    return { ...known, where: dataAt, offset: from + bytes.byteOffset };
  }

  async #resultOf({ outcome, value, node }: Answer): Promise<unknown> {
    if (outcome === "done") return await answerIn(value, (digest) => this.settings.answers.get(digest));
    if (outcome === "refused") throw new InputError(`worker ${node} refuses a test: ${value}`);
    throw new InputError(`no worker has finished a test: ${value}`, {
      hints: ["they say why on their stderr; is there one with memory enough?"],
    });
  }

  /** Takes out of the object store what no job needs any more. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stored[Symbol.asyncDispose]();
  }
}
