/** Everything the page shows, as one value that `reduce` alone changes. Knows nothing of the browser. */
import type { Snapshot, SourceSnapshot } from "../../../pool/snapshot.ts";
import { assignColours, type CreditSample, leaders, merged, recorded } from "./credit-history.ts";
import type { Connection } from "./feed.ts";
import type { CatalogueEntry, Failure, Message } from "./messages.ts";
import type { OutputFormat } from "./output-text.ts";
import type { Sort, SortKey, StateFilter } from "./source-rows.ts";

export interface State {
  readonly connection: Connection;
  /** The latest one; undefined before the first. */
  readonly snapshot: Snapshot | undefined;
  readonly history: readonly CreditSample[];
  /** Colours of sources in the chart; sources without one are drawn as one sum. */
  readonly colours: ReadonlyMap<string, number>;
  readonly catalogue: ReadonlyMap<string, CatalogueEntry>;
  readonly selected: string | undefined;
  /** Noise of the selected source. */
  readonly noise: Noise | undefined;
  readonly output: Uint8Array | undefined;
  /** Newest first. */
  readonly failures: readonly Failure[];
  readonly sort: Sort;
  readonly filter: StateFilter;
  readonly format: OutputFormat;
}

export interface Noise {
  readonly samples: readonly number[];
  /** The pool's uptime when it arrived. */
  readonly atMs: number;
}

export type Action =
  | Message
  | { readonly kind: "connection"; readonly connection: Connection }
  | { readonly kind: "select"; readonly id: string }
  | { readonly kind: "sort"; readonly key: SortKey }
  | { readonly kind: "filter"; readonly filter: StateFilter }
  | { readonly kind: "format"; readonly format: OutputFormat };

export const INITIAL: State = {
  connection: { kind: "connecting" },
  snapshot: undefined,
  history: [],
  colours: new Map(),
  catalogue: new Map(),
  selected: undefined,
  noise: undefined,
  output: undefined,
  failures: [],
  sort: { key: "id", descending: false },
  filter: "all",
  format: "hex",
};

export const MAX_FAILURES = 20;

export function reduce(state: State, action: Action): State {
  switch (action.kind) {
    case "status":
      return observe(state, action.snapshot);
    case "noise":
      // Noise of the source that was selected before may still be under way.
      if (action.id !== state.selected) return state;
      return { ...state, noise: { samples: action.samples, atMs: now(state) } };
    case "output":
      return { ...state, output: action.bytes };
    case "source-failed": {
      const failure = { id: action.id, reason: action.reason, atMs: now(state) };
      return { ...state, failures: [failure, ...state.failures].slice(0, MAX_FAILURES) };
    }
    case "history": {
      const history = merged(action.credit, state.history);
      const colours = assignColours(state.colours, leaders(history));
      // Those that are shown stay as they are: they have been read out.
      const failures = state.failures.length > 0 ? state.failures : action.failures;
      return { ...state, history, colours, failures: failures.slice(0, MAX_FAILURES) };
    }
    case "catalogue":
      return { ...state, catalogue: new Map(action.sources.map((entry) => [entry.id, entry])) };
    case "connection":
      return { ...state, connection: action.connection };
    case "select":
      if (action.id === state.selected) return state;
      return { ...state, selected: action.id, noise: undefined };
    case "sort":
      return { ...state, sort: sortedBy(action.key, state.sort) };
    case "filter":
      return { ...state, filter: action.filter };
    case "format":
      return { ...state, format: action.format };
  }
}

function observe(state: State, snapshot: Snapshot): State {
  // The uptime went back: this is another pool, because the server was restarted.
  const isNewPool = snapshot.uptimeMs < now(state);
  const history = recorded(isNewPool ? [] : state.history, snapshot);
  const isThere = (id: string | undefined) => snapshot.sources.some((source) => source.id === id);
  const selected = isThere(state.selected) ? state.selected : firstChoice(snapshot.sources);
  return {
    ...state,
    snapshot,
    history,
    colours: assignColours(state.colours, leaders(history)),
    selected,
    // None is made any more; the last of it might be taken for fresh.
    output: snapshot.selfTest.state === "failed" ? undefined : state.output,
    noise: selected === state.selected && !isNewPool ? state.noise : undefined,
    failures: isNewPool ? [] : state.failures,
  };
}

/** Selects the source with the most credit: its noise is likely what people want to see first. */
function firstChoice(sources: readonly SourceSnapshot[]): string | undefined {
  let best = sources[0];
  for (const source of sources) if (source.creditedBits > best!.creditedBits) best = source;
  return best?.id;
}

/** Reverses the order for the same column. A new column begins with names ascending, numbers descending. */
function sortedBy(key: SortKey, { key: before, descending }: Sort): Sort {
  if (key === before) return { key, descending: !descending };
  return { key, descending: key !== "id" && key !== "state" };
}

function now(state: State): number {
  return state.snapshot?.uptimeMs ?? 0;
}
