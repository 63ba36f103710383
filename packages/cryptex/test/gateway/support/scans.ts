/** Scans of the gateway over a store on the disk, with the fake engine: rules are texts to be found, files say what the engine does. */
import { mkdirSync } from "node:fs";
import { storedJournal } from "../../../src/cryptex-store/journal.ts";
import { openStore, type Store } from "../../../src/cryptex-store/store.ts";
import { openRoots, type Roots } from "../../../src/gateway/roots.ts";
import { openScans, type ScansOptions } from "../../../src/gateway/scans/open-scans.ts";
import type { Scans } from "../../../src/gateway/scans/scans.ts";
import { ServiceError } from "../../../src/gateway/service-error.ts";
import type { Journal } from "../../../src/results/journal.ts";
import { type FakeRule, fakeRuleSet } from "../../scan-runner/support/fake-engine.ts";
import { sameThread } from "../../scan-runner/support/scan.ts";
import { Tree } from "../../scan-runner/support/tree.ts";

export const RULES: Readonly<Record<string, readonly FakeRule[]>> = {
  house: [{ name: "abc", find: "abc" }],
  other: [
    { name: "b", find: "b" },
    { name: "x", find: "x" },
  ],
};

/** A folder with the root `root` in it, and the stores beside that. */
export class Place extends Tree {
  constructor() {
    super();
    mkdirSync(this.path("root"));
  }
}

export interface Open extends AsyncDisposable {
  readonly scans: Scans;
  readonly journal: Journal;
  readonly store: Store;
  readonly roots: Roots;
  readonly warnings: string[];
}

export interface OpenOptions extends Partial<Omit<ScansOptions, "ruleSets">> {
  readonly rules?: typeof RULES;
  /** Folder of the root `files`. */
  readonly root?: string;
  readonly storeName?: string;
  readonly journalOf?: (store: Store) => Journal;
}

export function open(place: Place, options: OpenOptions = {}): Open {
  const {
    rules = RULES,
    root = "root",
    storeName = "store.db",
    journalOf = storedJournal,
    ...more
  } = options;
  const store = openStore(place.path(storeName));
  const journal = journalOf(store);
  const roots = openRoots([{ name: "files", folder: place.path(root) }]);
  const warnings: string[] = [];
  const named = (ref = "house") => rules[ref];
  const scans = openScans({
    journal,
    store,
    roots,
    ruleSets: {
      has: (ref) => named(ref) !== undefined,
      async open(ref) {
        const set = named(ref);
        if (!set) throw new ServiceError("not-found", "there is no such rule set");
        return fakeRuleSet(set);
      },
      times: async () => [],
    },
    threads: 2,
    startThread: sameThread,
    warn: (message) => warnings.push(message),
    ...more,
  });
  return {
    ...{ scans, journal, store, roots, warnings },
    async [Symbol.asyncDispose]() {
      await scans.stop();
      store.close();
    },
  };
}

/** Lines of a scan's result, without numbers and times. */
export function resultOf(journal: Journal, scan: string): readonly unknown[] {
  return journal
    .read({ scan, limit: 1_000_000 })
    .filter(({ type }) => type !== "scan")
    .map(({ type, data }) => ({ type, ...data }));
}

/** Changes of its state, in order. */
export function statesOf(journal: Journal, scan: string): readonly unknown[] {
  return journal.read({ scan, types: ["scan"], limit: 1_000 }).map(({ data }) => data["state"]);
}
