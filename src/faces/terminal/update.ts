/** Maps an event to the next model and to the effects to carry out. Pure. */
import type { Snapshot } from "../../pool/snapshot.ts";
import { COLUMN_KEYS, type ColumnKey, placedColumns } from "./columns.ts";
import { typed, typedKey } from "./filter.ts";
import { type Action, actionOf } from "./keys.ts";
import { layoutOf } from "./layout.ts";
import { MAX_CREDIT_POINTS, MAX_TRACE_SAMPLES, type Model, type Order, TRACE_CHARTS } from "./model.ts";
import { rowsOf, selectedSource } from "./rows.ts";
import { followLimits } from "./scale.ts";

export type Event =
  | { readonly kind: "tick"; readonly snapshot: Snapshot }
  /** Raw samples that were not credited. */
  | { readonly kind: "revealed"; readonly id: string; readonly samples: readonly number[] }
  | { readonly kind: "output"; readonly bytes: Uint8Array }
  | { readonly kind: "no-output"; readonly reason: string }
  | { readonly kind: "key"; readonly name: string }
  | { readonly kind: "paste"; readonly text: string }
  | { readonly kind: "press"; readonly x: number; readonly y: number }
  | { readonly kind: "wheel"; readonly rows: number }
  | { readonly kind: "resize"; readonly width: number; readonly height: number }
  | { readonly kind: "saved"; readonly path: string }
  | { readonly kind: "not-saved"; readonly reason: string };

export type Effect =
  /** Show the source's next trace, uncredited. */
  | { readonly kind: "reveal"; readonly id: string }
  | { readonly kind: "draw-output" }
  | { readonly kind: "pause"; readonly id: string }
  | { readonly kind: "resume"; readonly id: string }
  | { readonly kind: "refresh"; readonly everyMs: number }
  | { readonly kind: "save"; readonly snapshot: Snapshot }
  | { readonly kind: "suspend" }
  | { readonly kind: "quit" }
  | { readonly kind: "interrupt" };

export type Next = readonly [Model, ...Effect[]];

export const LEAST_REFRESH_MS = 100;
export const MOST_REFRESH_MS = 60_000;
const REFRESHES_MS = [LEAST_REFRESH_MS, 200, 500, 1_000, 2_000, 5_000, 10_000, 30_000, MOST_REFRESH_MS];

export function update(model: Model, event: Event): Next {
  switch (event.kind) {
    case "tick":
      return model.frozen ? [model] : onTick(model, event.snapshot);
    case "revealed":
      return [onRevealed(model, event.id, event.samples)];
    case "output":
      return [model.frozen ? model : { ...model, output: { bytes: event.bytes } }];
    case "no-output":
      return [{ ...model, output: { reason: event.reason } }];
    case "key":
      return onKey(model, event.name);
    case "paste":
      return model.typing ? settled(typed(model, event.text)) : [model];
    case "press":
      return onPress(model, event.x, event.y);
    case "wheel":
      return move(model, event.rows);
    case "resize":
      return settled({ ...model, width: event.width, height: event.height });
    case "saved":
      return [{ ...model, notice: { text: `saved to ${event.path}`, alarm: false } }];
    case "not-saved":
      return [{ ...model, notice: { text: event.reason, alarm: true } }];
  }
}

function onTick(model: Model, snapshot: Snapshot): Next {
  const point = { uptimeMs: snapshot.uptimeMs, bitsPerSecond: snapshot.creditedBitsPerSecond };
  const [next] = settled({
    ...model,
    snapshot,
    quietMs: quiet(model, snapshot),
    credit: [...model.credit, point].slice(-MAX_CREDIT_POINTS),
  });
  const source = selectedSource(next);
  return source
    ? [next, { kind: "reveal", id: source.id }, { kind: "draw-output" }]
    : [next, { kind: "draw-output" }];
}

function quiet(model: Model, snapshot: Snapshot): ReadonlyMap<string, number> {
  const before = new Map(model.snapshot.sources.map((source) => [source.id, source]));
  const passedMs = snapshot.uptimeMs - model.snapshot.uptimeMs;
  return new Map(
    snapshot.sources.map(({ id, samples, state }) => {
      const expected = state === "healthy" || state === "starting";
      const still = expected && samples === before.get(id)?.samples;
      return [id, still ? (model.quietMs.get(id) ?? 0) + passedMs : 0];
    }),
  );
}

function onRevealed(model: Model, id: string, samples: readonly number[]): Model {
  const seen = model.frozen && model.trace.length > 0;
  if (seen || selectedSource(model)?.id !== id) return model;
  const trace = [...model.trace, ...samples].slice(-MAX_TRACE_SAMPLES);
  return { ...model, trace, traceLimits: followLimits(model.traceLimits, trace) };
}

function onKey(before: Model, name: string): Next {
  const model = { ...before, notice: undefined };
  const next = model.typing ? typedKey(model, name) : undefined;
  if (next) return settled(next);
  const action = actionOf(name);
  return action ? act(model, action) : [before];
}

function act(model: Model, action: Action): Next {
  switch (action) {
    case "up":
      return move(model, -1);
    case "down":
      return move(model, 1);
    case "page-up":
      return move(model, -tableRows(model));
    case "page-down":
      return move(model, tableRows(model));
    case "first":
      return move(model, Number.NEGATIVE_INFINITY);
    case "last":
      return move(model, Number.POSITIVE_INFINITY);
    case "sort-before":
      return sortBeside(model, -1);
    case "sort-after":
      return sortBeside(model, 1);
    case "reverse":
      return reverse(model);
    case "filter":
      return [{ ...model, help: false, typing: true }];
    case "pause":
      return togglePause(model);
    case "info":
      return settled({ ...model, info: !model.info });
    case "chart": {
      const next = (TRACE_CHARTS.indexOf(model.traceChart) + 1) % TRACE_CHARTS.length;
      return [{ ...model, traceChart: TRACE_CHARTS[next]! }];
    }
    case "freeze":
      return [{ ...model, frozen: !model.frozen }];
    case "faster":
      return refresh(model, REFRESHES_MS.findLast((ms) => ms < model.refreshMs) ?? LEAST_REFRESH_MS);
    case "slower":
      return refresh(model, REFRESHES_MS.find((ms) => ms > model.refreshMs) ?? MOST_REFRESH_MS);
    case "save":
      return [model, { kind: "save", snapshot: model.snapshot }];
    case "help":
      return [{ ...model, help: !model.help }];
    case "dismiss":
      return model.help ? [{ ...model, help: false }] : settled({ ...model, filter: "" });
    case "suspend":
    case "quit":
    case "interrupt":
      return [model, { kind: action }];
  }
}

/** Selects the row so many below the selected one, or the nearest to that. */
function move(model: Model, by: number): Next {
  const rows = rowsOf(model);
  const index = rows.findIndex(({ source }) => source.id === model.selected) + by;
  return settled(model, rows[Math.max(0, Math.min(rows.length - 1, index))]?.source.id);
}

/** Sorts by the next column in that direction; between the last and the first lies the pool's own order. */
function sortBeside(model: Model, by: 1 | -1): Next {
  const orders = [undefined, ...COLUMN_KEYS];
  const index = orders.indexOf(model.order?.key) + by;
  const key = orders[(index + orders.length) % orders.length];
  return sorted(model, key && { key, reversed: false });
}

function reverse(model: Model): Next {
  if (model.order) return sortBy(model, model.order.key);
  return [{ ...model, notice: { text: "no column is sorted by yet: < and > choose one", alarm: false } }];
}

/** Sorts by that column, the other way round if it is sorted by it already. */
function sortBy(model: Model, key: ColumnKey): Next {
  const reversed = model.order?.key === key && !model.order.reversed;
  return sorted(model, { key, reversed });
}

/** Shows the first rows of a new order, unless the selected one is not among them. */
function sorted(model: Model, order: Order | undefined): Next {
  return settled({ ...model, order, top: 0 });
}

function togglePause(model: Model): Next {
  const source = selectedSource(model);
  if (!source) return [model];
  const { id } = source;
  if (source.state === "unavailable") {
    return [
      { ...model, notice: { text: `${id} cannot run here: ${source.reason ?? "unavailable"}`, alarm: true } },
    ];
  }
  const paused = new Set(model.paused);
  if (paused.delete(id))
    return [
      { ...model, paused },
      { kind: "resume", id },
    ];
  paused.add(id);
  return [
    { ...model, paused },
    { kind: "pause", id },
  ];
}

function refresh(model: Model, everyMs: number): Next {
  const notice = { text: `refresh every ${everyMs / 1000} s`, alarm: false };
  return [
    { ...model, refreshMs: everyMs, notice },
    { kind: "refresh", everyMs },
  ];
}

function onPress(model: Model, x: number, y: number): Next {
  const table = layoutOf(model)?.table;
  if (!table || model.help || x < table.x || x >= table.x + table.width) return [model];
  const row = y - table.y - 1;
  if (row === -1) {
    const pressed = placedColumns(table.width).findLast((column) => table.x + column.x <= x);
    return pressed && x < table.x + pressed.x + pressed.width ? sortBy(model, pressed.key) : [model];
  }
  const source = rowsOf(model)[model.top + row]?.source;
  return source && row >= 0 && row < tableRows(model) ? settled(model, source.id) : [model];
}

function tableRows(model: Model): number {
  return (layoutOf(model)?.table.height ?? 2) - 1;
}

/**
 * Selects the source with that id, or the first if it is not shown, and scrolls the table so that it is visible, and not past the
 * end. Asks for the trace of a source that was not selected before.
 */
function settled(model: Model, wanted = model.selected): Next {
  const rows = rowsOf(model);
  const index = Math.max(
    0,
    rows.findIndex(({ source }) => source.id === wanted),
  );
  const selected = rows[index]?.source.id ?? model.selected;
  const visible = tableRows(model);
  const last = Math.max(0, rows.length - visible);
  const top = Math.min(last, Math.max(index - visible + 1, Math.min(model.top, index)));
  if (selected === model.selected || selected === undefined) return [{ ...model, top }];
  return [
    { ...model, top, selected, trace: [], traceLimits: undefined },
    { kind: "reveal", id: selected },
  ];
}
