/**
 * The queue of a fleet on its server: a stream of jobs, a bucket of results with one key a job, and how they have to be set up.
 *
 *     NAME_jobs      NAME.job.KIND           what is to be done
 *     NAME_results   result.ID, returned.ID  what came of it; how often a job was handed back unfinished
 *                    NAME.progress.ID        how far somebody is; kept by nobody
 *
 * Where each job goes to all machines, each answers for itself under its own name, as in result.ID.NODE: the server's rules can then let it
 * write these keys and no others. late.ID.NODE says that it came after the deadline; for the rest see answer-parts.ts.
 */
import type { ConsumerConfig, ConsumerInfo, StreamConfig, StreamInfo } from "@nats-io/jetstream";
import type { KV, KvEntry } from "@nats-io/kv";
import type { Connection } from "./connection.ts";
import { FleetError, reasonOf } from "./fleet-error.ts";
import { type Job, jobMessage, MOST_JOB_BYTES } from "./job.ts";
import { type Result, readResult } from "./result.ts";
import { isMissing, isWrittenAlready } from "./retry.ts";

export interface QueueSettings {
  /** Begins all names; lower-case letters, digits and dashes. */
  readonly name: string;
  /** Each job goes to one worker, and is then gone; or it stays, and goes to each of them. */
  readonly goesTo: "one" | "all";
  /** Time without a beat after which a job goes to another worker, ms. */
  readonly ackWaitMs: number;
  /** Time for which jobs and results are kept, ms. */
  readonly keepMs: number;
  /** Bytes of jobs, and of results, beyond which the server takes no more. */
  readonly mostBytes: number;
  /** Time within which a second copy of a job is dropped, ms. */
  readonly sameWithinMs: number;
  /** Servers that each keep a copy. */
  readonly copies: number;
}

const DAY_MS = 24 * 60 * 60 * 1_000;

export const QUEUE_DEFAULTS: Omit<QueueSettings, "name"> = {
  goesTo: "one",
  // A worker beats every 10 s, so that two beats may be lost.
  ackWaitMs: 30_000,
  // A machine that was off for a week still finds its work.
  keepMs: 7 * DAY_MS,
  // Two thousand messages of the largest size.
  mostBytes: 2 ** 30,
  // The server's default. It keeps the ids of so long in memory.
  sameWithinMs: 120_000,
  copies: 1,
};

/** Room for the names beside an answer of the largest size, each character of which JSON may write as six bytes. */
const MOST_RESULT_BYTES = 1_000_000;
const MOST_MESSAGE_BYTES = MOST_JOB_BYTES + 1_024;

/** The durable consumer that all workers share. */
export const WORKERS = "workers";

const NANOS_A_MS = 1_000_000;

export function streamOf(name: string): string {
  return `${name}_jobs`;
}

export function bucketOf(name: string): string {
  return `${name}_results`;
}

/** Stream in which the client keeps such a bucket. */
export function bucketStreamOf(name: string): string {
  return `KV_${bucketOf(name)}`;
}

/** @throws FleetError where it is no name */
export function queueSettings(settings: Pick<QueueSettings, "name"> & Partial<QueueSettings>): QueueSettings {
  if (!/^[a-z0-9-]{1,32}$/.test(settings.name)) {
    throw new FleetError(`'${settings.name}' is no name of a queue`, {
      hints: ["it takes up to 32 lower-case letters, digits and dashes"],
    });
  }
  return { ...QUEUE_DEFAULTS, ...settings };
}

/** Names the store of answers that are too large for a message. It is not that of other data, so that workers may write into this one alone. */
export function answersQueue(settings: QueueSettings): QueueSettings {
  return queueSettings({ ...settings, name: `${settings.name}-answers` });
}

function streamConfig(settings: QueueSettings): Pick<StreamConfig, "name"> & Partial<StreamConfig> {
  return {
    name: streamOf(settings.name),
    subjects: [`${settings.name}.job.*`],
    retention: settings.goesTo === "one" ? "workqueue" : "limits",
    storage: "file",
    discard: "new", // what is full says so; it does not forget the oldest job
    max_age: settings.keepMs * NANOS_A_MS,
    max_bytes: settings.mostBytes,
    max_msg_size: MOST_MESSAGE_BYTES,
    duplicate_window: settings.sameWithinMs * NANOS_A_MS,
    num_replicas: settings.copies,
  };
}

function consumerConfig(
  { ackWaitMs, keepMs, goesTo }: QueueSettings,
  durable: string,
): Partial<ConsumerConfig> {
  return {
    durable_name: durable,
    ack_policy: "explicit",
    ack_wait: ackWaitMs * NANOS_A_MS,
    max_deliver: -1, // a job that nobody finishes is given up by a worker, who says so: see worker.ts
    deliver_policy: "all",
    // A machine that has not asked for so long finds no job any more that it has missed, and its consumer would stay for ever.
    ...(goesTo === "all" && { inactive_threshold: keepMs * NANOS_A_MS }),
  };
}

/** Makes what is missing on the server. Takes rights to do so, which workers need not have. @throws the client's errors */
export async function makeQueue({ jetstream, manager }: Connection, settings: QueueSettings): Promise<void> {
  const { Kvm } = await import("@nats-io/kv");
  const config = streamConfig(settings);
  await manager.streams.add(config);
  if (settings.goesTo === "one") {
    await manager.consumers.add(config.name, consumerConfig(settings, WORKERS));
  }
  await new Kvm(jetstream).create(bucketOf(settings.name), {
    history: 1,
    ttl: settings.keepMs,
    max_bytes: settings.mostBytes,
    maxValueSize: MOST_RESULT_BYTES,
    replicas: settings.copies,
    allow_direct: true,
  });
}

/** Names a setting that is not as it has to be, with advice. */
export interface QueueFault {
  readonly text: string;
  readonly hint: string;
}

/** Finds what would lose work or do it twice without saying so. */
export function streamFaults({ config }: Pick<StreamInfo, "config">, settings: QueueSettings): QueueFault[] {
  const { name } = config;
  const wanted = streamConfig(settings);
  const faults: QueueFault[] = [];
  const expect = (isRight: boolean, text: string, option: string) => {
    if (!isRight)
      faults.push({ text: `stream ${name}: ${text}`, hint: `nats stream edit ${name} ${option}` });
  };
  if (config.retention !== wanted.retention) {
    faults.push({
      text: `stream ${name}: its retention is ${config.retention}, and has to be ${wanted.retention}`,
      hint: "the server changes no retention: empty the queue, delete the stream, and have it made again",
    });
  }
  expect(config.discard === "new", "where it is full it forgets the oldest jobs", "--discard new");
  expect(config.max_bytes > 0, "it may fill the server's disk", `--max-bytes ${settings.mostBytes}`);
  expect(config.max_age > 0, "it keeps jobs for ever", `--max-age ${settings.keepMs / DAY_MS}d`);
  expect(
    config.max_msg_size === -1 || config.max_msg_size >= MOST_MESSAGE_BYTES,
    `it takes messages of ${config.max_msg_size} bytes, and jobs may have ${MOST_MESSAGE_BYTES}`,
    `--max-msg-size ${MOST_MESSAGE_BYTES}`,
  );
  expect(
    config.duplicate_window >= settings.sameWithinMs * NANOS_A_MS,
    config.duplicate_window >= 1_000 * NANOS_A_MS
      ? `it knows a second copy of a job for ${config.duplicate_window / NANOS_A_MS / 1_000} s alone`
      : "it does not know second copies of a job",
    `--dupe-window ${settings.sameWithinMs / 1_000}s`,
  );
  if (config.storage !== "file") {
    faults.push({
      text: `stream ${name}: it is kept in memory, and gone when the server stops`,
      hint: "the server changes no storage: empty the queue, delete the stream, and have it made again",
    });
  }
  return faults;
}

/** Finds what would have jobs lost, or begun twice. */
export function consumerFaults({ config, name }: ConsumerInfo, settings: QueueSettings): QueueFault[] {
  const waitMs = (config.ack_wait ?? 0) / NANOS_A_MS;
  const faults: QueueFault[] = [];
  if (config.ack_policy !== "explicit") {
    faults.push({
      text: `consumer ${name}: jobs count as done before they are`,
      hint: `delete it: ${REMADE}`,
    });
  }
  if (waitMs < settings.ackWaitMs) {
    faults.push({
      text: `consumer ${name}: jobs go to another worker after ${waitMs / 1_000} s without a beat`,
      hint: `set --wait ${settings.ackWaitMs / 1_000}s, or jobs are done twice`,
    });
  }
  if ((config.max_deliver ?? -1) > 0) {
    faults.push({
      text: `consumer ${name}: after ${config.max_deliver} attempts a job is left lying, and nobody is told`,
      hint: "set --max-deliver -1: workers give such jobs up themselves, with a result",
    });
  }
  return faults;
}

const REMADE = "it is made again with the next job";

/** The queue as workers and coordinators use it. What cannot reach the server throws the client's errors: see `untilDeadline`. */
export class Queue {
  private constructor(
    readonly connection: Connection,
    readonly settings: QueueSettings,
    readonly bucket: KV,
  ) {}

  /** @throws FleetError where the server has no such queue */
  static async open(connection: Connection, settings: QueueSettings): Promise<Queue> {
    const { Kvm } = await import("@nats-io/kv");
    const { name } = settings;
    for (const stream of [streamOf(name), bucketStreamOf(name)]) {
      await connection.manager.streams.info(stream).catch((cause: unknown) => {
        if (!isMissing(cause)) throw cause;
        throw new FleetError(`the server has no queue ${name}: ${reasonOf(cause)}`, { cause });
      });
    }
    const bucket = await new Kvm(connection.jetstream).open(bucketOf(name), {
      bindOnly: true,
      allow_direct: true,
    });
    return new Queue(connection, settings, bucket);
  }

  /** @returns true where the server knows such a copy already */
  async publish(job: Job, copy: number): Promise<boolean> {
    const { jetstream } = this.connection;
    const subject = `${this.settings.name}.job.${job.body.kind}`;
    const { duplicate } = await jetstream.publish(subject, jobMessage(job), { msgID: `${job.id}.${copy}` });
    return duplicate;
  }

  /** Returns the consumer that workers share; where each job goes to all, that of this machine, made where it is missing. */
  async consumer(node: string) {
    const { jetstream, manager } = this.connection;
    const stream = streamOf(this.settings.name);
    if (this.settings.goesTo === "one") return jetstream.consumers.get(stream, WORKERS);
    await manager.consumers.add(stream, consumerConfig(this.settings, node));
    return jetstream.consumers.get(stream, node);
  }

  /** Returns a consumer of results, of all that are kept at first and then of new ones, for whoever has this name. */
  async resultsConsumer(durable: string) {
    const { jetstream, manager } = this.connection;
    const stream = bucketStreamOf(this.settings.name);
    await manager.consumers.add(stream, {
      ...consumerConfig(this.settings, durable),
      filter_subject: `${this.#resultSubjects}>`,
      inactive_threshold: this.settings.keepMs * NANOS_A_MS, // older results are gone by then
    });
    return jetstream.consumers.get(stream, durable);
  }

  /** Returns the job that a message of `resultsConsumer` tells of; and whose answer it is, where each job goes to all. */
  ownerOfResult(subject: string): { readonly job: string; readonly node: string | undefined } {
    const [job = "", node] = subject.slice(this.#resultSubjects.length).split(".");
    return { job, node };
  }

  get #resultSubjects(): string {
    return `$KV.${bucketOf(this.settings.name)}.result.`;
  }

  /** Names a key of a job; where each job goes to all, that of one machine. */
  keyOf(
    kind: "result" | "returned" | "late" | "place" | "part",
    job: string,
    node: string | undefined,
  ): string {
    if (this.settings.goesTo === "one") return `${kind}.${job}`;
    if (node === undefined) throw new Error("each job of this queue has many answers: whose is meant?");
    return `${kind}.${job}.${node}`;
  }

  /** Writes a result, unless the job has one; where each job goes to all, unless this machine has answered it. @returns whether this one stands */
  async answer(result: Result): Promise<boolean> {
    try {
      await this.bucket.create(this.keyOf("result", result.job, result.node), JSON.stringify(result));
      return true;
    } catch (error) {
      if (isWrittenAlready(error)) return false;
      throw error;
    }
  }

  /** @param node whose answer is meant, where each job goes to all */
  async hasResult(job: string, node?: string): Promise<boolean> {
    return (await this.#kept(job, node)) !== undefined;
  }

  /** @throws FleetError where what is kept there is no result */
  async resultOf(job: string, node?: string): Promise<KeptResult | undefined> {
    const entry = await this.#kept(job, node);
    return (
      entry && {
        result: readResult(job, entry.value, this.settings.goesTo === "all" ? node : undefined),
        sequence: entry.revision,
        serverMs: entry.created.getTime(),
      }
    );
  }

  async #kept(job: string, node: string | undefined): Promise<KvEntry | undefined> {
    const entry = await this.bucket.get(this.keyOf("result", job, node));
    return entry?.operation === "PUT" ? entry : undefined; // of a result that was withdrawn, a mark is left
  }

  /** Takes a result back, so that the job can have another. */
  async withdraw(job: string): Promise<void> {
    await this.bucket.delete(this.keyOf("result", job, undefined));
  }

  /** Returns how often a job was handed back unfinished by a worker that was told to stop. */
  async returnsOf(job: string, node?: string): Promise<number> {
    const entry = await this.bucket.get(this.keyOf("returned", job, node));
    const count = Number(entry?.string() ?? 0);
    return Number.isSafeInteger(count) && count > 0 ? count : 0;
  }

  async countReturn(job: string, node?: string): Promise<void> {
    const count = (await this.returnsOf(job, node)) + 1;
    await this.bucket.put(this.keyOf("returned", job, node), String(count));
  }

  /** Notes that a machine got a job after its deadline and did nothing. It is no result: with a new deadline the job may be done yet. */
  async noteLate(job: string, node: string, nodeMs: number): Promise<void> {
    await this.bucket.put(this.keyOf("late", job, node), String(nodeMs));
  }

  /** Tells whoever listens; nobody may. */
  tell(event: ProgressEvent): void {
    this.connection.nats.publish(`${this.settings.name}.progress.${event.job}`, JSON.stringify(event));
  }

  /** Calls `act` for each event until it is disposed of. Events that were sent while nobody listened are lost. */
  onProgress(act: (event: ProgressEvent) => void): Disposable {
    const subscription = this.connection.nats.subscribe(`${this.settings.name}.progress.*`, {
      callback(error, message) {
        const event = error ? undefined : progressIn(message.string());
        if (event) act(event);
      },
    });
    return { [Symbol.dispose]: () => subscription.unsubscribe() };
  }
}

/** A result as the server keeps it. */
export interface KeptResult {
  readonly result: Result;
  /** Number in the server's order. */
  readonly sequence: number;
  /** When it was taken by the server's clock, ms since 1970. */
  readonly serverMs: number;
}

/** A step of a job on its way, as a hint to those who watch. */
export interface ProgressEvent {
  readonly job: string;
  readonly step: "begun" | "running" | "answered" | "failed" | "returned" | "late";
  readonly node: string;
  readonly attempt: number;
  /** Progress in the work's own terms; or the reason of a failure. */
  readonly detail?: unknown;
}

function progressIn(text: string): ProgressEvent | undefined {
  try {
    const event = JSON.parse(text) as ProgressEvent | null;
    const isEvent =
      typeof event?.job === "string" && typeof event.step === "string" && Number.isSafeInteger(event.attempt);
    return isEvent ? event : undefined;
  } catch {
    return undefined; // somebody else's message, of which nothing depends
  }
}
