/** A worker of the program, from the start to the end of its process. */
import { statSync } from "node:fs";
import { hostname } from "node:os";
import { connectFleet } from "#kit/fleet/connection.ts";
import { readContext } from "#kit/fleet/context.ts";
import { Objects } from "#kit/fleet/objects.ts";
import { answersQueue, Queue, queueSettings } from "#kit/fleet/queue.ts";
import { untilDeadline } from "#kit/fleet/retry.ts";
import { work } from "#kit/fleet/worker.ts";
import { plural } from "#kit/format/numbers.ts";
import type { Io } from "#kit/term/io.ts";
import { InputError, readRefusal } from "../errors.ts";
import { TestThreads } from "../report/threads/test-threads.ts";
import { VERSION } from "../version.ts";
import { answerTests } from "./answer-tests.ts";

export interface WorkerOptions {
  readonly nats: string;
  readonly queue: string;
  readonly threads: number;
  readonly roots: ReadonlyMap<string, string>;
}

/** Works until the signal. @throws UsageError; InputError for a root that is no folder; the signal's reason before it has begun */
export async function runWorker(
  { nats, queue: name, threads: size, roots }: WorkerOptions,
  io: Io,
): Promise<void> {
  for (const [root, folder] of roots) requireFolder(root, folder);
  const { signal } = io;
  const say = (level: "info" | "warn", text: string) => io.log[level](text);
  const context = readContext(nats, (text) => io.log.warn(text));
  const forever = { deadlineMs: Number.POSITIVE_INFINITY, signal, say: (text: string) => say("warn", text) };
  await using connection = await connectFleet(context, {
    name: "esoteric-entropy",
    signal,
    say,
    waitUntilMs: forever.deadlineMs,
  });
  const place = `a place at the queue ${name}`;
  const queue = await untilDeadline(place, () => Queue.open(connection, queueSettings({ name })), forever);
  const objects = await untilDeadline(place, () => Objects.open(connection, { name }), forever);
  // They end after the last job, not with the signal: a test that is under way may come to its end.
  using threads = new TestThreads(size);
  say("info", `takes tests of the queue ${name}, ${plural(size, "test")} at once`);
  await work({
    queue,
    execute: answerTests({
      ...{ threads, roots, objects },
      answers: () => Objects.open(connection, answersQueue(queue.settings)),
    }),
    node: context.node ?? hostname(),
    version: VERSION,
    atOnce: size,
    stop: signal,
    hold: () =>
      threads.isHere ? "there is no memory, or no thread, for tests beside the connection" : undefined,
    say,
  });
}

function requireFolder(root: string, folder: string): void {
  try {
    if (statSync(folder).isDirectory()) return;
  } catch (cause) {
    throw new InputError(`--root ${root}: ${folder}: ${readRefusal(cause)}`, { cause });
  }
  throw new InputError(`--root ${root}: ${folder} is no folder`);
}
