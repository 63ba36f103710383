/**
 * Works `server --mode drbg` with requests of all kinds, streams, event clients, clients that hang up or do not read, and refusals at once;
 * soak/soak.ts says when it is flat.
 *
 *     npm run bench server-soak [-- --minutes N]     2 by default
 */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { BenchError } from "./program/measure.ts";
import { Served } from "./program/served.ts";
import { soak } from "./soak/soak.ts";

const PROGRAM = join(import.meta.dir, "..", "dist", "esoteric-entropy");

async function start(): Promise<Served> {
  if (!existsSync(PROGRAM))
    throw new BenchError(`no such file: ${PROGRAM}`, [
      "build it: build.ts binary --product=esoteric-entropy",
    ]);
  const served = await Served.start([PROGRAM, "server", "--mode", "drbg", "--port", "0"]);
  while (!(await fetch(`${served.url}/health`)).ok) await Bun.sleep(100);
  return served;
}

await soak({ start, load: join(import.meta.dir, "server", "soak-load.ts"), path: "/health" });
