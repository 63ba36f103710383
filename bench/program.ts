/**
 * Measures the built program beside its peers, or beside another build of itself, in one run. Prints tables with ratios
 * and asserts nothing.
 *
 *     npm run bench program
 *     npm run bench program -- --against PATH     PATH: an `esoteric-entropy` binary
 *
 * Figures are medians of rounds in which all commands take turns, so that a slow moment hits all alike. ROUNDS sets
 * the number of rounds (3, or 15 with --against). JITTERENTROPY_SOURCE names the sources of a peer, see
 * program/jitterentropy.ts.
 */
import { accessSync, constants, statSync } from "node:fs";
import { cpus } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { besideBuild } from "./program/builds.ts";
import { BenchError, reportFailure } from "./program/measure.ts";
import { besidePeers } from "./program/peers.ts";

const BUILT = join(import.meta.dir, "..", "dist", "esoteric-entropy");

class UsageError extends BenchError {}

interface Options {
  /** Absolute path of another build. */
  readonly against?: string;
  readonly rounds: number;
}

/** @throws UsageError */
function optionsOf(args: string[]): Options {
  const { against } = parsed(args);
  const rounds = process.env["ROUNDS"] ?? (against === undefined ? "3" : "15");
  if (!/^[1-9]\d{0,3}$/.test(rounds))
    throw new UsageError(`ROUNDS is not a number from 1 to 9999: ${JSON.stringify(rounds)}`, []);
  checkExecutable(BUILT, "build it with npm run build");
  if (against === undefined) return { rounds: Number(rounds) };
  const path = resolve(against);
  checkExecutable(path, "give --against the path of a built esoteric-entropy");
  return { against: path, rounds: Number(rounds) };
}

function parsed(args: string[]): { against?: string } {
  try {
    return parseArgs({ args, options: { against: { type: "string" } } }).values;
  } catch (error) {
    const [reason = ""] = (error as Error).message.split(/[.\n]/);
    throw new UsageError(reason.charAt(0).toLowerCase() + reason.slice(1), [
      "usage: npm run bench program -- [--against PATH]",
    ]);
  }
}

function checkExecutable(path: string, hint: string): void {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (!stat) throw new UsageError(`no such file: ${path}`, [hint]);
  if (!stat.isFile()) throw new UsageError(`not a file: ${path}`, [hint]);
  try {
    accessSync(path, constants.X_OK);
  } catch {
    throw new UsageError(`not executable: ${path}`, [hint]);
  }
}

try {
  const { against, rounds } = optionsOf(process.argv.slice(2));
  const model = cpus()[0]?.model ?? "unknown";
  console.log(`machine: ${model}, ${cpus().length} cores, ${process.platform}; ${rounds} rounds`);
  if (against === undefined) await besidePeers(BUILT, rounds);
  else await besideBuild(BUILT, against, rounds);
} catch (error) {
  reportFailure(error);
  process.exit(error instanceof UsageError ? 2 : 1);
}
