/** The dictionary in the store. Every change is one transaction with its history; several programs may work on one at a time. */
import type { Database } from "bun:sqlite";
import { visible } from "#kit/format/visible.ts";
import {
  type Author,
  type Change,
  type Dictionary,
  DictionaryError,
  type Editing,
  type Editor,
  type EntryQuery,
  type FoundEntries,
  type HistoryQuery,
  type IncomingEntry,
  type OnExisting,
  type StoredEntry,
  type TakenIn,
} from "../dictionary/dictionary.ts";
import { type Changes, differences, type Entry, entryOf, faultsOf } from "../dictionary/entry.ts";
import { HistoryWriter, historyOf } from "./dictionary-history.ts";
import { allEntries, EntryWriter, entriesWhere, entryNamed } from "./dictionary-rows.ts";
import { findEntries } from "./dictionary-search.ts";
import { numberOf } from "./migrations.ts";
import type { Store } from "./store.ts";

/** @param now tells the time, milliseconds since 1970 */
export function storedDictionary(store: Store, now: () => number = Date.now): Dictionary {
  return new StoredDictionary(store, now);
}

class StoredDictionary implements Dictionary {
  constructor(
    private readonly store: Store,
    private readonly now: () => number,
  ) {}

  count(): number {
    return this.store.read((db) => numberOf(db, "SELECT count(*) FROM dict_entries"));
  }

  get(codename: string): StoredEntry | undefined {
    return this.store.read((db) => entryNamed(db, codename));
  }

  find(query: EntryQuery): FoundEntries {
    return this.store.read((db) => findEntries(db, query));
  }

  all(): StoredEntry[] {
    return this.store.read(allEntries);
  }

  usedBy(codename: string): string[] {
    // The quoted name may stand inside another one, so candidates are looked at.
    const found = this.store.read((db) =>
      entriesWhere(db, "instr(deps, ?) > 0 ORDER BY codename", [JSON.stringify(codename)]),
    );
    return found.filter(({ deps }) => deps.includes(codename)).map((entry) => entry.codename);
  }

  add(entry: Entry, { who }: Author): StoredEntry {
    refuseFaults(entry);
    return this.store.write((db) => {
      const current = entryNamed(db, entry.codename);
      if (current) {
        throw new DictionaryError("exists", `there is an entry ${visible(entry.codename)} already`, {
          hints: ["dict edit changes it"],
          current,
        });
      }
      return this.#writing(db, who).add(entry, lastRevision(db, entry.codename));
    });
  }

  edit(codename: string, changes: Changes | Editing, { who, revision }: Editor): StoredEntry {
    return this.store.write((db) => {
      const before = this.#current(db, codename, revision);
      const after = { ...before, ...(typeof changes === "function" ? changes(before) : changes), codename };
      return this.#writing(db, who).replace(before, after);
    });
  }

  annotate(codename: string, note: string, by: Editor): StoredEntry {
    return this.edit(codename, ({ notes }) => ({ notes: [...notes, note] }), by);
  }

  remove(codename: string, { who, revision }: Editor): StoredEntry {
    return this.store.write((db) => {
      const entry = this.#current(db, codename, revision);
      this.#writing(db, who).remove(entry);
      return entry;
    });
  }

  takeIn(entries: readonly IncomingEntry[], existing: OnExisting, { who }: Author): TakenIn {
    for (const { entry } of entries) refuseFaults(entry);
    return this.store.write((db) => {
      const { added, different, unchanged } = compared(db, entries, existing);
      const replaced = existing === "replace" ? different : [];
      const revisions = lastRevisions(db);
      const writing = this.#writing(db, who);
      writing.addAll(added, revisions);
      for (const { entry, there } of replaced) writing.replace(there, entry);
      return takenIn(added, different, unchanged, existing);
    });
  }

  tryTakeIn(entries: readonly IncomingEntry[], existing: OnExisting): TakenIn {
    for (const { entry } of entries) refuseFaults(entry);
    return this.store.read((db) => {
      const { added, different, unchanged } = compared(db, entries, existing);
      return takenIn(added, different, unchanged, existing);
    });
  }

  history(query: HistoryQuery = {}): Change[] {
    return this.store.read((db) => historyOf(db, query));
  }

  #writing(db: Database, who: string): Writing {
    return new Writing(db, { who, at: new Date(this.now()).toISOString() });
  }

  #current(db: Database, codename: string, revision: number | undefined): StoredEntry {
    const current = entryNamed(db, codename);
    if (!current) throw new DictionaryError("not-found", `there is no entry ${visible(codename)}`);
    if (revision !== undefined && revision !== current.revision) {
      throw new DictionaryError(
        "other-revision",
        `${visible(codename)} has revision ${current.revision} by now, not ${revision}: somebody has changed it`,
        { hints: [`dict history shows who: look, and edit revision ${current.revision}`], current },
      );
    }
    return current;
  }
}

/** Changes of one transaction, each with its history. */
class Writing {
  readonly #entries: EntryWriter;
  readonly #history: HistoryWriter;

  constructor(
    db: Database,
    private readonly stamp: { readonly who: string; readonly at: string },
  ) {
    this.#entries = new EntryWriter(db);
    this.#history = new HistoryWriter(db);
  }

  /** @param last the last revision that an entry of this name had */
  add(entry: Entry, last: number): StoredEntry {
    const stored = { ...entryOf(entry), revision: last + 1 };
    const before = this.#entries.lastId();
    this.#entries.insert(stored);
    this.#entries.index(before + 1);
    this.#history.record({ ...this.stamp, entry: stored, action: "add" });
    return stored;
  }

  /** @param lastRevisions that entries of these names had, where they had any */
  addAll(entries: readonly Entry[], lastRevisions: ReadonlyMap<string, number>): void {
    const before = this.#entries.lastId();
    for (const entry of entries) {
      this.#entries.insert({ ...entryOf(entry), revision: (lastRevisions.get(entry.codename) ?? 0) + 1 });
    }
    this.#entries.index(before + 1);
    this.#history.recordAdditions(before, this.stamp);
  }

  /** @throws DictionaryError "invalid" */
  replace(before: StoredEntry, entry: Entry): StoredEntry {
    refuseFaults(entry);
    if (differences(before, entry).length === 0) return before;
    const after = { ...entryOf(entry), revision: before.revision + 1 };
    this.#entries.update(before, after);
    this.#history.record({ ...this.stamp, entry: after, before, action: "edit" });
    return after;
  }

  remove(entry: StoredEntry): void {
    this.#entries.remove(entry);
    this.#history.record({ ...this.stamp, entry, action: "remove" });
  }
}

interface Different {
  readonly entry: Entry;
  readonly there: StoredEntry;
  /** The revision that the file was made of. */
  readonly revision: number | undefined;
}

/** @throws DictionaryError where entries are in the way */
function compared(db: Database, entries: readonly IncomingEntry[], existing: OnExisting) {
  const added: Entry[] = [];
  const different: Different[] = [];
  let unchanged = 0;
  const isNew = numberOf(db, "SELECT count(*) FROM dict_entries") === 0;
  for (const { entry, revision } of entries) {
    const there = isNew ? undefined : entryNamed(db, entry.codename);
    if (!there) added.push(entry);
    else if (differences(there, entry).length === 0) unchanged++;
    else different.push({ entry, there, revision });
  }
  if (existing === "refuse" && different.length > 0) refuseExisting(different);
  if (existing === "replace") refuseChanged(different);
  return { added, different, unchanged };
}

function takenIn(
  added: readonly Entry[],
  different: readonly Different[],
  unchanged: number,
  existing: OnExisting,
): TakenIn {
  const names = different.map(({ entry }) => entry.codename);
  return {
    added: added.map(({ codename }) => codename),
    replaced: existing === "replace" ? names : [],
    kept: existing === "keep" ? names : [],
    unchanged,
  };
}

/** Names that a message lists. */
const MOST_NAMED = 10;

function listed(names: readonly string[]): string {
  const rest = names.length > MOST_NAMED ? ` and ${names.length - MOST_NAMED} more` : "";
  return `${names.slice(0, MOST_NAMED).map(visible).join(", ")}${rest}`;
}

function refuseExisting(different: readonly Different[]): never {
  const codenames = different.map(({ entry }) => entry.codename);
  throw new DictionaryError("exists", `entries are there already, and differ: ${listed(codenames)}`, {
    hints: ["--keep leaves them as they are, --replace takes those of the file; nothing was taken in"],
    codenames,
    current: different[0]!.there,
  });
}

function refuseChanged(different: readonly Different[]): void {
  const changed = different.filter(({ there, revision }) => ![undefined, there.revision].includes(revision));
  if (changed.length === 0) return;
  const codenames = changed.map(({ entry }) => entry.codename);
  throw new DictionaryError(
    "other-revision",
    `entries have been changed since the file was made: ${listed(codenames)}`,
    {
      hints: ["export them anew, or take the revisions out of the file; nothing was taken in"],
      codenames,
      current: changed[0]!.there,
    },
  );
}

/** @throws DictionaryError */
function refuseFaults(entry: Entry): void {
  const faults = faultsOf(entry);
  if (faults.length === 0) return;
  const words = faults.map(({ field, words }) => `${field} ${words}`).join("; ");
  throw new DictionaryError(
    "invalid",
    `${visible(entry.codename) || "an entry without a codename"}: ${words}`,
  );
}

function lastRevision(db: Database, codename: string): number {
  const sql = "SELECT max(revision) AS last FROM dict_history WHERE codename = ?";
  return db.query<{ last: number | null }, [string]>(sql).get(codename)?.last ?? 0;
}

/** Revisions of entries that were removed. */
function lastRevisions(db: Database): Map<string, number> {
  const sql =
    "SELECT codename, max(revision) AS last FROM dict_history WHERE action = 'remove' GROUP BY codename";
  const rows = db.query<{ codename: string; last: number }, []>(sql).all();
  return new Map(rows.map(({ codename, last }) => [codename, last]));
}
