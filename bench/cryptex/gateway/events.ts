/** From a match to its frame, for many listeners, through the store; beside a relay without one. */
import { mkdirSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { median } from "simple-statistics";
import { BenchError, heading, row, takeTurns } from "../../program/measure.ts";
import { Served } from "../../program/served.ts";
import type { Listened, Readers } from "./event-readers.ts";
import type { GatewayBench } from "./gateway-bench.ts";

const WEBSOCKETS = 64;
const STREAMS = 64;
const MATCHES_PER_SECOND = 10_000;
const SECONDS = 10;
/** All of them match each file. */
const RULES = 20;
const FILES = (MATCHES_PER_SECOND * SECONDS) / RULES;
/** Zeros, for nobody reads them. Two files are what a thread is given at a time: 40 matches, each 4 ms. */
const FILE_BYTES = 512 * 1024;
const TARGET_MS = 50;

interface Run extends Readers {
  /** Seconds of processor time. */
  readonly serverCpu: number;
  readonly readersCpu: number;
  /** Share of the time in which the server's main thread was ready and had no core. */
  readonly waited: number;
}

export async function events({ folder, rounds }: GatewayBench): Promise<void> {
  const place = join(folder, "events");
  fill(place);
  const numbers = [MATCHES_PER_SECOND, RULES].map(String);
  const { gateway, relay } = await takeTurns(
    {
      gateway: () => run([script("paced-gateway.ts"), place, ...numbers]),
      relay: () => run([script("bare-relay.ts"), ...numbers, String(FILES)]),
    },
    rounds,
  );
  const matches = MATCHES_PER_SECOND.toLocaleString("en");
  heading(
    `${matches} matches/s to ${WEBSOCKETS} WebSockets and ${STREAMS} streams, ${SECONDS} s`,
    ...["p50 ms", "p99 ms (least)", "most ms", "MB/s", "target"],
  );
  for (const [name, runs] of Object.entries({ gateway, relay })) {
    const target = name === "gateway" ? `p99 ≤ ${TARGET_MS} ms` : "";
    shown(
      `${name}, WebSocket`,
      runs.map(({ webSockets }) => webSockets),
      target,
    );
    shown(
      `${name}, server-sent events`,
      runs.map(({ streams }) => streams),
      target,
    );
  }
  const frames = (MATCHES_PER_SECOND * SECONDS * (WEBSOCKETS + STREAMS)) / 1e6;
  heading("CPU s per million frames, medians", "server", "listeners", "server waited for a core");
  for (const [name, runs] of Object.entries({ gateway, relay })) {
    const cost = (of: (run: Run) => number) => (median(runs.map(of)) / frames).toFixed(2);
    row(
      name,
      cost((each) => each.serverCpu),
      cost((each) => each.readersCpu),
      `${(100 * median(runs.map((each) => each.waited))).toFixed(0)} %`,
    );
  }
}

function shown(name: string, runs: readonly Listened[], target: string): void {
  const of = (pick: (run: Listened) => number) => median(runs.map(pick)).toFixed(1);
  const least = Math.min(...runs.map(({ p99Ms }) => p99Ms)).toFixed(1);
  const rate = median(runs.map(({ bytes }) => bytes / SECONDS / 1e6)).toFixed(0);
  row(
    name,
    of((run) => run.p50Ms),
    `${of((run) => run.p99Ms)} (${least})`,
    of((run) => run.mostMs),
    rate,
    target,
  );
}

function fill(place: string): void {
  mkdirSync(join(place, "files"), { recursive: true });
  for (let file = 0; file < FILES; file++) {
    const path = join(place, "files", `f${String(file).padStart(6, "0")}.bin`);
    writeFileSync(path, "");
    truncateSync(path, FILE_BYTES);
  }
  const rules = Array.from(
    { length: RULES },
    (_, at) =>
      `rule found_number_${at} : mark { meta: author = "somebody" severity = 70 strings: $a = "x${at}" condition: $a }\n`,
  );
  writeFileSync(join(place, "rules"), rules.join(""));
}

const script = (name: string) => join(import.meta.dir, name);

async function run(command: readonly string[]): Promise<Run> {
  await using served = await Served.start([process.execPath, ...command]);
  const words = [served.port, "/events?type=match", WEBSOCKETS, STREAMS, FILES].map(String);
  const listeners = Bun.spawn([process.execPath, script("event-readers.ts"), ...words], {
    stdin: "ignore",
    stdout: "pipe",
    stderr: "inherit",
  });
  let said = "";
  let begun: { readonly cpu: number; readonly waited: number; readonly ms: number } | undefined;
  for await (const piece of listeners.stdout) {
    said += Buffer.from(piece).toString();
    if (begun || !said.includes("ready\n")) continue;
    begun = { cpu: served.cpuSeconds(), waited: served.waitedSeconds(), ms: performance.now() };
    await served.post("/scans", { root: "files", paths: ["."] });
  }
  if ((await listeners.exited) !== 0 || !begun) throw new BenchError("the listeners failed", []);
  const readers: Readers = JSON.parse(said.slice(said.indexOf("{")));
  const seconds = (performance.now() - begun.ms) / 1_000;
  const incomplete = readers.webSockets.incomplete + readers.streams.incomplete;
  if (incomplete > 0)
    throw new BenchError(`${incomplete} listeners did not get every match once, in order`, []);
  return {
    ...readers,
    serverCpu: served.cpuSeconds() - begun.cpu,
    waited: (served.waitedSeconds() - begun.waited) / seconds,
    readersCpu: Number(listeners.resourceUsage()!.cpuTime.total) / 1e6,
  };
}
