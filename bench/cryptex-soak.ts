/**
 * Works a gateway for some minutes with all kinds of work at once, and looks at its memory, its descriptors and how long a search takes before,
 * meanwhile and afterwards. Exits with 1 where they are not flat, or an answer was not what it should have been.
 *
 *     npm run bench cryptex-soak [-- --minutes N]     2 by default
 *
 * Flat means: of the time under load, which is cut into quarters of which the first is left out, the lower quartile of the resident memory in the
 * last is at most a tenth above that in the second, and that of descriptors at most eight; and once the load has gone, there are no more descriptors than
 * before it. The lower quartile is what is there whatever comes and goes: a scan has its threads, each with the rules.
 */
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { cpus, loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { Served } from "./cryptex/gateway/served.ts";
import { writeRules } from "./cryptex/generated-rules.ts";
import type { Done } from "./cryptex/soak/load.ts";
import { phaseHeading, phaseRow, quarters, type Sample, samplesOf } from "./cryptex/soak/phases.ts";
import { PROGRAM } from "./cryptex/workbench.ts";
import { BenchError, quantile } from "./program/measure.ts";

/** Few, so that threads have loaded them soon and much is begun and ended in a minute. */
const RULES = 1_000;
const PARTS = 4;
const FILES_A_PART = 100;
/** Seconds of load before the first look: everything has been done once, and what is opened for it is open. */
const WARM_UP_S = 20;
const QUIET_S = 10;
/** 150 bytes each, and a place in an index: 80 MB. */
const KEPT_LINES = 400_000;
/** Connections of clients that hung up are closed by then. */
const SETTLE_MS = 10_000;
const MOST_GROWTH = 1.1;
const MORE_DESCRIPTORS = 8;

function fill(folder: string): { rules: string; root: string } {
  const [rules, root] = [join(folder, "rules"), join(folder, "files")];
  writeRules(rules, { rules: RULES, perFile: 4 });
  writeFileSync(join(rules, "mark.yar"), 'rule mark : house { strings: $a = "a mark" condition: $a }\n');
  for (let part = 0; part < PARTS; part++) {
    mkdirSync(join(root, `part-${part}`), { recursive: true });
    for (let file = 0; file < FILES_A_PART; file++) {
      const text = `some text of file ${file}, ${file % 2 === 0 ? "a mark" : "clean"}\n`.repeat(1 + file);
      writeFileSync(join(root, `part-${part}`, `file-${file}`), text);
    }
  }
  return { rules, root };
}

/**
 * Fills the store with more than the pages of it that the gateway keeps in memory (CACHE_KIB in cryptex-store/store.ts), so that these do not
 * grow with what the load adds.
 */
async function fillStore(served: Served): Promise<void> {
  const { id } = await served.post<{ id: string }>("/scans", { root: "files", paths: ["part-0/file-0"] });
  let start: object | null = null;
  while (start === null) ({ start } = await served.json<{ start: object | null }>(`/scans/${id}`));
  const sha256 = "0123456789abcdef".repeat(4);
  const lines = Array.from({ length: KEPT_LINES }, (_, at) =>
    JSON.stringify({ type: "clean", path: `a/folder/of/another/machine/file-${at}`, size: at, sha256 }),
  );
  const counts = { scanned: KEPT_LINES, clean: KEPT_LINES, matched: 0, matches: 0, skipped: 0, errors: 0 };
  const end = { type: "end", complete: true, ...counts };
  const body = [JSON.stringify({ type: "start", ...start }), ...lines, JSON.stringify(end), ""].join("\n");
  const headers = { "content-type": "application/x-ndjson", "cryptex-origin": "another machine" };
  await served.json("/collect", { method: "POST", headers, body });
}

/** Works the gateway while `look` looks on. */
async function underLoad(url: string, look: () => Promise<Sample[]>): Promise<Done & { samples: Sample[] }> {
  const script = join(import.meta.dir, "cryptex", "soak", "load.ts");
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

const { values } = parseArgs({ options: { minutes: { type: "string", default: "2" } } });
const minutes = Number(values.minutes);
const folder = mkdtempSync(join(tmpdir(), "cryptex-soak-"));
for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => process.exit(1));
process.once("exit", () => rmSync(folder, { recursive: true, force: true }));

async function soak(): Promise<string[]> {
  if (!(minutes > 0)) throw new BenchError("--minutes must be a number above 0", []);
  if (!existsSync(PROGRAM))
    throw new BenchError(`no such file: ${PROGRAM}`, ["build it: build.ts binary --product=cryptex"]);
  if (!existsSync("/proc/self/stat")) throw new BenchError("this system has no /proc with processes", []);
  const load = () =>
    loadavg()
      .map((value) => value.toFixed(1))
      .join(" ");
  console.log(`${cpus().length} × ${cpus()[0]?.model}, ${process.platform}; ${minutes} min; load ${load()}`);
  await using served = await Served.program({ folder, ...fill(folder), flags: ["--threads", "2"] });
  await served.json("/rules?q=");
  await fillStore(served);
  await underLoad(served.url, () => samplesOf(served, WARM_UP_S));
  await Bun.sleep(SETTLE_MS);
  const before = await samplesOf(served, QUIET_S);
  const { done, unexpected, samples } = await underLoad(served.url, () => samplesOf(served, minutes * 60));
  await Bun.sleep(SETTLE_MS);
  const after = await samplesOf(served, QUIET_S);

  const parts = quarters(samples);
  phaseHeading();
  phaseRow("before", before);
  for (const [at, part] of parts.entries()) phaseRow(`under load, quarter ${at + 1}`, part);
  phaseRow("after", after);
  console.log(
    `\ndone: ${Object.entries(done)
      .map(([kind, count]) => `${count} ${kind}`)
      .join(", ")}`,
  );
  console.log(`load: ${load()}`);
  console.log(`descriptors at the end: ${served.descriptors().sort().join(" ")}`);
  return [
    ...faultsOf(before, parts, after),
    ...Object.entries(unexpected).map(([what, count]) => `${count} × ${what}`),
  ];
}

function faultsOf(
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

try {
  const faults = await soak();
  if (faults.length > 0) throw new BenchError("not flat, or not as it should be", faults);
  console.log("\nflat");
} catch (error) {
  if (!(error instanceof BenchError)) throw error;
  console.error([`error: ${error.message}`, ...error.hints.map((hint) => `hint: ${hint}`)].join("\n"));
  process.exitCode = 1;
}
