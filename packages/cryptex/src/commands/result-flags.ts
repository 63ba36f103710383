/** From the flags of commands about results to a journal. */
import { storedJournal } from "../cryptex-store/journal.ts";
import { openStore, type Store } from "../cryptex-store/store.ts";
import type { Deps } from "../deps.ts";
import type { Journal } from "../results/journal.ts";

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
