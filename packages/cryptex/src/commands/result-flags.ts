/** From the flags of commands about results to a journal, or to the database of a fleet. */
import { resolve } from "node:path";
import { UsageError } from "#kit/errors.ts";
import { flag } from "#kit/term/flags.ts";
import { storedJournal } from "../cryptex-store/journal.ts";
import { openStore, type Store } from "../cryptex-store/store.ts";
import { storePaths } from "../cryptex-store/store-files.ts";
import type { Deps } from "../deps.ts";
import type { Journal, Results } from "../results/journal.ts";
import { removeAbandoned } from "../telemetry-agent/take-in.ts";

export const RESULTS_FLAG = {
  results: flag.text({
    about: "Database of a fleet's results in place of the store: sqlite:PATH or postgres://…",
    hint: "PLACE",
  }),
};

/** Results that are open, wherever they are. Closed by `await using`. */
export interface OpenResults extends AsyncDisposable {
  readonly results: Results;
  /** Files that they are in, which are not to be written over; empty for those of a server. */
  readonly paths: readonly string[];
  /** Takes away what programs that were killed have left. @returns how many results that were */
  readonly tidy: () => number;
}

/** @throws StoreError; FleetError */
export async function openResults(
  { store, results: place }: { readonly store: string | undefined; readonly results: string | undefined },
  deps: Deps,
): Promise<OpenResults> {
  if (place === undefined) {
    const open = new OpenJournal(store, deps);
    return {
      results: open.journal,
      paths: storePaths(open.store.path),
      tidy: () => removeAbandoned(open.journal),
      [Symbol.asyncDispose]: async () => open[Symbol.dispose](),
    };
  }
  if (store !== undefined) throw new UsageError("--store and --results exclude each other");
  const { FleetResults } = await import("../fleet-results/fleet-results.ts");
  const results = await FleetResults.open(place);
  const file = /^sqlite:(?!\/\/)(.+)$/.exec(place)?.[1];
  return {
    results,
    paths: file === undefined ? [] : storePaths(resolve(file)),
    tidy: () => 0, // what a collector has begun, it goes on with
    [Symbol.asyncDispose]: () => results[Symbol.asyncDispose](),
  };
}

/** An open journal. Closed by `using`. */
export class OpenJournal implements Disposable {
  readonly store: Store;
  readonly journal: Journal;

  /** @throws StoreError */
  constructor(path: string | undefined, { env }: Deps) {
    this.store = openStore(path, { env });
    this.journal = storedJournal(this.store);
  }

  [Symbol.dispose](): void {
    this.store[Symbol.dispose]();
  }
}

/** Time as lists of results take it. */
export function sinceOf(since: number | undefined): { readonly since?: string } {
  return since === undefined ? {} : { since: new Date(since).toISOString() };
}
