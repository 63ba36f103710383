/** The plan of a package: all that its files have in common. The same plan goes on with a package that was begun; another is refused. */
import { formatCount } from "#kit/format/numbers.ts";
import type { Host } from "../../platform/host.ts";
import {
  planDifferences,
  planRecording,
  type RecordingPlan,
  requireRestarts,
} from "../../recording/manifest.ts";
import type { Source } from "../../source.ts";

/** Content of `plan.json`. One package is of one operating environment: its machine, system, program and settings. */
export interface PackagePlan extends Omit<RecordingPlan, "source" | "restarts" | "schema"> {
  readonly schema: 1;
  readonly kind: "evidence-package";
  /** Ids, in the order of the program's sources. */
  readonly sources: readonly string[];
  readonly restarts: { readonly rows: number; readonly cols: number } | null;
}

/** Counts that are asked for of each source. */
export interface Counts {
  readonly samples: number;
  readonly restarts: { readonly rows: number; readonly cols: number } | undefined;
}

/** SP 800-90B §3.1.1: raw data, and restart data. */
export const STANDARD = { samples: 1_000_000, rows: 1_000, cols: 1_000 } as const;

/** @param sources at least one @throws UsageError for restarts of what has none; SourceError where the library cannot be read; the signal's reason */
export async function planPackage(
  sources: readonly Source[],
  host: Host,
  counts: Counts,
  signal: AbortSignal,
): Promise<PackagePlan> {
  if (counts.restarts) for (const { info } of sources) requireRestarts(info);
  const {
    source: _,
    schema,
    ...common
  } = await planRecording(sources[0]!, host, { samples: counts.samples, restarts: undefined }, signal);
  return {
    schema,
    kind: "evidence-package",
    sources: sources.map(({ info }) => info.id),
    ...common,
    restarts: counts.restarts ?? null,
  };
}

/** Lists why a package planned as `now` cannot continue the one begun as `then`; empty where it can. */
export function packageDifferences(then: PackagePlan, now: PackagePlan): string[] {
  const [a, b] = [then.sources.join(","), now.sources.join(",")];
  return [
    ...planDifferences(asRecording(then), asRecording(now)),
    ...(a === b ? [] : [`sources ${a}, now ${b}`]),
  ];
}

/** Packages differ as recordings of one and the same source do. */
function asRecording({ restarts, ...plan }: PackagePlan): RecordingPlan {
  const source = { id: "", title: "", family: "clock", unit: "count", symbolBits: 1, claimedH: 0 } as const;
  return { ...plan, source: { ...source, effects: [] }, restarts: restarts && { ...restarts, method: "" } };
}

/** Says of counts how they stand to the standard's; undefined where they meet it. */
export function shortOfStandard({
  samples,
  restarts,
}: Pick<PackagePlan, "samples" | "restarts">): string | undefined {
  const faults = [
    ...(samples < STANDARD.samples
      ? [`${formatCount(samples)} samples of ${formatCount(STANDARD.samples)}`]
      : []),
    ...(restarts && restarts.rows >= STANDARD.rows && restarts.cols >= STANDARD.cols
      ? []
      : [
          `${restarts ? `${formatCount(restarts.rows)} × ${formatCount(restarts.cols)}` : "no"} restarts of ${formatCount(STANDARD.rows)} × ${formatCount(STANDARD.cols)}`,
        ]),
  ];
  return faults.length > 0 ? faults.join(", ") : undefined;
}
