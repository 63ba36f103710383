/** `pool --health`: the health tests anew over each source of the pool. */
import { EXIT } from "#kit/term/exit.ts";
import type { Io } from "#kit/term/io.ts";
import { ProgressLine } from "#kit/term/progress.ts";
import { type ClaimOptions, claimsOf } from "../calibration/claims.ts";
import type { Deps } from "../deps.ts";
import type { Fault } from "../drill/faults.ts";
import { checkPool } from "../health-check/check-pool.ts";
import { poolHealthText } from "../health-check/check-text.ts";
import { selectForSampling } from "../sources/selection.ts";
import { FINDINGS, SHORTAGE } from "./exits.ts";

export interface PoolHealthCommandOptions extends ClaimOptions {
  readonly sources: string;
  /** Longest sampling time of each source. */
  readonly durationMs: number;
  readonly json: boolean;
  /** Faults to induce. */
  readonly induce: readonly Fault[];
}

/** @returns the exit code @throws as `openPool`; the signal's reason */
export async function runPoolHealth(options: PoolHealthCommandOptions, io: Io, deps: Deps): Promise<number> {
  const { durationMs, induce: faults, json } = options;
  const selected = selectForSampling(deps, options.sources);
  const { infos } = claimsOf(selected, options, deps);
  const sources = selected.map((source, i) => ({ source, info: infos[i]! }));
  let now = "";
  const { signal } = io;
  const onProgress = (text: string) => {
    now = `testing ${text}`;
  };
  let report: Awaited<ReturnType<typeof checkPool>>;
  {
    using _ = new ProgressLine(io, () => now);
    report = await checkPool(sources, { durationMs, faults, signal, onProgress }, deps.host);
  }
  await io.out(json ? `${JSON.stringify(report, null, 2)}\n` : poolHealthText(report, io));
  if (report.passed === false) return FINDINGS;
  return report.passed === null ? SHORTAGE : EXIT.ok;
}
