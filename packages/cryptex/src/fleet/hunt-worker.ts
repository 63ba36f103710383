/** A host that takes hunts: it scans itself, and answers in its own name. */
import { realpathSync } from "node:fs";
import { sep } from "node:path";
import { pause } from "#kit/abort.ts";
import { ProgramError } from "#kit/errors.ts";
import { AnswerParts } from "#kit/fleet/answer-parts.ts";
import type { Connection } from "#kit/fleet/connection.ts";
import type { Executor } from "#kit/fleet/executor.ts";
import { FleetError } from "#kit/fleet/fleet-error.ts";
import { Queue, queueSettings } from "#kit/fleet/queue.ts";
import { type RetryOptions, untilDeadline } from "#kit/fleet/retry.ts";
import { machineName, type WorkerSettings, work } from "#kit/fleet/worker.ts";
import { isBelow } from "#kit/signing/tree.ts";
import { inThread } from "#kit/thread.ts";
import type { RuleSetRequest } from "../rules/rule-set.ts";
import { pathOf } from "../scan-runner/paths.ts";
import { VERSION } from "../version.ts";
import { WORK_THREAD } from "../work-thread-url.ts";
import { huntsQueue, readHunt } from "./hunt.ts";
import { huntAnswerText } from "./hunt-answer.ts";
import type { HuntPiece, HuntPlace, HuntScan } from "./hunt-scan.ts";

export interface HuntingSettings extends Pick<WorkerSettings, "stop" | "hold" | "say" | "againMs"> {
  readonly connection: Connection;
  /** Name of the queue of shared work; that of hunts is made of it. */
  readonly queue: string;
  /** This host's name, as the server knows it. */
  readonly node: string;
  /** Folders by the names of their roots. */
  readonly roots: ReadonlyMap<string, string>;
  /** Fetches and verifies a rule set. @throws ProgramError where it is not to be used */
  readonly rulesOf: (
    digest: string,
    retry: RetryOptions,
  ) => Promise<RuleSetRequest & { readonly alias?: string }>;
  /** Folder of compiled rules. */
  readonly cacheFolder: string;
  /** Files at a time; one by default, since a host has other work. */
  readonly threads?: number;
}

/** Time that the thread has to end the threads that it has started. */
const LAST_MS = 2_000;

/** Takes hunts until `stop` is aborted, as `work` does. A server that has had no hunt yet is asked again and again. */
export async function workHunts(settings: HuntingSettings): Promise<void> {
  try {
    const queue = await firstQueue(settings);
    // A scan may take hours, and loses nothing where it is stopped: there is nothing to wait for.
    await work({ ...settings, queue, execute: hunting(settings, queue), version: VERSION, graceMs: 0 });
  } catch (error) {
    if (!settings.stop.aborted) throw error;
  }
}

/** Time between two questions whether there is a queue of hunts by now. */
const ASK_AGAIN_MS = 5_000;

/** Waits for the queue, which the first hunt makes. @throws the client's errors; the signal's reason */
export async function firstQueue({
  connection,
  queue,
  stop,
  say,
}: Pick<HuntingSettings, "connection" | "queue" | "stop" | "say">): Promise<Queue> {
  const settings = queueSettings({ name: huntsQueue(queue), goesTo: "all" });
  const open = async () => {
    try {
      return await Queue.open(connection, settings);
    } catch (error) {
      if (error instanceof FleetError) return undefined; // there is none
      throw error;
    }
  };
  const options = {
    deadlineMs: Number.POSITIVE_INFINITY,
    signal: stop,
    say: (text: string) => say("warn", text),
  };
  for (let isFirst = true; ; isFirst = false) {
    const found = await untilDeadline("the question for hunts", open, options);
    if (found) return found;
    if (isFirst) say("info", "there has been no hunt yet: waiting for the first");
    await pause(ASK_AGAIN_MS, stop);
  }
}

/** Makes the function that does a hunt: it scans, and goes on where an earlier attempt was. */
export function hunting(
  settings: Omit<HuntingSettings, "connection" | "queue" | "stop">,
  queue: Queue,
): Executor {
  return async (job, { signal, progress }) => {
    const hunt = readHunt(job.body);
    const say = (text: string) => settings.say("warn", text);
    const retry = { deadlineMs: job.deadlineMs, signal, say };
    const parts = await AnswerParts.open({
      queue,
      job: job.id,
      node: machineName(settings.node),
      retry: (what, attempt) => untilDeadline(`job ${job.id.slice(0, 8)}: ${what}`, attempt, retry),
    });
    let place = parts.place === undefined ? undefined : (JSON.parse(parts.place) as HuntPlace);
    if (place?.complete === undefined) {
      const roots = hunt.paths.map((path) => pathOf(placeOf(path, settings.roots)));
      const rules = await settings.rulesOf(hunt.ruleSet, retry);
      place = await scan({ ...settings, hunt, roots, rules, place, signal, progress }, parts);
    }
    return huntAnswerText({ ...parts.standing, lines: place.lines, complete: place.complete === true });
  };
}

interface Scanning
  extends Pick<HuntingSettings, "cacheFolder" | "threads">,
    Pick<HuntScan, "hunt" | "roots" | "rules"> {
  readonly place: HuntPlace | undefined;
  readonly signal: AbortSignal;
  readonly progress: (detail: unknown) => void;
}

/** Has the scan done, and keeps its pieces as they come. @returns its last place */
async function scan(scanning: Scanning, parts: AnswerParts): Promise<HuntPlace> {
  const { hunt, roots, rules, cacheFolder, threads = 1, signal, progress } = scanning;
  let { place } = scanning;
  const kept = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
  const request: HuntScan = { hunt, roots, rules, cacheFolder, threads, kept, ...(place && { place }) };
  const lost = new AbortController();
  let keeping = Promise.resolve();
  const keep = async (piece: HuntPiece) => {
    await parts.add(piece.text, JSON.stringify(piece.place));
    Atomics.add(kept, 0, 1);
    place = piece.place;
    progress({ lines: piece.place.lines });
  };
  await inThread<HuntScan, undefined, HuntPiece>(WORK_THREAD, request, {
    signal: AbortSignal.any([signal, lost.signal]),
    work: "hunt",
    failure: "the scan failed",
    lastMs: LAST_MS,
    onProgress(piece) {
      keeping = keeping.then(() => keep(piece));
      keeping.catch((error: unknown) => lost.abort(error));
    },
  });
  await keeping;
  if (place?.complete === undefined) throw new Error("the scan did not come to its end");
  return place;
}

/** Finds a path of a hunt on this host. @throws ProgramError for a root that the host has not, and for what leads out of it */
export function placeOf(path: string, roots: ReadonlyMap<string, string>): string {
  const [name = "", ...below] = path.split("/");
  const folder = roots.get(name);
  if (folder === undefined) throw new ProgramError("hunt", `this host has no root ${name}`);
  if (below.length === 0) return folder;
  const rest = below.join("/");
  if (!isBelow(rest)) throw new ProgramError("hunt", `'${path}' is no path below the root ${name}`);
  const place = `${folder.replace(/\/+$/, "")}/${rest}`;
  if (!isWithin(folder, place)) throw new ProgramError("hunt", `'${path}' leads out of the root ${name}`);
  return place;
}

/** Tells whether a path that is there leads to something below a folder, whatever links are on the way. */
function isWithin(folder: string, path: string): boolean {
  try {
    const real = realpathSync(folder);
    const there = realpathSync(path);
    return there === real || there.startsWith(real.endsWith(sep) ? real : real + sep);
  } catch {
    return true; // it cannot be reached: the scan says why
  }
}
