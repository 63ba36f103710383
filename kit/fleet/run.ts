/**
 * A run: jobs that are submitted one by one, each of which gets its answer. A job is written into the ledger, then published. The answer
 * is taken from the ledger: what the server and other machines tell are hints to look there. A run that is done again with the same ledger
 * computes nothing that has an answer.
 */
import { setImmediate } from "node:timers/promises";
import { onAbort, orAborted, pause } from "../abort.ts";
import { collect, intoLedger } from "./collector.ts";
import { FleetError } from "./fleet-error.ts";
import type { Job } from "./job.ts";
import type { Ledger, LedgerEntry } from "./ledger.ts";
import type { KeptResult, ProgressEvent, Queue } from "./queue.ts";
import type { Outcome } from "./result.ts";
import { type RetryOptions, untilDeadline } from "./retry.ts";

export interface RunSettings {
  readonly queue: Queue;
  readonly ledger: Ledger;
  /** Name of the run, by which it is resumed. */
  readonly run: string;
  /** Gives up waiting; the jobs go on, and whoever resumes the run takes their results. */
  readonly signal: AbortSignal;
  readonly say: (level: "info" | "warn", text: string) => void;
  readonly onProgress?: (event: ProgressEvent) => void;
  /** Told how many of the jobs that were submitted have a result. */
  readonly onCount?: (done: number, all: number) => void;
  /** Time between two looks into the ledger, where nothing is told. */
  readonly lookMs?: number;
  readonly retry?: Pick<RetryOptions, "firstMs" | "mostMs">;
}

/** The end of a job, whatever came of it. */
export interface Answer {
  readonly outcome: Outcome;
  /** The answer as it was given; of a refusal and of giving up, the reason. */
  readonly value: string;
  /** Name of the machine. */
  readonly node: string;
  /** Attempts that it took. */
  readonly attempts: number;
  /** Difference of the machine's clock to the server's, ms. */
  readonly clockMs: number;
}

/** A server confirms a message before it is on the disk, so what it may lose at once has a limit. */
const IN_FLIGHT = 64;
const LOOK_MS = 5_000;
/** Time that this program's own collector has for what it was told of, before the ledger is asked. Another may have taken it. */
const HINT_MS = 100;

export const LATE_HINTS: readonly string[] = ["is there a worker?"];

interface Waiting {
  readonly job: Job;
  readonly answer: PromiseWithResolvers<Answer>;
  readonly before: (() => Promise<void>) | undefined;
  /** Number of the refusal that was taken back when it was asked for, 0 without one; undefined before. Older refusals are of earlier runs. */
  askedAfter?: number;
}

/** Says that a job's deadline has come before its result. */
export class LateError extends FleetError {
  override name = "LateError";
}

export class Run implements AsyncDisposable {
  readonly #waiting = new Map<string, Waiting>();
  readonly #attempts = new Map<string, number>();
  readonly #hints = new Hints();
  readonly #stop = new AbortController();
  readonly #listeners = new DisposableStack();
  readonly #loops: Promise<unknown>[];
  #fresh: Job[] = [];
  #publishing: Promise<void> | undefined;
  #failure: { readonly reason: unknown } | undefined;
  #done = 0;
  #all = 0;

  private constructor(private readonly settings: RunSettings) {
    const { queue, ledger, signal, say, retry } = settings;
    this.#listeners.use(queue.onProgress((event) => this.#heard(event)));
    this.#listeners.use(onAbort(signal, () => this.#fail(signal.reason)));
    const collecting = collect({
      queue,
      keeper: intoLedger(ledger),
      stop: this.#stop.signal,
      say,
      onSettled: (results) => this.#settled(results),
      ...(retry && { retry }),
    });
    this.#loops = [collecting, this.#lookOften()];
  }

  static open(settings: RunSettings): Run {
    return new Run(settings);
  }

  /**
   * Has a job done, whatever comes of it. What the ledger knows is answered at once, but for refusals: what a worker lacked before, it may
   * have now.
   * @param before brings what the job refers to, where it has no answer yet; is called again if the server is away
   * @throws FleetError at the job's deadline; the errors of the ledger; the signal's reason
   */
  submit(job: Job, before?: () => Promise<void>): Promise<Answer> {
    const known = this.#waiting.get(job.id);
    if (known) return known.answer.promise;
    const answer = Promise.withResolvers<Answer>();
    answer.promise.catch(() => {}); // whoever submitted it may have gone when it fails
    if (this.#failure) {
      answer.reject(this.#failure.reason);
      return answer.promise;
    }
    this.#waiting.set(job.id, { job, answer, before });
    this.#all++;
    this.#fresh.push(job);
    this.#publishing ??= this.#publishFresh();
    return answer.promise;
  }

  /** Stops waiting. What has no answer yet is rejected, and goes on in the fleet. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#fail(new FleetError(`the run ${this.settings.run} is closed`));
    await Promise.all([...this.#loops, this.#publishing]);
  }

  #fail(reason: unknown): void {
    this.#failure ??= { reason };
    this.#listeners.dispose();
    this.#stop.abort(this.#failure.reason);
    for (const { answer } of this.#waiting.values()) answer.reject(this.#failure.reason);
    this.#waiting.clear();
  }

  /** Publishes what is submitted, a piece after the other. */
  async #publishFresh(): Promise<void> {
    try {
      do {
        await setImmediate(); // what is submitted in one turn goes together
        const some = await this.#prepared(this.#fresh.splice(0, IN_FLIGHT));
        const entries = await this.settings.ledger.take(this.settings.run, some);
        const ids = await Promise.all(entries.map((entry) => this.#publish(entry)));
        await this.settings.ledger.published(ids.flat());
      } while (this.#fresh.length > 0 && !this.#failure);
    } catch (error) {
      this.#fail(error);
    } finally {
      this.#publishing = undefined;
    }
  }

  /** Has what the jobs refer to brought, before the ledger knows them: whoever resumes the run could not. @returns those that can go on */
  async #prepared(jobs: readonly Job[]): Promise<Job[]> {
    const answered = new Set<string>();
    for await (const { job, state } of this.settings.ledger.answered(jobs.map(({ id }) => id))) {
      if (state !== "refused") answered.add(job.id);
    }
    const ready = jobs.map(async (job) => {
      const waiting = this.#waiting.get(job.id);
      if (!waiting) return []; // nobody waits for it any more
      try {
        if (waiting.before && !answered.has(job.id)) await this.#retry(job, waiting.before);
        return [job];
      } catch (error) {
        this.#reject(job, error);
        return [];
      }
    });
    return (await Promise.all(ready)).flat();
  }

  /** @returns the job's id where it was published, and nothing where it had a result */
  async #publish(entry: LedgerEntry): Promise<string[]> {
    if (entry.digest !== null) {
      this.#answer(entry);
      return [];
    }
    try {
      return (await this.#isPublished(entry)) ? [entry.job.id] : [];
    } catch (error) {
      this.#reject(entry.job, error);
      return [];
    }
  }

  /** @returns false where the server has its result */
  async #isPublished({ job, copies }: LedgerEntry): Promise<boolean> {
    const { queue, ledger } = this.settings;
    const kept = await this.#retry(job, () => queue.resultOf(job.id));
    const refused = kept?.result.outcome === "refused" ? kept : undefined;
    if (refused) {
      await this.#retry(job, () => queue.withdraw(job.id));
      await ledger.reopen(job.id, refused.sequence);
    }
    const waiting = this.#waiting.get(job.id);
    if (waiting) waiting.askedAfter = refused?.sequence ?? 0;
    if (kept && !refused) {
      await ledger.settle([kept]);
      await this.#look([job.id]);
      return false;
    }
    let copy = copies;
    // A copy that the server has had before is in the queue, unless it was refused.
    while ((await this.#retry(job, () => queue.publish(job, copy))) && refused) copy++;
    return true;
  }

  #retry<T>(job: Job, attempt: () => Promise<T>): Promise<T> {
    const { say, retry } = this.settings;
    const { signal } = this.#stop;
    return untilDeadline(`job ${job.id.slice(0, 8)}`, () => orAborted(attempt(), signal), {
      deadlineMs: job.deadlineMs,
      signal,
      say: (text) => say("warn", text),
      ...retry,
    });
  }

  #heard(event: ProgressEvent): void {
    this.settings.onProgress?.(event);
    if (!this.#waiting.has(event.job)) return;
    // A first attempt is the rule, and not worth a write; a result says how many it took.
    if (event.attempt > 1) {
      this.#attempts.set(event.job, Math.max(event.attempt, this.#attempts.get(event.job) ?? 0));
    }
    if (event.step === "answered") this.#hints.give(event.job);
  }

  /** Looks into the ledger, for results that another collector has taken, and at the deadlines. */
  async #lookOften(): Promise<void> {
    const { ledger, lookMs = LOOK_MS } = this.settings;
    const { signal } = this.#stop;
    let lastMs = performance.now();
    try {
      while (!signal.aborted) {
        const told = await this.#hints.within(lookMs, signal);
        if (told.length > 0) await pause(HINT_MS, signal);
        const attempts = new Map(this.#attempts);
        this.#attempts.clear();
        await ledger.attempted(attempts);
        const isDue = performance.now() - lastMs >= lookMs;
        if (isDue) lastMs = performance.now();
        await this.#look(isDue ? [...this.#waiting.keys()] : told);
        this.#rejectLate();
      }
    } catch (error) {
      this.#fail(error);
    }
  }

  async #look(ids: readonly string[]): Promise<void> {
    const open = ids.filter((id) => this.#waiting.get(id)?.askedAfter !== undefined);
    for await (const entry of this.settings.ledger.answered(open)) this.#answer(entry);
  }

  #rejectLate(): void {
    const now = Date.now();
    for (const { job } of [...this.#waiting.values()]) {
      if (job.deadlineMs > now) continue;
      const text = `job ${job.id.slice(0, 8)} has no result at its deadline`;
      this.#reject(job, new LateError(text, { hints: LATE_HINTS }));
    }
  }

  #settled(results: readonly KeptResult[]): void {
    for (const { result, sequence, serverMs } of results) {
      this.#end(result.job, sequence, { ...result, clockMs: result.nodeMs - serverMs });
    }
  }

  #answer({ job, state, value, node, attempts, clockMs, sequence }: LedgerEntry): void {
    this.#end(job.id, sequence, {
      outcome: state as Outcome,
      value: value ?? "",
      node: node ?? "",
      attempts,
      clockMs: clockMs ?? 0,
    });
  }

  #end(id: string, sequence: number, { outcome, value, node, attempts, clockMs }: Answer): void {
    const waiting = this.#waiting.get(id);
    if (!waiting) return;
    if (outcome === "refused" && sequence <= (waiting.askedAfter ?? Number.POSITIVE_INFINITY)) return;
    this.#waiting.delete(id);
    this.settings.onCount?.(++this.#done, this.#all);
    waiting.answer.resolve({ outcome, value, node, attempts, clockMs });
  }

  #reject(job: Job, error: unknown): void {
    const waiting = this.#waiting.get(job.id);
    this.#waiting.delete(job.id);
    waiting?.answer.reject(error);
  }
}

/** Wakes whoever waits, also where the hint comes before the wait. */
class Hints {
  readonly #told = new Set<string>();
  #wake = new AbortController();

  give(id: string): void {
    this.#told.add(id);
    this.#wake.abort();
  }

  /** Waits for a hint, but no longer than so. @returns what was told */
  async within(ms: number, signal: AbortSignal): Promise<string[]> {
    if (this.#told.size === 0) {
      await pause(ms, AbortSignal.any([signal, this.#wake.signal])).catch(() => {}); // `signal` is looked at by the caller
    }
    const told = [...this.#told];
    this.#told.clear();
    this.#wake = new AbortController();
    return told;
  }
}
