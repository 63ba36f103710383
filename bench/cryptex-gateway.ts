/**
 * Measures `cryptex serve`: from a match to its frame, what a scan costs, rule searches at a steady rate, and an idle gateway. Prints tables with
 * targets; asserts nothing but that what was asked for has come.
 *
 *     npm run bench cryptex-gateway                  all parts
 *     npm run bench cryptex-gateway -- PART…         events, scans, rules, idle
 *
 * The load runs in processes of its own. Contenders take turns, so that a slow moment hits all alike; figures are medians of ROUNDS turns (3).
 * SECONDS is how long a load of searches lasts (10), and an idle minute (60).
 */
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { cpus, loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { events } from "./cryptex/gateway/events.ts";
import type { GatewayBench } from "./cryptex/gateway/gateway-bench.ts";
import { idle } from "./cryptex/gateway/idle.ts";
import { ruleSearch } from "./cryptex/gateway/rule-search.ts";
import { scanCost } from "./cryptex/gateway/scan-cost.ts";
import { PROGRAM } from "./cryptex/workbench.ts";
import { BenchError, reportFailure } from "./program/measure.ts";

const PARTS: Readonly<Record<string, (bench: GatewayBench) => Promise<void>>> = {
  events,
  scans: scanCost,
  rules: ruleSearch,
  idle,
};

function partsOf(args: readonly string[]): readonly string[] {
  const unknown = args.find((arg) => !Object.hasOwn(PARTS, arg));
  if (unknown !== undefined)
    throw new BenchError(`no part ${JSON.stringify(unknown)}`, [`parts: ${Object.keys(PARTS).join(", ")}`]);
  return args.length > 0 ? args : Object.keys(PARTS);
}

const load = () =>
  loadavg()
    .map((value) => value.toFixed(1))
    .join(" ");

const folder = mkdtempSync(join(tmpdir(), "cryptex-gateway-"));
for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => process.exit(1));
process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
try {
  const parts = partsOf(process.argv.slice(2));
  if (!existsSync(PROGRAM))
    throw new BenchError(`no such file: ${PROGRAM}`, ["build it: build.ts binary --product=cryptex"]);
  if (!existsSync("/proc/self/stat")) throw new BenchError("this system has no /proc with processes", []);
  const { ROUNDS = "3", SECONDS } = process.env;
  const bench = { folder, rounds: Number(ROUNDS) };
  console.log(`${cpus().length} × ${cpus()[0]?.model}, ${process.platform}; ${bench.rounds} rounds`);
  for (const part of parts) {
    const before = load();
    await PARTS[part]!({ ...bench, seconds: Number(SECONDS ?? (part === "idle" ? 60 : 10)) });
    console.log(`\nload: ${before} before, ${load()} after`);
  }
} catch (error) {
  reportFailure(error);
}
