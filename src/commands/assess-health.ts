/** `assess --health`: the health tests over a recorded file. */
import { EXIT } from "#kit/term/exit.ts";
import type { Io } from "#kit/term/io.ts";
import { showProgress } from "../assessment/running.ts";
import type { Fault } from "../drill/faults.ts";
import { UsageError } from "../errors.ts";
import { checkFile } from "../health-check/check-file.ts";
import { fileHealthText } from "../health-check/check-text.ts";
import { type LayoutOptions, layoutOf } from "./assess-flags.ts";
import { FINDINGS } from "./exits.ts";

/** Options of `assess`, as far as this way of it goes by them. */
export interface HealthOptions extends LayoutOptions {
  readonly file: readonly string[];
  readonly health: boolean;
  readonly claim: number | undefined;
  readonly induce: readonly Fault[];
  readonly json: boolean;
}

/** Options of `assess` that the health tests have no use for. */
const OTHERS = ["iid", "conditioned", "restart", "initial", "truncate", "details", "nats"] as const;

/** Refuses options of the other way to assess. @throws UsageError */
export function checkHealthFlags(
  options: HealthOptions & Readonly<Record<(typeof OTHERS)[number], unknown>>,
): void {
  const { health, claim, induce, file } = options;
  if (!health) {
    if (claim !== undefined) throw new UsageError("--claim is for --health");
    if (induce.length > 0) throw new UsageError("--induce is for --health");
    return;
  }
  if (file.length !== 1) throw new UsageError("--health is for one file");
  for (const other of OTHERS) {
    const value = options[other];
    if (value !== undefined && value !== false) throw new UsageError(`--${other} is not for --health`);
  }
}

/** @returns the exit code @throws UsageError · InputError · the signal's reason */
export async function runHealth(options: HealthOptions, io: Io): Promise<number> {
  const { file, claim, induce: faults, json } = options;
  const request = { layout: layoutOf(options), claim, faults };
  const report = await showProgress(io, (running) => checkFile(file[0]!, request, running));
  await io.out(json ? `${JSON.stringify(report, null, 2)}\n` : fileHealthText(report, io));
  return report.passed === false ? FINDINGS : EXIT.ok;
}
