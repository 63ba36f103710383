/** Packages of made-up noise: the command without its processes, threads and clock. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { evidencePackage, type PackageOptions, runPackage } from "../../src/commands/evidence-package.ts";
import type { restartOf } from "../../src/commands/restart-of.ts";
import type { Deps } from "../../src/deps.ts";
import { type FakeIo, fakeIo } from "../support/fake-io.ts";
import { type FakeSource, fakeHost, fakeNoise, fakeSource } from "../support/fake-thread.ts";
import { optionsFor } from "../support/options.ts";

/** Blocks of 512 symbols, so that few samples can be drilled. */
export function noisy(id: string, seed: number, partial = {}): FakeSource {
  return fakeSource({ id, rateHz: 100_000, ...partial }, fakeNoise(seed));
}

/** Rows that depend on the source alone: the same in every run. */
export const madeUpRestarts: typeof restartOf = ({ info }) => {
  const noise = fakeNoise(info.id.length);
  return async (samples, signal) => {
    signal.throwIfAborted();
    return new Uint8Array(BigUint64Array.from({ length: samples }, () => BigInt(noise())).buffer);
  };
};

export function packageOptions(out: string, args: Record<string, unknown> = {}): PackageOptions {
  const given = { out, sources: "all", samples: "4000", restarts: "3x5", ...args };
  return { ...optionsFor(evidencePackage, given), threads: 0 };
}

export function depsOf(sources: readonly FakeSource[], host = fakeHost): Deps {
  return { sources, host, startThread: () => Promise.reject() as never, warn: () => {} };
}

/** @returns the exit code */
export async function makeFake(
  out: string,
  sources: readonly FakeSource[],
  args: Record<string, unknown> = {},
  io: FakeIo = fakeIo(),
  restarts = madeUpRestarts,
): Promise<number> {
  return await runPackage(packageOptions(out, args), io, depsOf(sources), restarts);
}

/** Paths below a folder, sorted. */
export function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name).slice(folder.length + 1))
    .sort();
}

export function jsonOf(folder: string, name: string): Record<string, never> {
  return JSON.parse(readFileSync(join(folder, name), "utf8"));
}
