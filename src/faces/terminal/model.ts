/** Everything the dashboard shows. Plain data: `update` derives the next model, `view` draws it. */
import type { Snapshot } from "../../pool/snapshot.ts";
import type { SourceInfo } from "../../source.ts";

/** Charts of a raw trace, in the order in which a key switches them. */
export const TRACE_CHARTS = ["line", "histogram", "lag plot"] as const;
export type TraceChart = (typeof TRACE_CHARTS)[number];

/** Credit rate at one moment. */
export interface CreditPoint {
  readonly uptimeMs: number;
  readonly bitsPerSecond: number;
}

/** Most points kept: more than the widest terminal shows, at two a column. */
export const MAX_CREDIT_POINTS = 1_000;
/** Most raw samples kept of the selected source. */
export const MAX_TRACE_SAMPLES = 4_096;

export interface Model {
  readonly width: number;
  readonly height: number;
  readonly infos: ReadonlyMap<string, SourceInfo>;
  readonly snapshot: Snapshot;
  /** Time since each source last delivered; 0 for those that are not expected to. */
  readonly quietMs: ReadonlyMap<string, number>;
  readonly credit: readonly CreditPoint[];
  /** Index of the selected source, and of the first one that the table shows. */
  readonly selected: number;
  readonly top: number;
  /** Raw samples of the selected source, oldest first. */
  readonly trace: readonly number[];
  readonly traceChart: TraceChart;
  /** Latest bytes of the pool's output, or the reason why there are none. */
  readonly output: { readonly bytes: Uint8Array } | { readonly reason: string };
  readonly refreshMs: number;
  /** Sources that the user paused; kept here because the snapshot lags behind. */
  readonly paused: ReadonlySet<string>;
  readonly frozen: boolean;
  readonly info: boolean;
  readonly help: boolean;
  /** Shown at the bottom until the next key. */
  readonly notice: { readonly text: string; readonly alarm: boolean } | undefined;
}

/** From this width on the physics fits beside the table; on narrower screens it takes the charts' place. */
export const WIDE_COLUMNS = 120;

export function firstModel(
  infos: readonly SourceInfo[],
  snapshot: Snapshot,
  screen: { readonly width: number; readonly height: number },
  refreshMs: number,
): Model {
  return {
    width: screen.width,
    height: screen.height,
    infos: new Map(infos.map((info) => [info.id, info])),
    snapshot,
    quietMs: new Map(),
    credit: [],
    selected: 0,
    top: 0,
    trace: [],
    traceChart: TRACE_CHARTS[0],
    output: { reason: "waiting for entropy" },
    refreshMs,
    paused: new Set(),
    frozen: false,
    info: screen.width >= WIDE_COLUMNS,
    help: false,
    notice: undefined,
  };
}

export function selectedSource(model: Model) {
  return model.snapshot.sources[model.selected];
}
