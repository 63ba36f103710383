/** Maps an event to the next model and to the effects to carry out. Pure. */
import type { Snapshot } from "../../pool/snapshot.ts";
import { type Action, actionOf } from "./keys.ts";
import { layoutOf } from "./layout.ts";
import { MAX_CREDIT_POINTS, MAX_TRACE_SAMPLES, type Model, selectedSource, TRACE_CHARTS } from "./model.ts";

export type Event =
  | { readonly kind: "tick"; readonly snapshot: Snapshot }
  /** Raw samples that were not credited. */
  | { readonly kind: "revealed"; readonly id: string; readonly samples: readonly number[] }
  | { readonly kind: "output"; readonly bytes: Uint8Array }
  | { readonly kind: "no-output"; readonly reason: string }
  | { readonly kind: "key"; readonly name: string }
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
    case "key": {
      const action = actionOf(event.name);
      return action ? act({ ...model, notice: undefined }, action) : [model];
    }
    case "press":
      return onPress(model, event.x, event.y);
    case "wheel":
      return select(model, model.selected + event.rows);
    case "resize":
      return [scrolled({ ...model, width: event.width, height: event.height })];
    case "saved":
      return [{ ...model, notice: { text: `saved to ${event.path}`, alarm: false } }];
    case "not-saved":
      return [{ ...model, notice: { text: event.reason, alarm: true } }];
  }
}

function onTick(model: Model, snapshot: Snapshot): Next {
  const point = { uptimeMs: snapshot.uptimeMs, bitsPerSecond: snapshot.creditedBitsPerSecond };
  const next: Model = {
    ...model,
    snapshot,
    quietMs: quiet(model, snapshot),
    credit: [...model.credit, point].slice(-MAX_CREDIT_POINTS),
  };
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
  return { ...model, trace: [...model.trace, ...samples].slice(-MAX_TRACE_SAMPLES) };
}

function act(model: Model, action: Action): Next {
  switch (action) {
    case "up":
      return select(model, model.selected - 1);
    case "down":
      return select(model, model.selected + 1);
    case "pause":
      return togglePause(model);
    case "info":
      return [scrolled({ ...model, info: !model.info })];
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
      return [{ ...model, help: false }];
    case "suspend":
    case "quit":
    case "interrupt":
      return [model, { kind: action }];
  }
}

function select(model: Model, index: number): Next {
  const last = model.snapshot.sources.length - 1;
  const selected = Math.max(0, Math.min(last, index));
  if (selected === model.selected) return [model];
  const next = scrolled({ ...model, selected, trace: [] });
  const source = selectedSource(next);
  return source ? [next, { kind: "reveal", id: source.id }] : [next];
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
  const index = model.top + row;
  const onRow = row >= 0 && row < table.height - 1 && index < model.snapshot.sources.length;
  return onRow ? select(model, index) : [model];
}

/** Scrolls the table so that the selected row is visible, and not past the end. */
function scrolled(model: Model): Model {
  const layout = layoutOf(model);
  if (!layout) return model;
  const rows = layout.table.height - 1;
  const last = Math.max(0, model.snapshot.sources.length - rows);
  const top = Math.min(last, Math.max(model.selected - rows + 1, Math.min(model.top, model.selected)));
  return { ...model, top };
}
