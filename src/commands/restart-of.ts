/** Restarts of a source by another process of this program. */
import { ownProcess } from "#kit/term/own-process.ts";
import type { Host } from "../platform/host.ts";
import type { Restart } from "../recording/record.ts";
import type { Source } from "../source.ts";
import { settingsArgs } from "./source-flags.ts";

/** Runs another process of this program with these arguments and returns its output. */
export type FreshProcess = (args: readonly string[], signal: AbortSignal) => Promise<Uint8Array>;

/** Returns how a source is restarted: by another process of this program. */
export function restartOf(
  { info }: Source,
  { settings }: Host,
  freshProcess: FreshProcess = ownProcess,
): Restart {
  const flags = ["--raw", ...settingsArgs(settings)];
  return (samples, signal) => freshProcess(["probe", info.id, "--samples", `${samples}`, ...flags], signal);
}
