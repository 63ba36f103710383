/**
 * The collector: takes results from the server into a database, as the ledger. It alone writes results there. While the database is away
 * they wait on the server; what is written twice is written once.
 */
import type { ConsumerMessages, JsMsg } from "@nats-io/jetstream";
import { onAbort, orAborted, pause } from "../abort.ts";
import { reasonOf } from "./fleet-error.ts";
import type { Ledger } from "./ledger.ts";
import type { KeptResult, Queue } from "./queue.ts";
import { readResult } from "./result.ts";
import { type RetryOptions, untilDeadline } from "./retry.ts";

/** Where results go. */
export interface Keeper {
  /** Name of its place in the stream of results: lower-case letters, digits and dashes. */
  readonly consumer: string;
  /**
   * Writes results, each once, in one piece or so that it can be done again from the beginning. What it has returned from survives the end
   * of the program. Whatever it throws, it is called again.
   * @returns the jobs whose results are new
   */
  keep(results: readonly KeptResult[], queue: Queue): Promise<ReadonlySet<string>>;
}

/** Has the ledger take results. */
export function intoLedger(ledger: Ledger): Keeper {
  return {
    consumer: `ledger-${ledger.id}`,
    keep: (results, { settings }) =>
      settings.goesTo === "all" ? ledger.settleOfAll(results) : ledger.settle(results),
  };
}

export interface CollectSettings {
  readonly queue: Queue;
  readonly keeper: Keeper;
  /** Ends it, after what it has in hand. */
  readonly stop: AbortSignal;
  readonly say: (level: "info" | "warn", text: string) => void;
  /** Told which results were new to the ledger, once it has them. */
  readonly onSettled?: (results: readonly KeptResult[]) => void;
  readonly retry?: Pick<RetryOptions, "firstMs" | "mostMs">;
}

/** Difference of a machine's clock to the server's beyond which it is named. Certificates and deadlines are judged by clocks. */
export const CLOCK_LIMIT_MS = 60_000;

/** Results in hand at once: with 512 KiB each some 64 MB at most. */
const AT_ONCE = 128;
/** Time for which the server keeps a request open. It beats twice in it; two beats that are missed say that it is gone. */
const ASK_MS = 4_000;
/** Pause after an error of the queue, ms. */
const AGAIN_MS = 1_000;

/** Collects until `stop` is aborted. Neither the server nor the database ends it. */
export async function collect(settings: CollectSettings): Promise<void> {
  const { stop, say } = settings;
  let said = "";
  while (!stop.aborted) {
    try {
      await collectFrom(settings);
    } catch (error) {
      if (stop.aborted) return;
      const reason = reasonOf(error);
      if (reason !== said) say("warn", `gets no results: ${reason}; asks again`);
      said = reason;
      await pause(AGAIN_MS, stop).catch(() => {}); // it stops
    }
  }
}

async function collectFrom(settings: CollectSettings): Promise<void> {
  const { queue, keeper, stop } = settings;
  const consumer = await orAborted(queue.resultsConsumer(keeper.consumer), stop);
  const messages = await consumer.consume({ max_messages: AT_ONCE, expires: ASK_MS, bind: true });
  using _ = onAbort(stop, () => void messages.close());
  void closeWhereLost(messages);
  let waiting: JsMsg[] = [];
  let settling: Promise<void> | undefined;
  let failure: unknown;
  // What comes while a batch is written makes the next batch.
  const settleAll = async () => {
    while (waiting.length > 0) {
      const some = waiting;
      waiting = [];
      await settle(some, settings);
    }
    settling = undefined; // in the same turn as the last look at what waits, or a message could be left lying
  };
  for await (const message of messages) {
    waiting.push(message);
    settling ??= settleAll().catch((error: unknown) => {
      failure = error;
      void messages.close();
    });
  }
  await settling;
  if (failure !== undefined) throw failure;
}

/** Ends the messages where the server does not know the consumer any more, or says nothing: then it is made again. */
export async function closeWhereLost(messages: ConsumerMessages): Promise<void> {
  for await (const { type } of messages.status()) {
    if (LOST.includes(type)) await messages.close();
  }
}

const LOST: readonly string[] = [
  "heartbeats_missed",
  "no_responders",
  "consumer_deleted",
  "consumer_not_found",
  "stream_not_found",
];

async function settle(messages: readonly JsMsg[], settings: CollectSettings): Promise<void> {
  const { queue, keeper, stop, say, onSettled, retry } = settings;
  const kept = messages.flatMap((message) => keptIn(message, queue, say));
  const beat = setInterval(() => {
    for (const message of messages) message.working();
  }, queue.settings.ackWaitMs / 3);
  try {
    const isNew = await untilDeadline("a batch of results", () => keeper.keep(kept, queue), {
      deadlineMs: Number.POSITIVE_INFINITY,
      signal: stop,
      say: (text) => say("warn", text),
      ...retry,
    });
    for (const message of messages) message.ack();
    onSettled?.(kept.filter(({ result }) => isNew.has(result.job)));
  } finally {
    clearInterval(beat);
  }
}

function keptIn(message: JsMsg, queue: Queue, say: CollectSettings["say"]): KeptResult[] {
  const { job, node } = queue.ownerOfResult(message.subject);
  if (message.data.length === 0) return []; // the mark of a key that was deleted
  const serverMs = message.time.getTime();
  try {
    const result = readResult(job, message.data, node);
    const ahead = result.nodeMs - serverMs;
    if (Math.abs(ahead) > CLOCK_LIMIT_MS) {
      const seconds = Math.round(Math.abs(ahead) / 1_000);
      say(
        "warn",
        `the clock of ${result.node} is ${seconds} s ${ahead > 0 ? "ahead of" : "behind"} the server's`,
      );
    }
    return [{ result, sequence: message.seq, serverMs }];
  } catch (error) {
    say("warn", reasonOf(error));
    return [];
  }
}
