/**
 * A scanning thread that finds matches at a steady rate, in place of one that looks into files: each file has one of every rule. What the
 * first rule of a file has found is `mark=NUMBER;TIME;`: how many such there were before, and when the thread answered, by `clockMs`.
 */
import { parentPort, workerData } from "node:worker_threads";
import type {
  Batch,
  FileResult,
  RuleHit,
  ThreadReply,
} from "../../../packages/cryptex/src/scan-runner/protocol.ts";

export interface PacedData {
  readonly matchesPerSecond: number;
  readonly rules: number;
}

/** Milliseconds since 1970, with fractions: the same in all processes. */
export function clockMs(): number {
  return performance.timeOrigin + performance.now();
}

export const MARK = "mark=";
const SHA256 = "0123456789abcdef".repeat(4);

function serve({ matchesPerSecond, rules }: PacedData): void {
  const thread = parentPort!;
  const sleeper = new Int32Array(new SharedArrayBuffer(4));
  let files = 0;
  let dueMs = 0;
  thread.on("message", ({ id, files: { length } }: Batch) => {
    dueMs = Math.max(dueMs || performance.now(), performance.now() - MOST_BEHIND_MS);
    dueMs += (length * rules * 1_000) / matchesPerSecond;
    const waitMs = dueMs - performance.now();
    if (waitMs > 0) Atomics.wait(sleeper, 0, 0, waitMs);
    const results = Array.from({ length }, () => resultOf(rules, files++));
    thread.postMessage({ kind: "done", id, results } satisfies ThreadReply);
  });
}

/** A thread that was held up makes up for it, so that the rate is kept on average. */
const MOST_BEHIND_MS = 1_000;

function resultOf(rules: number, number: number): FileResult {
  const hits = Array.from({ length: rules }, (_, rule): RuleHit => {
    const found =
      rule === 0 ? `${MARK}${number};${clockMs().toFixed(3)};` : "some text that a rule has found";
    return { rule, strings: [{ string: 0, total: 1, matches: [[1_024, found.length, found]] }] };
  });
  const identity = { dev: 1, ino: number, size: 4_096, mtimeMs: 0, ctimeMs: 0 };
  return { kind: "scanned", identity, size: 4_096, sha256: SHA256, hits };
}

if (parentPort) serve(workerData as PacedData);
