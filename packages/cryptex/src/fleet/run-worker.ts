/** A worker as a program: connects, waits for a queue, and takes jobs until it is told to stop. */
import { mkdirSync, statfsSync } from "node:fs";
import { hostname } from "node:os";
import { InputError, writeRefusal } from "#kit/errors.ts";
import { connectFleet } from "#kit/fleet/connection.ts";
import { readContext } from "#kit/fleet/context.ts";
import { Objects } from "#kit/fleet/objects.ts";
import { Queue, queueSettings } from "#kit/fleet/queue.ts";
import { untilDeadline } from "#kit/fleet/retry.ts";
import { work } from "#kit/fleet/worker.ts";
import type { Io } from "#kit/term/io.ts";
import type { Trust } from "../signing/verification.ts";
import { folderOfRoot, rootsOf } from "./roots.ts";
import { RuleSets } from "./rule-set-object.ts";
import { answersQueue } from "./scan-answer.ts";
import { ScanWorker } from "./scan-worker.ts";

export interface WorkerOrder {
  readonly nats: string;
  readonly queue: string;
  readonly roots: readonly (readonly [name: string, folder: string])[];
  readonly trust: Trust;
  /** See `RuleSetsSettings`. */
  readonly versions: string;
  readonly cacheFolder: string;
  readonly threads?: number;
}

/** One is scanned while the answer of the other is written and the next one is got. */
const AT_ONCE = 2;

/** Below this neither rules can be unpacked nor versions be kept: the largest rule set has 64 MiB, and compiled no more than that again. */
const LEAST_FREE_BYTES = 128 * 2 ** 20;

/** @throws InputError · FleetError · UsageError; ProgramError where a root is not there; returns when it is told to stop */
export async function runWorker(order: WorkerOrder, { log, signal }: Pick<Io, "log" | "signal">) {
  const roots = rootsOf(order.roots);
  for (const name of roots.keys()) folderOfRoot(roots, name); // what is missing now is most likely a mistake
  makeFolder(order.versions);
  const context = readContext(order.nats, (text) => log.warn(text));
  const settings = queueSettings({ name: order.queue });
  const say = (level: "info" | "warn", text: string) => log[level](text);
  const node = context.node ?? hostname();
  await using connection = await connectFleet(context, {
    ...{ name: node, signal, say },
    waitUntilMs: Number.POSITIVE_INFINITY,
  });
  const waiting = { deadlineMs: Number.POSITIVE_INFINITY, signal, say: (text: string) => log.warn(text) };
  const queue = await untilDeadline(
    `the question for the queue ${order.queue}`,
    () => Queue.open(connection, settings),
    waiting,
  );
  using sets = new RuleSets({
    objects: () => Objects.open(connection, settings),
    ...{ trust: order.trust, versions: order.versions, cacheFolder: order.cacheFolder },
    warn: (text) => log.warn(text),
  });
  using scans = new ScanWorker({
    ...{ sets, roots },
    answers: () => Objects.open(connection, answersQueue(settings)),
    ...(order.threads !== undefined && { threads: order.threads }),
  });
  log.info(`${node} takes jobs of ${order.queue}`);
  const hold = () => whyHeld(order.versions);
  await work({ queue, execute: scans.execute, node, atOnce: AT_ONCE, stop: signal, hold, say });
}

function makeFolder(path: string): void {
  try {
    mkdirSync(path, { recursive: true, mode: 0o700 });
  } catch (cause) {
    throw new InputError(`${path} cannot be made: ${writeRefusal(cause)}`, { cause });
  }
}

function whyHeld(folder: string): string | undefined {
  const { bavail, bsize } = statfsSync(folder);
  const free = bavail * bsize;
  return free < LEAST_FREE_BYTES ? `the disk of ${folder} is full: ${free} bytes are free` : undefined;
}
