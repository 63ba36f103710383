/** `drill`: breaks every source's noise in every way, and shows what it would still earn. */
import { availableParallelism } from "node:os";
import { setImmediate } from "node:timers/promises";
import { command } from "#kit/term/command.ts";
import { EXIT } from "#kit/term/exit.ts";
import type { Io } from "#kit/term/io.ts";
import { ProgressLine } from "#kit/term/progress.ts";
import { claimsOf } from "../calibration/claims.ts";
import type { Deps } from "../deps.ts";
import { drillMarkdown } from "../drill/drill-markdown.ts";
import { type DrillReport, runDrill } from "../drill/run.ts";
import { InsufficientEntropyError } from "../errors.ts";
import { shared, TestThreads } from "../report/threads/test-threads.ts";
import { selectSources } from "../sources/selection.ts";
import { checkDrillFlags, DRILL_FLAGS, type DrillFlags } from "./drill-flags.ts";
import { DRILL_DETAILS, drillProgress, drillText } from "./drill-text.ts";
import { FINDINGS, SHORTAGE } from "./exits.ts";

export const drill = command({
  name: "drill",
  description: "Break the sources' noise on purpose, and show what they would still be credited",
  details: DRILL_DETAILS,
  flags: DRILL_FLAGS,
  examples: [
    "esoteric-entropy drill",
    "esoteric-entropy drill --sources dram_row_buffer --fault stuck,period:5000 --json",
    "esoteric-entropy drill --from recordings",
  ],
  seeAlso: ["record", "calibrate", "pool"],
  check: checkDrillFlags,
  judges: true,
  async run(options, io, deps: Deps) {
    return exitOf(await drilled({ ...options, threads: availableParallelism() }, io, deps));
  },
});

/** A fault that earned too much weighs more than a source that is missing. */
export function exitOf({ holds, failed }: DrillReport): number {
  if (!holds) return FINDINGS;
  return failed.length > 0 ? SHORTAGE : EXIT.ok;
}

export type DrillCommandOptions = DrillFlags & { readonly threads: number };

/** @throws InsufficientEntropyError when no source could be drilled · InputError for recordings · the signal's reason */
export async function drilled(options: DrillCommandOptions, io: Io, deps: Deps): Promise<DrillReport> {
  const { from, fault: faults, durationMs, json, markdown } = options;
  const list = from !== undefined && options.sources === "default" ? "all" : options.sources;
  const selected = selectSources(deps.sources, list);
  const named = new Set(list.split(",").map((word) => word.trim()));
  // A profile is of this machine; recordings need not be.
  const { infos } = claimsOf(
    selected,
    { ...options, uncalibrated: options.uncalibrated || from !== undefined },
    deps,
  );
  const candidates = selected.map((source, i) => {
    const info = infos[i]!;
    return { source, info, isNamed: named.has(info.id) || info.family === "external" };
  });
  let report: DrillReport;
  {
    let now = "";
    using _ = new ProgressLine(io, () => now);
    using threads = new TestThreads(options.threads, io.signal);
    report = await runDrill(
      candidates,
      {
        faults,
        durationMs,
        from,
        signal: io.signal,
        assess: async (symbols, bitsPerSymbol) =>
          (await threads.run({ kind: "assess", symbols: shared(symbols), bitsPerSymbol })).minEntropy,
        turn: async () => {
          await setImmediate();
          io.signal.throwIfAborted();
        },
        onProgress: (progress) => {
          now = drillProgress(progress);
        },
      },
      deps.host,
    );
  }
  if (report.sources.length === 0) {
    const reasons = [...report.failed, ...report.absent, ...report.notCredited];
    throw new InsufficientEntropyError(
      "no source could be drilled",
      reasons.map(({ id, reason }) => `${id}: ${reason}`),
    );
  }
  await io.out(
    json ? `${JSON.stringify(report, null, 2)}\n` : markdown ? drillMarkdown(report) : drillText(report, io),
  );
  return report;
}
