/**
 * Works a server for some minutes with all kinds of work at once, and looks at its memory, its descriptors and how long an answer takes before,
 * meanwhile and afterwards.
 *
 * Flat means: of the time under load, which is cut into quarters of which the first is left out, the lower quartile of the resident memory in the
 * last is at most a tenth above that in the second, and that of descriptors at most eight; and once the load has gone, there are no more descriptors than
 * before it. The lower quartile is what is there whatever comes and goes: threads that work, answers that are under way.
 */
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { cpus, loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { BenchError, quantile, reportFailure } from "../program/measure.ts";
import type { Served } from "../program/served.ts";
import type { Done } from "./again.ts";
import { phaseHeading, phaseRow, quarters, type Sample, samplesOf } from "./phases.ts";

export interface Soak {
  /** Starts the server, with all that it needs below a folder that goes away. */
  readonly start: (folder: string) => Promise<Served>;
  /** Script of the load: it is given the server's URL, ends on SIGTERM and prints a `Done`. */
  readonly load: string;
  /** Asked for again and again, to see how long an answer takes. */
  readonly path: string;
}

/** Seconds of load before the first look: everything has been done once, and what is opened for it is open. */
const WARM_UP_S = 20;
const QUIET_S = 10;
/** Connections of clients that hung up are closed by then. */
const SETTLE_MS = 10_000;
const MOST_GROWTH = 1.1;
const MORE_DESCRIPTORS = 8;

/** Reads `--minutes N` (2 by default), prints a table, and sets the exit code to 1 where it is not flat, or an answer was not as it should be. */
export async function soak(request: Soak): Promise<void> {
  try {
    const { values } = parseArgs({ options: { minutes: { type: "string", default: "2" } } });
    const faults = await faultsIn(request, Number(values.minutes));
    if (faults.length > 0) throw new BenchError("not flat, or not as it should be", faults);
    console.log("\nflat");
  } catch (error) {
    reportFailure(error);
  }
}

async function faultsIn({ start, load, path }: Soak, minutes: number): Promise<string[]> {
  if (!(minutes > 0)) throw new BenchError("--minutes must be a number above 0", []);
  if (!existsSync("/proc/self/stat")) throw new BenchError("this system has no /proc with processes", []);
  const folder = mkdtempSync(join(tmpdir(), "soak-"));
  for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => process.exit(1));
  process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
  console.log(`${cpus().length} × ${cpus()[0]?.model}, ${process.platform}; ${minutes} min; ${loadNow()}`);
  await using served = await start(folder);
  const worked = (seconds: number) => underLoad(served.url, load, () => samplesOf(served, path, seconds));
  await worked(WARM_UP_S);
  await Bun.sleep(SETTLE_MS);
  const before = await samplesOf(served, path, QUIET_S);
  const { done, unexpected, samples } = await worked(minutes * 60);
  await Bun.sleep(SETTLE_MS);
  const after = await samplesOf(served, path, QUIET_S);

  const parts = quarters(samples);
  phaseHeading();
  phaseRow("before", before);
  for (const [at, part] of parts.entries()) phaseRow(`under load, quarter ${at + 1}`, part);
  phaseRow("after", after);
  const counts = Object.entries(done).map(([kind, count]) => `${count} ${kind}`);
  console.log(`\ndone: ${counts.join(", ")}`);
  console.log(loadNow());
  console.log(`descriptors at the end: ${served.descriptors().sort().join(" ")}`);
  return [
    ...unflat(before, parts, after),
    ...Object.entries(unexpected).map(([what, count]) => `${count} × ${what}`),
  ];
}

function loadNow(): string {
  const averages = loadavg().map((value) => value.toFixed(1));
  return `load ${averages.join(" ")}`;
}

/** Works the server while `look` looks on. */
async function underLoad(
  url: string,
  script: string,
  look: () => Promise<Sample[]>,
): Promise<Done & { samples: Sample[] }> {
  const load = Bun.spawn([process.execPath, script, url], {
    stdin: "ignore",
    stdout: "pipe",
    stderr: "inherit",
  });
  const end = () => load.kill();
  process.once("exit", end);
  const samples = await look();
  end();
  process.off("exit", end);
  const said = await new Response(load.stdout).text();
  if ((await load.exited) !== 0) throw new BenchError("the load failed", []);
  return { ...(JSON.parse(said) as Done), samples };
}

function unflat(
  before: readonly Sample[],
  [, second, , last]: readonly (readonly Sample[])[],
  after: readonly Sample[],
): string[] {
  const low = (samples: readonly Sample[], pick: (sample: Sample) => number) =>
    quantile(samples.map(pick), 0.25);
  const memory = ({ residentBytes }: Sample) => residentBytes;
  const descriptors = ({ descriptors }: Sample) => descriptors;
  const faults: string[] = [];
  const growth = low(last!, memory) / low(second!, memory);
  console.log(`memory, last quarter / second: ${growth.toFixed(2)} (≤ ${MOST_GROWTH})`);
  if (growth > MOST_GROWTH) faults.push(`the memory has grown by ${((growth - 1) * 100).toFixed(0)} %`);
  const more = low(last!, descriptors) - low(second!, descriptors);
  if (more > MORE_DESCRIPTORS)
    faults.push(`there are ${more} descriptors more under load than in its second quarter`);
  const left = low(after, descriptors) - low(before, descriptors);
  if (left > 0) faults.push(`${left} descriptors are left of the load`);
  return faults;
}
