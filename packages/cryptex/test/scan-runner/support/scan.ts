/** Runs scans with the fake engine, in real threads or in this one. */
import type { ScanEvent } from "../../../src/scan-runner/events.ts";
import { serveBatches } from "../../../src/scan-runner/executor.ts";
import type { Batch } from "../../../src/scan-runner/protocol.ts";
import { runScan, type ScanRequest } from "../../../src/scan-runner/runner.ts";
import { type StartThread, startThreadOf } from "../../../src/scan-runner/thread.ts";
import { MAX_SIZE, type WalkOptions } from "../../../src/scan-runner/walk.ts";
import { FakeEngine } from "./fake-engine.ts";

export const realThread: StartThread = (data, listener) =>
  startThreadOf(new URL("./fake-worker.ts", import.meta.url), data, listener);

/** Answers in a later turn of the event loop, as a thread does. */
export const sameThread: StartThread = (data, listener) => {
  let handle: (batch: Batch) => void = () => {};
  serveBatches(
    {
      post: (reply) => setImmediate(() => listener.onReply(reply)),
      listen: (handler) => {
        handle = handler;
      },
    },
    data,
    (cancel) => new FakeEngine(cancel),
  );
  return { post: (batch) => setImmediate(() => handle(batch)), terminate: () => {} };
};

export function walkOf(roots: readonly string[], options: Partial<WalkOptions> = {}): WalkOptions {
  return {
    roots,
    exclude: [],
    maxSize: MAX_SIZE,
    maxDepth: Number.POSITIVE_INFINITY,
    follow: false,
    ...options,
  };
}

export type Asked = Pick<ScanRequest, "ruleSet" | "walk"> & Partial<ScanRequest>;

export async function scanAll(asked: Asked): Promise<ScanEvent[]> {
  return Array.fromAsync(
    runScan({
      timeoutMs: 60_000,
      maxStrings: 100,
      threads: 2,
      signal: new AbortController().signal,
      startThread: sameThread,
      ...asked,
    }),
  );
}
