/** Rows of the sources table: filtered, sorted, and counted by state. */
import type { SourceSnapshot } from "../../../pool/snapshot.ts";

export type SourceState = SourceSnapshot["state"];
export type StateFilter = SourceState | "all";

/** Most urgent first. */
export const STATES = [
  "failed",
  "starting",
  "healthy",
  "paused",
  "unavailable",
] as const satisfies readonly SourceState[];

export interface SourceRow {
  readonly id: string;
  readonly title: string;
  readonly family: string;
  readonly state: SourceState;
  readonly reason: string | undefined;
  readonly samplesPerSecond: number;
  /** H_submitter, bits per symbol. */
  readonly claimedH: number;
  /** Online estimate; null while there is none. */
  readonly assessedH: number | null;
  readonly creditedBitsPerSecond: number;
  /** Failures of health tests. */
  readonly healthFailures: number;
  /** Errors and hangs. */
  readonly faults: number;
  readonly failures: number;
}

export type SortKey = Exclude<keyof SourceRow, "title" | "family" | "reason" | "healthFailures" | "faults">;

export interface Sort {
  readonly key: SortKey;
  readonly descending: boolean;
}

export function sourceRow(source: SourceSnapshot): SourceRow {
  const { id, title, family, state, reason, samplesPerSecond, claimedH, assessedH } = source;
  const { creditedBitsPerSecond, healthFailures, faults } = source;
  const figures = { samplesPerSecond, claimedH, assessedH, creditedBitsPerSecond, healthFailures, faults };
  return { id, title, family, state, reason, ...figures, failures: healthFailures + faults };
}

/** Filters and sorts. Rows without a value come last in either direction; equal rows are sorted by id. */
export function sourceRows(
  sources: readonly SourceSnapshot[],
  sort: Sort,
  filter: StateFilter,
): readonly SourceRow[] {
  return sources
    .filter(({ state }) => filter === "all" || state === filter)
    .map(sourceRow)
    .sort((a, b) => compare(a, b, sort) || (a.id < b.id ? -1 : 1));
}

/** Returns each filter with its number of sources. Filters without sources are left out, except the one in use. */
export function filterCounts(
  sources: readonly SourceSnapshot[],
  inUse: StateFilter,
): readonly { readonly filter: StateFilter; readonly count: number }[] {
  const counts = STATES.map((state) => ({
    filter: state,
    count: sources.filter((source) => source.state === state).length,
  }));
  const shown = counts.filter(({ filter, count }) => count > 0 || filter === inUse);
  return [{ filter: "all", count: sources.length }, ...shown];
}

/** Returns the id to which a key moves the selection from `selected`, or undefined if it does not move it. */
export function moved(ids: readonly string[], selected: string | undefined, key: string): string | undefined {
  const at = ids.indexOf(selected ?? "");
  switch (key) {
    case "ArrowDown":
      return ids[Math.min(at + 1, ids.length - 1)];
    case "ArrowUp":
      return ids[Math.max(at - 1, 0)];
    case "Home":
      return ids[0];
    case "End":
      return ids.at(-1);
    default:
      return undefined;
  }
}

function compare(a: SourceRow, b: SourceRow, { key, descending }: Sort): number {
  const [x, y] = [rank(a, key), rank(b, key)];
  if (x === null || y === null) return Number(x === null) - Number(y === null);
  return (x < y ? -1 : x > y ? 1 : 0) * (descending ? -1 : 1);
}

function rank(row: SourceRow, key: SortKey): string | number | null {
  return key === "state" ? STATES.indexOf(row.state) : row[key];
}
