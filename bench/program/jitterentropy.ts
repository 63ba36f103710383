/**
 * Builds the jitterentropy library from the folder that JITTERENTROPY_SOURCE names, with a driver that measures it.
 *
 * The newest sources are those of its authors (github.com/smuellerDD/jitterentropy-library). Debian has older ones:
 * `apt-get source jitterentropy-library`, where the release has it, or `jitterentropy-rngd`, which contains a copy.
 */

import { cpSync, existsSync, mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { shellWord } from "#kit/format/shell-word.ts";
import { BenchError, run } from "./measure.ts";

const FOLDER = join(import.meta.dir, "..", "..", "build", "bench");
const DRIVER_SOURCE = join(import.meta.dir, "..", "jitterentropy.c");

export interface JitterEntropy {
  /** As reported by the built library, such as "3.7.1". */
  readonly version: string;
  /** Measures bytes per CPU second. */
  rate(): Promise<number>;
}

/** @returns undefined where JITTERENTROPY_SOURCE is not set */
export async function buildJitterEntropy(): Promise<JitterEntropy | undefined> {
  const source = process.env["JITTERENTROPY_SOURCE"];
  if (!source) return undefined;
  if (!existsSync(join(source, "jitterentropy.h")))
    throw new BenchError(`JITTERENTROPY_SOURCE: no jitterentropy.h in ${source}`, [
      "name the folder of the library's sources",
    ]);
  const compiler = Bun.which("cc");
  if (!compiler)
    throw new BenchError("JITTERENTROPY_SOURCE is set, but there is no C compiler", ["install cc"]);

  const copy = join(FOLDER, "jitterentropy-source"); // leaves the given folder as it is
  rmSync(copy, { recursive: true, force: true });
  mkdirSync(FOLDER, { recursive: true });
  cpSync(source, copy, { recursive: true });
  const library = (await buildByMakefile(copy)) ?? plainBuild(copy);
  const driver = join(FOLDER, "jitterentropy");
  const rt = process.platform === "linux" ? "-lrt" : "";
  const inputs = [`-I${copy}`, DRIVER_SOURCE].map(shellWord).join(" ");
  await run([
    "/bin/sh",
    "-c",
    `${shellWord(compiler)} ${inputs} ${library} -pthread ${rt} -o ${shellWord(driver)}`,
  ]);

  const measure = async () => {
    const [version, bytes, cpuSeconds] = (await run([driver, "2"])).stdout.split(" ").map(Number);
    if (!version || !bytes || !cpuSeconds) throw new BenchError("jitterentropy gave no bytes", []);
    return { version, rate: bytes / cpuSeconds };
  };
  const { version } = await measure(); // also warms up
  return { version: versionText(version), rate: async () => (await measure()).rate };
}

/** Builds the library with its own Makefile; undefined if that has no rule for it. */
async function buildByMakefile(folder: string): Promise<string | undefined> {
  const make = ["make", "-C", folder, "--always-make", "libjitterentropy.a"];
  const { exitCode } = Bun.spawnSync([...make, "--dry-run"], { stdout: "ignore", stderr: "ignore" });
  if (exitCode !== 0) return undefined;
  await run([...make, "--silent"]);
  return shellWord(join(folder, "libjitterentropy.a"));
}

/** Returns compiler arguments for sources without such a Makefile. -O0 is required: an optimiser would remove the work. */
function plainBuild(folder: string): string {
  const sources = existsSync(join(folder, "lib")) ? "lib" : "src";
  return `-O0 -fwrapv ${shellWord(`-I${join(folder, sources)}`)} ${shellWord(join(folder, sources))}/*.c`;
}

/** Formats jent_version(), which is major · 1,000,000 + minor · 10,000 + patch level · 100. */
function versionText(version: number): string {
  return [version / 1_000_000, (version / 10_000) % 100, (version / 100) % 100].map(Math.floor).join(".");
}
