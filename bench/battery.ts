/**
 * CPU time of the battery test by test for 1,000,000 bits, of the AIS 20/31 procedures, and of the
 * passes over streams against the programs `ent` and `rngtest`, where they are installed.
 *
 *     bun bench/battery.ts
 */

import { spawnSync } from "node:child_process";
import { createCipheriv } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { median } from "simple-statistics";
import { battery, batteryData, runTest } from "../src/stats/battery.ts";
import { bitString } from "../src/stats/bits.ts";
import { runProcedure } from "../src/stats/other/ais31-verdict.ts";
import { ByteTally } from "../src/stats/other/byte-tally.ts";
import { FipsBlocks } from "../src/stats/other/fips140-2.ts";
import { StreamingBattery } from "../src/stats/other/streaming-battery.ts";
import { AIS31, BATTERY } from "../src/stats/suites.ts";

const CHUNK = 1 << 16;

function randomBytes(length: number): Uint8Array {
  return createCipheriv("aes-256-ctr", new Uint8Array(32), new Uint8Array(16)).update(new Uint8Array(length));
}

/** Measures user time of one run, ms: the median of three rounds of at least 200 ms each. */
function userMs(work: () => unknown): number {
  work();
  const rounds = [1, 2, 3].map(() => {
    const before = process.cpuUsage();
    const started = performance.now();
    let runs = 0;
    for (; performance.now() - started < 200; runs++) work();
    return process.cpuUsage(before).user / 1000 / runs;
  });
  return median(rounds);
}

function inPieces(bytes: Uint8Array, consumer: { update(chunk: Uint8Array): unknown }): void {
  for (let at = 0; at < bytes.length; at += CHUNK) consumer.update(bytes.subarray(at, at + CHUNK));
}

const megabit = randomBytes(125_000);
const data = batteryData(megabit);
console.log("| test, 1,000,000 bits | CPU ms |\n|---|---:|");
for (const test of BATTERY) console.log(`| ${test.id} | ${userMs(() => runTest(test, data)).toFixed(2)} |`);
console.log(`| **battery** | ${userMs(() => battery(megabit)).toFixed(0)} |\n`);

const bits = bitString(randomBytes(1_100_000));
console.log("| AIS 20/31 | CPU ms |\n|---|---:|");
for (const procedure of AIS31) {
  console.log(`| ${procedure.id} | ${userMs(() => runProcedure(procedure, bits)).toFixed(0)} |`);
}
console.log("");

const large = randomBytes(100_000_000);
const folder = mkdtempSync(join(tmpdir(), "battery-bench-"));
const file = join(folder, "random");
writeFileSync(file, large);

/** Measures user time of a program that reads the same bytes, ms; undefined where it is not installed. */
function programMs(command: string): number | undefined {
  const run = () =>
    spawnSync("bash", ["-c", `TIMEFORMAT=%U; time ${command} 2>/dev/null >/dev/null`], { encoding: "utf8" });
  if (spawnSync("which", [command.split(" ")[0]!]).status !== 0) return undefined;
  return 1000 * Math.min(...[1, 2, 3].map(() => Number(run().stderr.trim())));
}

console.log(
  "| 100 MB in pieces of 64 KiB | CPU ms | MB/s | peer, CPU ms | ratio |\n|---|---:|---:|---:|---:|",
);
for (const [name, make, peer] of [
  ["sums over the bytes", () => new ByteTally(), `ent ${file}`],
  ["FIPS 140-2 blocks", () => new FipsBlocks(), `rngtest < ${file}`],
  ["streaming battery", () => new StreamingBattery(), undefined],
] as const) {
  const ms = userMs(() => {
    const consumer = make();
    inPieces(large, consumer);
    if (consumer instanceof ByteTally) consumer.histogram();
    else if (consumer instanceof FipsBlocks) consumer.results();
    else consumer.finish();
  });
  const peerMs = peer && programMs(peer);
  const peerCells = peerMs
    ? `${peerMs.toFixed(0)} (${peer.split(" ")[0]}) | ${(ms / peerMs).toFixed(2)}`
    : "– | –";
  console.log(`| ${name} | ${ms.toFixed(0)} | ${(100_000 / ms).toFixed(0)} | ${peerCells} |`);
}
rmSync(folder, { recursive: true });
