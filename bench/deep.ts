/**
 * Prints for each generator of bench/deep/generators.c how many bytes are read until it is found, by which test, and the CPU seconds of it: with
 * `report --suite deep` of the built program, and with RNG_test of PractRand and dieharder, where they are on the PATH.
 *
 *     bun bench/deep.ts [--most MEGABYTES] [--only DETECTOR] [GENERATOR…]
 *
 * Each reads at most 1,024 MiB unless --most says otherwise. Good generators stand last: nothing should be found in them.
 */
import { existsSync } from "node:fs";
import { cpus } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { ROOT } from "#kit/make/checkout.ts";
import { type Detector, dieharder, ours, practRand } from "./deep/detectors.ts";
import { type Detection, Generators } from "./deep/measure.ts";
import { BenchError, reportFailure } from "./program/measure.ts";

const MIB = 2 ** 20;

function shown(detection: Detection, most: number): string {
  const { finding, bytes, cpuSeconds } = detection;
  const size = bytes < MIB ? `${Math.round(bytes / 1024)} KiB` : `${Math.round(bytes / MIB)} MiB`;
  if (finding === undefined)
    return `– (${Math.round(Math.min(bytes, most) / MIB)} MiB) | ${cpuSeconds.toFixed(1)} | `;
  return `${size} | ${cpuSeconds.toFixed(1)} | ${finding.test}`;
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    options: { most: { type: "string", default: "1024" }, only: { type: "string" } },
    allowPositionals: true,
  });
  const most = Number(values.most) * MIB;
  if (!(most >= MIB)) throw new BenchError(`--most: ${values.most} is not a number of megabytes`, []);
  const program = join(ROOT, "dist", "esoteric-entropy");
  if (!existsSync(program)) throw new BenchError(`${program} is not there`, ["npm run build -- binary"]);
  const all = [ours(program), practRand(), dieharder()].filter(
    (each): each is Detector => each !== undefined,
  );
  const detectors = all.filter(({ name }) => values.only === undefined || name === values.only);
  using generators = await Generators.build();
  const chosen = generators
    .list()
    .filter(({ name }) => positionals.length === 0 || positionals.includes(name));

  console.log(`${cpus()[0]?.model.trim()}, at most ${values.most} MiB each\n`);
  console.log(`| generator | ${detectors.map(({ name }) => `${name} | CPU s | by`).join(" | ")} |`);
  console.log(`|---|${detectors.map(() => "---:|---:|---").join("|")}|`);
  for (const generator of chosen) {
    const cells: string[] = [];
    for (const detector of detectors) {
      cells.push(shown(await generators.detect(generator, detector, most), most));
    }
    console.log(`| ${generator.name} | ${cells.join(" | ")} |`);
  }
}

await main().catch(reportFailure);
