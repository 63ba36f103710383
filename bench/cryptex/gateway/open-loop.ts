/**
 * Sends requests at a steady rate, whatever becomes of those before, and counts the time of each from when it was due: what waits behind a slow
 * one counts as slow.
 *
 *     open-loop.ts URL RATE SECONDS PATH…     the paths in turn; prints an `OpenLoop` as JSON
 */
export interface OpenLoop {
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly mostMs: number;
  /** Answered with anything but 200, or not at all. */
  readonly failed: number;
  /** How late requests were sent, at the 99th percentile: this process's own part. */
  readonly sentLateMs: number;
  readonly path: string;
}

const [url = "", rate = "", seconds = "", ...paths] = process.argv.slice(2);
const count = Number(rate) * Number(seconds);
const startMs = performance.now();
const latenciesMs = new Float64Array(count);
const lateMs = new Float64Array(count);
let failed = 0;

async function send(at: number, dueMs: number): Promise<void> {
  lateMs[at] = performance.now() - dueMs;
  try {
    const response = await fetch(url + paths[at % paths.length]);
    await response.arrayBuffer();
    if (response.status !== 200) failed++;
  } catch {
    failed++;
  }
  latenciesMs[at] = performance.now() - dueMs;
}

const sent: Promise<void>[] = [];
while (sent.length < count) {
  for (const nowMs = performance.now(); sent.length < count; ) {
    const dueMs = startMs + (sent.length * 1_000) / Number(rate);
    if (dueMs > nowMs) break;
    sent.push(send(sent.length, dueMs));
  }
  await Bun.sleep(1);
}
await Promise.all(sent);
let slowest = 0;
for (const [at, latency] of latenciesMs.entries()) if (latency > latenciesMs[slowest]!) slowest = at;
const path = paths[slowest % paths.length]!;
latenciesMs.sort();
lateMs.sort();
const at = (sorted: Float64Array, share: number) => sorted[Math.floor((count - 1) * share)]!;
const found: OpenLoop = {
  p50Ms: at(latenciesMs, 0.5),
  p99Ms: at(latenciesMs, 0.99),
  mostMs: at(latenciesMs, 1),
  failed,
  sentLateMs: at(lateMs, 0.99),
  path,
};
console.log(JSON.stringify(found));
