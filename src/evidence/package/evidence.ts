/** All that a package knows of one source. */
import type { SourceInfo } from "../../source.ts";
import type { Examined } from "./examine.ts";
import type { Gathered } from "./gather.ts";
import type { PackagePlan } from "./plan.ts";

export interface SourceEvidence {
  readonly info: SourceInfo;
  /** *short*: fewer samples or restarts than were asked for. *absent*: this machine has not got it. */
  readonly state: "complete" | "short" | "absent";
  /** Why it is not complete. */
  readonly reason?: string;
  /** H_submitter at this machine's counter, bits per symbol. */
  readonly hSubmitter: number;
  readonly samples: { readonly have: number; readonly wanted: number };
  /** Starts, and samples of each. */
  readonly restarts: { readonly have: number; readonly wanted: number; readonly cols: number };
  /** Present where it is complete. */
  readonly examined?: Examined;
}

export function evidenceOf(
  info: SourceInfo,
  hSubmitter: number,
  { samples, restarts }: PackagePlan,
  gathered: Gathered,
  examined: Examined | undefined,
): SourceEvidence {
  const { kind } = gathered;
  const rows = restarts?.rows ?? 0;
  const have =
    kind === "complete" ? { samples, rows } : kind === "short" ? gathered : { samples: 0, rows: 0 };
  return {
    info,
    state: kind,
    ...(kind !== "complete" && { reason: gathered.reason }),
    hSubmitter,
    samples: { have: have.samples, wanted: samples },
    restarts: { have: have.rows, wanted: rows, cols: restarts?.cols ?? 0 },
    ...(examined && { examined }),
  };
}

/** Returns what was assessed as a multiple of what is claimed; undefined where nothing is claimed, or nothing was assessed. */
export function ratioOf({ examined, hSubmitter }: SourceEvidence): number | undefined {
  return examined && hSubmitter > 0 ? examined.assessment.minEntropy / hSubmitter : undefined;
}

/** Says what in the data speaks against the source: an assessment below the claim, restarts that fail, a fault that earns too much. */
export function findingsOf({ examined, hSubmitter }: SourceEvidence): string[] {
  if (!examined) return [];
  const { assessment, restart, drill } = examined;
  return [
    ...(assessment.passed === false ? [`raw data: ${assessment.reason ?? "failed"}`] : []),
    ...(assessment.minEntropy < hSubmitter
      ? [`H_submitter ${hSubmitter} exceeds the assessed ${assessment.minEntropy}`]
      : []),
    ...(restart?.passed === false ? [`restarts: ${restart.reason ?? "failed"}`] : []),
    ...(drill.holds ? [] : ["drill: a fault earned more than it may"]),
  ];
}
