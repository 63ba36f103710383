/** A worker as a program: connects, waits for a queue, and takes jobs until it is told to stop. */
import { mkdirSync, statfsSync } from "node:fs";
import { hostname } from "node:os";
import { join, resolve } from "node:path";
import { InputError, UsageError, writeRefusal } from "#kit/errors.ts";
import { connectFleet } from "#kit/fleet/connection.ts";
import { type FleetContext, readContext } from "#kit/fleet/context.ts";
import { Objects } from "#kit/fleet/objects.ts";
import { answersQueue, Queue, queueSettings } from "#kit/fleet/queue.ts";
import { untilDeadline } from "#kit/fleet/retry.ts";
import { work } from "#kit/fleet/worker.ts";
import type { Io } from "#kit/term/io.ts";
import type { Trust } from "../signing/verification.ts";
import { VERSION } from "../version.ts";
import { takeRules } from "./hunt-rules.ts";
import { type HuntingSettings, workHunts } from "./hunt-worker.ts";
import { folderOfRoot, rootsOf } from "./roots.ts";
import { RuleSets } from "./rule-set-object.ts";
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
  /** Takes hunts as well as shared jobs, or alone. */
  readonly hunts?: "too" | "only" | undefined;
  /** Name of this machine, where no certificate gives it one. */
  readonly name?: string | undefined;
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
  const say = (level: "info" | "warn", text: string) => log[level](text);
  const node = nodeOf(context, order.name);
  await using connection = await connectFleet(context, {
    ...{ name: node, signal, say },
    waitUntilMs: Number.POSITIVE_INFINITY,
  });
  const hold = () => whyHeld(order.versions);
  const place = { connection, node, stop: signal, hold, say };
  await Promise.all([
    ...(order.hunts === "only" ? [] : [takeScans(order, place)]),
    ...(order.hunts === undefined ? [] : [takeHunts(order, place)]),
  ]);
}

type Place = Pick<HuntingSettings, "connection" | "node" | "stop" | "say"> &
  Required<Pick<HuntingSettings, "hold">>;

async function takeScans(order: WorkerOrder, { connection, node, stop, hold, say }: Place): Promise<void> {
  const settings = queueSettings({ name: order.queue });
  const warn = (text: string) => say("warn", text);
  const waiting = { deadlineMs: Number.POSITIVE_INFINITY, signal: stop, say: warn };
  const queue = await untilDeadline(
    `the question for the queue ${order.queue}`,
    () => Queue.open(connection, settings),
    waiting,
  );
  using sets = new RuleSets({
    objects: () => Objects.open(connection, settings),
    ...{ trust: order.trust, versions: order.versions, cacheFolder: order.cacheFolder, warn },
  });
  using scans = new ScanWorker({
    ...{ sets, roots: rootsOf(order.roots) },
    answers: () => Objects.open(connection, answersQueue(settings)),
    ...(order.threads !== undefined && { threads: order.threads }),
  });
  say("info", `${node} takes jobs of ${order.queue}`);
  await work({ queue, execute: scans.execute, node, version: VERSION, atOnce: AT_ONCE, stop, hold, say });
}

function takeHunts(order: WorkerOrder, place: Place): Promise<void> {
  const { trust, versions, cacheFolder, queue, threads } = order;
  const { connection, stop, say } = place;
  const use = {
    trust: () => trust,
    keys: versions,
    cacheFolder: join(cacheFolder, "rulesets"),
    warn: (text: string) => say("warn", text),
    signal: stop,
  };
  return workHunts({
    ...place,
    queue,
    roots: new Map(order.roots.map(([name, folder]) => [name, resolve(folder)])),
    rulesOf: (digest, retry) => takeRules(digest, { connection, queue, use }, retry),
    cacheFolder: join(cacheFolder, "rules"),
    ...(threads !== undefined && { threads }),
  });
}

/** @throws UsageError where the certificate says otherwise: the server would refuse what is sent in another name */
function nodeOf(context: FleetContext, name: string | undefined): string {
  if (context.node !== undefined && name !== undefined && name !== context.node) {
    throw new UsageError(`the certificate of this machine names it ${context.node}, and --name ${name}`);
  }
  return context.node ?? name ?? hostname();
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
