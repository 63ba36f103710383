/** Sources that the table shows: those that the filter lets through, in the order that the user chose. */
import type { SourceSnapshot } from "../../pool/snapshot.ts";
import { COLUMNS } from "./columns.ts";
import type { Model } from "./model.ts";
import { type ShownState, shownState } from "./shown-state.ts";

export interface Row {
  readonly source: SourceSnapshot;
  readonly state: ShownState;
}

export type RowsOf = Pick<Model, "snapshot" | "paused" | "quietMs" | "filter" | "order">;

export function rowsOf(model: RowsOf): readonly Row[] {
  const words = model.filter.toLowerCase().split(" ");
  const rows = model.snapshot.sources
    .map((source) => ({ source, state: shownState(model, source) }))
    .filter(({ source: { id, family }, state }) => {
      const text = `${id} ${family} ${state.text}`.toLowerCase();
      return words.every((word) => text.includes(word));
    });
  if (!model.order) return rows;
  const { key, reversed } = model.order;
  const { value } = COLUMNS[key];
  return rows
    .map((row) => ({ row, value: value(row.source, row.state) }))
    .sort((a, b) => compare(a.value, b.value, reversed ? -1 : 1))
    .map(({ row }) => row);
}

/** @returns the selected source, unless the filter hides it */
export function selectedSource(model: RowsOf & Pick<Model, "selected">): SourceSnapshot | undefined {
  return rowsOf(model).find(({ source }) => source.id === model.selected)?.source;
}

type Value = string | number | null;

/** @param sign -1 turns the order; what has no value stays last */
function compare(a: Value, b: Value, sign: number): number {
  const [lacksA, lacksB] = [a, b].map((value) => value === null || Number.isNaN(value));
  if (lacksA || lacksB) return Number(lacksA) - Number(lacksB);
  if (a === b) return 0;
  const first = typeof a === "string" && typeof b === "string" ? a < b : Number(a) > Number(b);
  return first ? -sign : sign;
}
