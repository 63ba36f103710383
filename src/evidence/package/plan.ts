/** The plan of a package: all that its files have in common. The same plan goes on with a package that was begun; another is refused. */
import { fieldsOf, listOf, shortText, shownValue } from "#kit/format/fields.ts";
import { formatCount } from "#kit/format/numbers.ts";
import type { Host } from "../../platform/host.ts";
import {
  planDifferences,
  planRecording,
  type RecordedSource,
  type RecordingPlan,
  requireRestarts,
} from "../../recording/manifest.ts";
import { parsePlan, sourceId } from "../../recording/manifest-file.ts";
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

/** Stand for what the plan of a recording has and that of a package has not. */
const NO_SOURCE: RecordedSource = {
  id: "none",
  title: "none",
  family: "clock",
  unit: "count",
  symbolBits: 1,
  claimedH: 0,
  effects: [],
};
const NO_METHOD = "none";

/** Packages differ as recordings of one and the same source do. */
function asRecording({ restarts, ...plan }: PackagePlan): RecordingPlan {
  return { ...plan, source: NO_SOURCE, restarts: restarts && { ...restarts, method: NO_METHOD } };
}

/** Reads a plan that may come from anywhere. @throws SyntaxError naming the first fault */
export function parsePackagePlan(value: unknown): PackagePlan {
  const root = fieldsOf(value, "it");
  const { kind } = root;
  if (kind !== "evidence-package") throw new SyntaxError(`its kind is ${shownValue(kind)}`);
  const sources = listOf(root["sources"], "sources");
  const restarts = root["restarts"] && { ...fieldsOf(root["restarts"], "restarts"), method: NO_METHOD };
  const { source: _, schema, ...common } = parsePlan({ ...root, source: NO_SOURCE, restarts });
  return {
    schema,
    kind,
    sources: sources.map((id, i) => sourceId(shortText(id, `sources[${i}]`))),
    ...common,
    restarts: common.restarts && { rows: common.restarts.rows, cols: common.restarts.cols },
  };
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
