/** Asks all nodes of a fleet how they are. What they answer is hostile until it is read: any of them may be broken, or lie. */
import type { Msg } from "@nats-io/transport-node";
import { pause } from "../abort.ts";
import { visible } from "../format/visible.ts";
import type { Connection } from "./connection.ts";
import { askSubject, type NodeHealth } from "./node-health.ts";

export interface NodeAnswer extends NodeHealth {
  /** Its clock less ours, ms. The way there and back adds up to half its time to the error. */
  readonly clockOffMs: number;
}

export interface FleetAnswers {
  /** By name. */
  readonly nodes: readonly NodeAnswer[];
  /** Answers that could not be read, each with the reason. */
  readonly unreadable: readonly string[];
}

export interface AskSettings {
  /** Name of the fleet's queue. */
  readonly name: string;
  /** Begins the subject on which answers come back, as the context says. */
  readonly inbox: string | undefined;
  /** Time for answers, ms. */
  readonly waitMs: number;
  /** Has it end earlier: when all of these have answered, unless there are none. */
  readonly expected?: ReadonlySet<string>;
  readonly signal: AbortSignal;
}

/** A server with thirty sources says how each is in some 10 KB. */
const MOST_ANSWER_BYTES = 64 * 1_024;
/** Answers that are read, so that one node cannot fill the memory. */
const MOST_ANSWERS = 100_000;
/** Bytes of answers that are read. */
const MOST_BYTES = 256 * 2 ** 20;
/** Longest text of a node that is shown. */
const MOST_TEXT = 200;
const MOST_FAULTS = 100;
/** Unreadable answers that are told apart. */
const MOST_UNREADABLE = 100;

/** @throws the signal's reason */
export async function askNodes(
  { nats }: Pick<Connection, "nats">,
  { name, inbox: inboxPrefix, waitMs, expected, signal }: AskSettings,
): Promise<FleetAnswers> {
  signal.throwIfAborted();
  const { createInbox } = await import("@nats-io/transport-node");
  const inbox = createInbox(inboxPrefix);
  const nodes: NodeAnswer[] = [];
  const unreadable: string[] = [];
  const missing = new Set(expected);
  const done = new AbortController();
  const sentMs = Date.now();
  let [count, bytes] = [0, 0];
  const take = (error: Error | null, message: Msg) => {
    if (error) done.abort(error);
    else if (message.headers?.code !== 503 && count < MOST_ANSWERS && bytes < MOST_BYTES) {
      count += 1;
      bytes += message.data.length;
      const answer = readAnswer(message.data, sentMs, Date.now());
      if (typeof answer === "string") {
        if (unreadable.length < MOST_UNREADABLE) unreadable.push(answer);
        return;
      }
      nodes.push(answer);
      missing.delete(answer.node);
    }
    if (expected && expected.size > 0 && missing.size === 0) done.abort(ALL_HERE);
  };
  const subscription = nats.subscribe(inbox, { callback: take });
  try {
    nats.publish(askSubject("STATS", name), undefined, { reply: inbox });
    await pause(waitMs, AbortSignal.any([signal, done.signal]));
  } catch (error) {
    if (signal.aborted || done.signal.reason !== ALL_HERE) throw error;
  } finally {
    subscription.unsubscribe();
  }
  return { nodes: nodes.sort((a, b) => (a.node < b.node ? -1 : a.node > b.node ? 1 : 0)), unreadable };
}

const ALL_HERE = new Error("all have answered");

/** Reads an answer. @returns why it cannot be read, where it cannot */
export function readAnswer(data: Uint8Array, sentMs: number, takenMs: number): NodeAnswer | string {
  if (data.length > MOST_ANSWER_BYTES) {
    return `an answer has ${data.length} bytes, and ${MOST_ANSWER_BYTES} are allowed`;
  }
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(data));
  } catch {
    return `an answer is no JSON: ${shown(new TextDecoder().decode(data.subarray(0, 80)))}`;
  }
  const health = memberOf(value, "health");
  const text = (name: string) => memberOf(health, name);
  const [node, part, version, about] = ["node", "part", "version", "about"].map(text);
  const [clockMs, uptimeMs] = ["clockMs", "uptimeMs"].map(text);
  const faults = memberOf(health, "faults");
  if (![node, part, version, about].every((each) => typeof each === "string") || node === "") {
    return `an answer does not say who it is: ${shown(JSON.stringify(value).slice(0, 80))}`;
  }
  if (!Number.isFinite(clockMs) || !Number.isFinite(uptimeMs)) {
    return `${shown(String(node))}: its answer has no clock`;
  }
  if (!Array.isArray(faults) || !faults.every((each) => typeof each === "string")) {
    return `${shown(String(node))}: its answer does not say what failed`;
  }
  return {
    node: shown(String(node)),
    part: shown(String(part)),
    version: shown(String(version)),
    about: shown(String(about)),
    clockMs: Number(clockMs),
    uptimeMs: Number(uptimeMs),
    faults: faults.slice(0, MOST_FAULTS).map((each: string) => shown(each)),
    detail: memberOf(health, "detail"),
    clockOffMs: Math.round(Number(clockMs) - (sentMs + takenMs) / 2),
  };
}

function memberOf(value: unknown, name: string): unknown {
  if (typeof value !== "object" || value === null || !Object.hasOwn(value, name)) return undefined;
  return (value as Readonly<Record<string, unknown>>)[name];
}

function shown(text: string): string {
  const short = text.length > MOST_TEXT ? `${text.slice(0, MOST_TEXT)}…` : text;
  return visible(short);
}
