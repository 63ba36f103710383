/** Everything the dashboard shows. Plain data: `update` derives the next model, `view` draws it. */
import type { Snapshot } from "../../pool/snapshot.ts";
import type { SourceInfo } from "../../source.ts";
import type { ColumnKey } from "./columns.ts";
import type { Limits } from "./scale.ts";

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

export interface Order {
  readonly key: ColumnKey;
  readonly reversed: boolean;
}

export interface Model {
  readonly width: number;
  readonly height: number;
  /** False draws with ASCII alone. */
  readonly unicode: boolean;
  readonly infos: ReadonlyMap<string, SourceInfo>;
  readonly snapshot: Snapshot;
  /** Time since each source last delivered; 0 for those that are not expected to. */
  readonly quietMs: ReadonlyMap<string, number>;
  readonly credit: readonly CreditPoint[];
  /** Id of the selected source. While the filter hides them all it stays, and is selected again once it is shown. */
  readonly selected: string | undefined;
  /** Index of the first row that the table shows. */
  readonly top: number;
  /** Column by which the table is sorted; undefined leaves the pool's order. */
  readonly order: Order | undefined;
  /** Words that a source's id, family and state must hold; empty shows all. */
  readonly filter: string;
  /** True while keys go to the filter. */
  readonly typing: boolean;
  /** Raw samples of the selected source, oldest first. */
  readonly trace: readonly number[];
  /** Limits of the trace's axis, undefined without a trace. */
  readonly traceLimits: Limits | undefined;
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
  unicode = true,
): Model {
  return {
    width: screen.width,
    height: screen.height,
    unicode,
    infos: new Map(infos.map((info) => [info.id, info])),
    snapshot,
    quietMs: new Map(),
    credit: [],
    selected: snapshot.sources[0]?.id,
    top: 0,
    order: undefined,
    filter: "",
    typing: false,
    trace: [],
    traceLimits: undefined,
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
