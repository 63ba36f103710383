/**
 * A worker: takes jobs one by one, has each computed elsewhere, beats meanwhile, writes the result and only then says that the job is done.
 * Whoever dies on the way leaves a job that another takes after a while; the result's key stops a second answer.
 */
import { hostname } from "node:os";
import type { Consumer, JsMsg } from "@nats-io/jetstream";
import { onAbort, orAborted, pause } from "../abort.ts";
import { ProgramError } from "../errors.ts";
import type { Executor } from "./executor.ts";
import { FleetError, reasonOf } from "./fleet-error.ts";
import { type Job, readJobMessage } from "./job.ts";
import { answerAsService, type NodeHealth } from "./node-health.ts";
import type { ProgressEvent, Queue } from "./queue.ts";
import { gaveUpText, makeResult, type Result } from "./result.ts";
import { type RetryOptions, untilDeadline } from "./retry.ts";

export interface WorkerSettings {
  readonly queue: Queue;
  readonly execute: Executor;
  /** Name in results and messages; by default that of the machine. */
  readonly node?: string;
  /** Version of the program, for those who ask how the fleet is. */
  readonly version?: string;
  /** Jobs at a time. */
  readonly atOnce?: number;
  /** Stops it: it takes no more, ends what it has within `graceMs`, and hands back the rest. */
  readonly stop: AbortSignal;
  readonly graceMs?: number;
  /** Says why no job can be taken now, as where the disk is full; undefined where one can. Asked before each. */
  readonly hold?: () => string | undefined;
  readonly say: (level: "info" | "warn", text: string) => void;
  /** Pause before a job whose attempt failed is tried again, ms. */
  readonly againMs?: number;
  /** Pauses between tries of what the server does not answer. */
  readonly retry?: Pick<RetryOptions, "firstMs" | "mostMs">;
}

/** Stands in answers of those that do not say theirs; ADR-32 asks for a version of three numbers. */
const UNKNOWN_VERSION = "0.0.0";

/** Attempts that a job has. A fourth delivery says that three have ended without an answer. */
export const MOST_ATTEMPTS = 3;

/** systemd kills after 90 s, containers after 10 s; jobs that take longer begin anew elsewhere. */
const GRACE_MS = 8_000;
const AGAIN_MS = 5_000;
/** Time for which the server keeps a request for a job open. */
const ASK_MS = 10_000;
/** Time between two questions whether the reason not to take jobs is gone, and after an error of the queue. */
const WAIT_MS = 1_000;
/** Beats within the time that a job is waited for: two may be lost. */
const BEATS = 3;
/** Time that the server has to answer an acknowledgement before it is asked again. */
const ACK_MS = 2_000;

/** Works until `stop` is aborted; then resolves, when nothing is left in its hands. Neither a failing job nor the server ends it. */
export async function work(settings: WorkerSettings): Promise<void> {
  await new Worker(settings).run();
}

class Worker {
  readonly #queue: Queue;
  readonly #node: string;
  /** Aborted when the time to end what is in hand is over. */
  readonly #end = new AbortController();
  #lastWords = "";
  /** Why no jobs are taken; undefined where they are. */
  #held: string | undefined;
  #jobsDone = 0;
  #jobsInHand = 0;
  readonly #startMs = performance.now();

  constructor(private readonly settings: WorkerSettings) {
    const { queue, node = hostname() } = settings;
    this.#queue = queue;
    this.#node = queue.settings.goesTo === "all" ? machineName(node) : node;
  }

  async run(): Promise<void> {
    const { stop, atOnce = 1, graceMs = GRACE_MS } = this.settings;
    let timer: ReturnType<typeof setTimeout> | undefined;
    using _service = answerAsService(this.#queue.connection.nats, {
      name: this.#queue.settings.name,
      version: this.settings.version ?? UNKNOWN_VERSION,
      health: () => this.#health(),
    });
    using _ = onAbort(stop, () => {
      timer = setTimeout(() => this.#end.abort(new Error("the worker stops")), graceMs);
    });
    try {
      await Promise.all(Array.from({ length: atOnce }, () => this.#takeJobs(stop)));
    } finally {
      clearTimeout(timer);
    }
  }

  #health(): NodeHealth {
    const { version = UNKNOWN_VERSION } = this.settings;
    const [queue, jobsDone, jobsInHand, held] = [
      this.#queue.settings.name,
      this.#jobsDone,
      this.#jobsInHand,
      this.#held,
    ];
    return {
      node: this.#node,
      part: "worker",
      version,
      clockMs: Date.now(),
      uptimeMs: Math.round(performance.now() - this.#startMs),
      faults: held === undefined ? [] : [`takes no jobs: ${held}`],
      about: `${jobsDone} jobs done, ${jobsInHand} in hand`,
      detail: { queue, jobsDone, jobsInHand, ...(held !== undefined && { held }) },
    };
  }

  async #takeJobs(stop: AbortSignal): Promise<void> {
    let consumer: Consumer | undefined;
    while (!stop.aborted) {
      try {
        const held = this.settings.hold?.();
        this.#held = held;
        if (held !== undefined) {
          this.#sayOnce(`takes no jobs: ${held}`);
          await pause(WAIT_MS, stop);
          continue;
        }
        consumer ??= await orAborted(this.#queue.consumer(this.#node), stop);
        const message = await this.#next(consumer, stop);
        this.#lastWords = "";
        if (message) await this.#take(message);
      } catch (error) {
        if (stop.aborted) return;
        consumer = undefined; // it may have been deleted and made again
        this.#sayOnce(`gets no jobs: ${reasonOf(error)}; asks again`);
        await pause(WAIT_MS, stop).catch(() => {}); // it stops
      }
    }
  }

  /** Waits for a job. One that comes after `stop` goes back at once. */
  async #next(consumer: Consumer, stop: AbortSignal): Promise<JsMsg | null> {
    const asked = consumer.next({ expires: ASK_MS, bind: true }); // bound, it asks again as soon as it is connected again
    try {
      return await orAborted(inTime(asked, 2 * ASK_MS), stop);
    } catch (error) {
      asked
        .then((late) => late && this.#handBack(late))
        .catch((lost: unknown) =>
          this.settings.say("info", `a job that came too late waits: ${reasonOf(lost)}`),
        );
      throw error;
    }
  }

  async #handBack(message: JsMsg): Promise<void> {
    const job = jobIn(message);
    if (job instanceof Error) return;
    await this.#queue.countReturn(job.id, this.#node);
    message.nak();
  }

  async #take(message: JsMsg): Promise<void> {
    const job = jobIn(message);
    if (job instanceof Error) {
      this.settings.say("warn", `a message is left aside: ${job.message}`);
      message.term(); // servers before 2.10.4 do not understand it with a reason
      return;
    }
    using _ = this.#beat(message);
    const { deliveryCount } = message.info;
    this.#jobsInHand += 1;
    try {
      await this.#settle(job, message, deliveryCount);
    } catch (error) {
      await this.#leave(job, message, deliveryCount, error);
    } finally {
      this.#jobsInHand -= 1;
    }
  }

  /** Brings a job to its result, and says that it is done. */
  async #settle(job: Job, message: JsMsg, attempt: number): Promise<void> {
    if (job.deadlineMs <= Date.now()) {
      await this.#noteLate(job);
      message.term();
      this.#tell(job, "late", attempt);
      return;
    }
    if (
      await this.#retry(job, "the question for its result", () => this.#queue.hasResult(job.id, this.#node))
    ) {
      await this.#confirm(job, message, "+ACK");
      return;
    }
    if (attempt > MOST_ATTEMPTS && (await this.#giveUp(job, message, attempt))) return;
    this.#tell(job, "begun", attempt);
    const result = await this.#compute(job, attempt);
    await this.#retry(job, "its result", () => this.#queue.answer(result));
    this.#jobsDone += 1;
    await this.#confirm(job, message, "+ACK");
    this.#tell(job, "answered", attempt);
  }

  /** Leaves a note where many machines have the same job, for those who ask why this one has not answered. */
  async #noteLate(job: Job): Promise<void> {
    if (this.#queue.settings.goesTo === "one") return;
    const nowMs = Date.now();
    const window = { ...job, deadlineMs: nowMs + this.#queue.settings.ackWaitMs };
    const note = async () => {
      if (await this.#queue.hasResult(job.id, this.#node)) return;
      await this.#queue.noteLate(job.id, this.#node, nowMs);
      this.settings.say("warn", `job ${job.id.slice(0, 8)} came after its deadline: nothing is done`);
    };
    await this.#retry(window, "the note that it came late", note);
  }

  /** @returns false where some attempts were handed back unfinished, so that there are some left */
  async #giveUp(job: Job, message: JsMsg, attempt: number): Promise<boolean> {
    const returns = await this.#retry(job, "the number of its returns", () =>
      this.#queue.returnsOf(job.id, this.#node),
    );
    if (attempt - returns <= MOST_ATTEMPTS) return false;
    const reason = gaveUpText(MOST_ATTEMPTS);
    const result = this.#result(job, "gave-up", reason, MOST_ATTEMPTS);
    await this.#retry(job, "its result", () => this.#queue.answer(result));
    await this.#confirm(job, message, "+TERM");
    this.settings.say("warn", `job ${job.id.slice(0, 8)}: ${reason}`);
    this.#tell(job, "answered", attempt, reason);
    return true;
  }

  async #compute(job: Job, attempt: number): Promise<Result> {
    using deadline = deadlineSignal(job.deadlineMs);
    const signal = AbortSignal.any([this.#end.signal, deadline.signal]);
    const progress = (detail: unknown) => this.#tell(job, "running", attempt, detail);
    try {
      const value = await orAborted(this.settings.execute(job, { signal, progress }), signal);
      return this.#result(job, "done", value, attempt);
    } catch (error) {
      if (signal.aborted || !(error instanceof ProgramError)) throw error;
      return this.#result(job, "refused", error.message, attempt);
    }
  }

  #result(job: Job, outcome: Result["outcome"], value: string, attempts: number): Result {
    return makeResult({ job: job.id, outcome, value, attempts, node: this.#node, nodeMs: Date.now() });
  }

  /** Leaves a job to another attempt. */
  async #leave(job: Job, message: JsMsg, attempt: number, error: unknown): Promise<void> {
    const reason = reasonOf(error);
    if (this.#end.signal.aborted) {
      // Counted first: a count too many costs an attempt more, one too few would give up a job that nobody has tried three times.
      await this.#queue.countReturn(job.id, this.#node).catch((lost: unknown) => {
        this.settings.say("warn", `job ${job.id.slice(0, 8)}: its return is not counted: ${reasonOf(lost)}`);
      });
      message.nak();
      this.#tell(job, "returned", attempt);
      return;
    }
    this.settings.say("warn", `job ${job.id.slice(0, 8)}, attempt ${attempt}: ${reason}`);
    message.nak(this.settings.againMs ?? AGAIN_MS);
    this.#tell(job, "failed", attempt, reason);
  }

  /**
   * Asks the server to confirm that a job is done, or it would be given to another. A server that was killed may have forgotten whom it
   * gave the job, and then never answers: so it is asked no longer than it waits itself. The job comes again, and finds its result.
   */
  async #confirm(job: Job, message: JsMsg, word: string): Promise<void> {
    const { nats } = this.#queue.connection;
    const ask = () => nats.request(replyOf(message), word, { timeout: ACK_MS });
    const deadlineMs = Math.min(job.deadlineMs, Date.now() + this.#queue.settings.ackWaitMs);
    try {
      await this.#retry({ ...job, deadlineMs }, "its end", ask);
    } catch (error) {
      if (!(error instanceof FleetError)) throw error;
      this.settings.say("info", `job ${job.id.slice(0, 8)} has its result, and will be given out once more`);
    }
  }

  #retry<T>(job: Job, what: string, attempt: () => Promise<T>): Promise<T> {
    return untilDeadline(`job ${job.id.slice(0, 8)}: ${what}`, attempt, {
      deadlineMs: job.deadlineMs,
      signal: this.#end.signal,
      say: (text) => this.settings.say("warn", text),
      ...this.settings.retry,
    });
  }

  /** Says to the server that a job is in hand, until it is disposed of. */
  #beat(message: JsMsg): Disposable {
    const everyMs = this.#queue.settings.ackWaitMs / BEATS;
    let lastMs = performance.now();
    const timer = setInterval(() => {
      const nowMs = performance.now();
      if (nowMs - lastMs > BEATS * everyMs) {
        const seconds = Math.round((nowMs - lastMs) / 1_000);
        this.settings.say("warn", `no beat for ${seconds} s: something computes in the thread that beats`);
      }
      lastMs = nowMs;
      message.working();
    }, everyMs);
    return { [Symbol.dispose]: () => clearInterval(timer) };
  }

  #tell({ id }: Job, step: ProgressEvent["step"], attempt: number, detail?: unknown): void {
    this.#queue.tell({ job: id, step, node: this.#node, attempt, ...(detail !== undefined && { detail }) });
  }

  #sayOnce(text: string): void {
    if (text !== this.#lastWords) this.settings.say("warn", text);
    this.#lastWords = text;
  }
}

/** Makes a name of a machine one that stands in keys, and in the rights that the server gives. */
export function machineName(name: string): string {
  return name.replaceAll(/[^A-Za-z0-9_-]/g, "-");
}

/** Returns the subject on which the server waits. The client's own `ackAck` sends once, and says nothing where it is called again. */
function replyOf(message: JsMsg): string {
  return (message as JsMsg & { readonly reply: string }).reply;
}

function jobIn(message: JsMsg): Job | Error {
  try {
    return readJobMessage(message.data);
  } catch (error) {
    if (error instanceof FleetError) return error;
    throw error;
  }
}

/** Rejects where the client forgets what it was asked, as it may when the server goes away at the wrong moment. */
async function inTime<T>(asked: Promise<T>, ms: number): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new FleetError("no answer in time")), ms);
  try {
    return await Promise.race([asked, promise]);
  } finally {
    clearTimeout(timer);
  }
}

/** Longest time that a timer takes. */
const MOST_TIMER_MS = 2 ** 31 - 1;

function deadlineSignal(deadlineMs: number): Disposable & { readonly signal: AbortSignal } {
  const controller = new AbortController();
  const late = () => controller.abort(new FleetError("its deadline has passed"));
  const timer = setTimeout(late, Math.min(MOST_TIMER_MS, Math.max(0, deadlineMs - Date.now())));
  return { signal: controller.signal, [Symbol.dispose]: () => clearTimeout(timer) };
}
