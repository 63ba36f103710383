/**
 * Following a job that goes to all machines: what each of them answers, as it comes, in the server's order. Nothing is taken away, so that
 * any number may follow, from the beginning, for as long as the server keeps answers.
 */
import type { ConsumerMessages, JsMsg } from "@nats-io/jetstream";
import { onAbort, orAborted, pause } from "../abort.ts";
import { PartsRead, readPlace, type Standing } from "./answer-parts.ts";
import { closeWhereLost } from "./collector.ts";
import { FleetError, reasonOf } from "./fleet-error.ts";
import { bucketOf, bucketStreamOf, type KeptResult, type Queue } from "./queue.ts";
import { readResult } from "./result.ts";

export interface FollowSettings {
  readonly queue: Queue;
  /** Id of the job. */
  readonly job: string;
  /** Ends it; the generator then returns. */
  readonly stop: AbortSignal;
  readonly say: (level: "info" | "warn", text: string) => void;
}

/** A step of one machine's answer; or the news that all has been given that was kept when it was asked for. */
export type Followed =
  | { readonly kind: "current" }
  | { readonly kind: "text"; readonly node: string; readonly text: string }
  | { readonly kind: "answer"; readonly node: string; readonly kept: KeptResult; readonly given: Standing }
  | { readonly kind: "late"; readonly node: string; readonly nodeMs: number; readonly serverMs: number };

/** Messages that are on their way to here: parts have up to 256 KiB, so some 16 MB at most. */
const AT_ONCE = 64;
/** Time for which the server keeps a request open. It beats twice in it; two beats that are missed say that it is gone. */
const ASK_MS = 4_000;
const AGAIN_MS = 1_000;
/** Time after which the server forgets whoever follows and went away, ns. */
const FORGET_NS = 300_000 * 1_000_000;

/** Yields what is kept, then what comes, until `stop`. The server may be away meanwhile. */
export async function* follow(settings: FollowSettings): AsyncGenerator<Followed> {
  const { stop, say } = settings;
  const reader = new AnswersReader(settings);
  let said = "";
  while (!stop.aborted) {
    try {
      yield* reader.read();
    } catch (error) {
      if (stop.aborted) return;
      const reason = reasonOf(error);
      if (reason !== said) say("warn", `gets no answers: ${reason}; asks again`);
      said = reason;
      await pause(AGAIN_MS, stop).catch(() => {}); // it stops
    }
  }
}

class AnswersReader {
  /** Number of the last message that was read. */
  #last = 0;
  #isCurrent = false;
  readonly #read = new Map<string, PartsRead>();
  readonly #prefix: string;

  constructor(private readonly settings: FollowSettings) {
    this.#prefix = `$KV.${bucketOf(settings.queue.settings.name)}.`;
  }

  /** Yields until the connection is lost, or `stop`. */
  async *read(): AsyncGenerator<Followed> {
    const { queue, job, stop } = this.settings;
    const { jetstream, manager } = queue.connection;
    const stream = bucketStreamOf(queue.settings.name);
    const { name, num_pending } = await orAborted(
      manager.consumers.add(stream, {
        name: `follow-${crypto.randomUUID()}`,
        ack_policy: "none",
        deliver_policy: "by_start_sequence",
        opt_start_seq: this.#last + 1,
        filter_subject: `${this.#prefix}*.${job}.>`,
        inactive_threshold: FORGET_NS,
        mem_storage: true,
      }),
      stop,
    );
    const consumer = await orAborted(jetstream.consumers.get(stream, name), stop);
    const messages: ConsumerMessages = await consumer.consume({
      max_messages: AT_ONCE,
      expires: ASK_MS,
      bind: true,
    });
    using _ = onAbort(stop, () => void messages.close());
    void closeWhereLost(messages);
    let waiting = num_pending;
    if (waiting === 0) yield* this.#current();
    for await (const message of messages) {
      yield* this.#take(message);
      this.#last = message.seq;
      if (--waiting === 0) yield* this.#current();
    }
    if (stop.aborted) await manager.consumers.delete(stream, name).catch(() => {}); // the server forgets it by itself
  }

  *#current(): Generator<Followed> {
    if (!this.#isCurrent) yield { kind: "current" };
    this.#isCurrent = true;
  }

  async *#take(message: JsMsg): AsyncGenerator<Followed> {
    const [kind, job = "", node = "", number] = message.subject.slice(this.#prefix.length).split(".");
    if (message.data.length === 0) return; // the mark of a key that was deleted
    const serverMs = message.time.getTime();
    try {
      if (kind === "part")
        yield* texts(node, (await this.#partsOf(node)).part(Number(number), message.string()));
      else if (kind === "place")
        yield* texts(node, (await this.#partsOf(node)).place(readPlace(message.data)));
      else if (kind === "late") yield { kind, node, nodeMs: Number(message.string()), serverMs };
      else if (kind === "result") {
        const result = readResult(job, message.data, node);
        const { given } = await this.#partsOf(node);
        yield { kind: "answer", node, kept: { result, sequence: message.seq, serverMs }, given };
      }
    } catch (error) {
      if (!(error instanceof FleetError)) throw error; // of the server, not of what a machine wrote
      this.settings.say("warn", `${node}: ${reasonOf(error)}`);
    }
  }

  /** Asks once for each machine what stands already: its place comes behind all its parts, which would wait for it in memory. */
  async #partsOf(node: string): Promise<PartsRead> {
    const known = this.#read.get(node);
    if (known) return known;
    const { queue, job } = this.settings;
    const entry = await queue.bucket.get(queue.keyOf("place", job, node));
    const parts = new PartsRead();
    if (entry) parts.place(readPlace(entry.value));
    this.#read.set(node, parts);
    return parts;
  }
}

function* texts(node: string, all: readonly string[]): Generator<Followed> {
  for (const text of all) yield { kind: "text", node, text };
}
