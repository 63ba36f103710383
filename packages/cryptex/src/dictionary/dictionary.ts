/**
 * The dictionary for everybody who works with one: commands, the gateway, agents, the gap report. Everything that goes in and
 * comes out serialises to JSON. Calls are synchronous, and each is done as a whole or not at all.
 */
import { ProgramError } from "#kit/errors.ts";
import type { Changes, Entry, Status } from "./entry.ts";

export interface StoredEntry extends Entry {
  /** 1 when it is added, and one more with each change. An entry that was removed and comes back goes on counting. */
  readonly revision: number;
}

export interface Dictionary {
  /** Counts the entries. */
  count(): number;
  get(codename: string): StoredEntry | undefined;
  find(query: EntryQuery): FoundEntries;
  /** Lists all entries, in the order of their codenames' bytes. */
  all(): StoredEntry[];
  /** Lists codenames of entries that need this one, in order. The entry itself may be missing. */
  usedBy(codename: string): string[];
  /** @throws DictionaryError "exists", "invalid" */
  add(entry: Entry, by: Author): StoredEntry;
  /**
   * Changes the fields that are given, and nothing if they say what is there already.
   * @throws DictionaryError "not-found", "other-revision", "invalid"
   */
  edit(codename: string, changes: Changes | Editing, by: Editor): StoredEntry;
  /** Adds a note behind those that are there. @throws as `edit` */
  annotate(codename: string, note: string, by: Editor): StoredEntry;
  /** Removes an entry; its history stays. @throws DictionaryError "not-found", "other-revision" */
  remove(codename: string, by: Editor): StoredEntry;
  /**
   * Takes in many entries, all of them or none. Their codenames differ.
   * @throws DictionaryError "invalid"; "exists" where `existing` is "refuse" and entries are there that differ
   */
  takeIn(entries: readonly IncomingEntry[], existing: OnExisting, by: Author): TakenIn;
  /** Finds out what `takeIn` would do. @throws as `takeIn` */
  tryTakeIn(entries: readonly IncomingEntry[], existing: OnExisting): TakenIn;
  history(query?: HistoryQuery): Change[];
}

/** Makes changes from what is there. It is called inside the transaction, so nobody changes the entry meanwhile. */
export type Editing = (entry: StoredEntry) => Changes;

export interface Author {
  /** Who changes something, in any words. */
  readonly who: string;
}

export interface Editor extends Author {
  /** The revision that the editor has seen. With another one nothing is changed. */
  readonly revision?: number | undefined;
}

/** Marks that an entry must have, all of them. */
export interface EntryQuery {
  /**
   * Texts, in whatever case: each stands anywhere in the codename, the symbol or a tag, or begins a word of another field.
   */
  readonly words?: readonly string[];
  /** The symbol, whole. */
  readonly symbol?: string | undefined;
  readonly statuses?: readonly Status[];
  readonly tags?: readonly string[];
  readonly kind?: string | undefined;
  readonly owner?: string | undefined;
  /** Entries that are returned at most. */
  readonly limit?: number | undefined;
  /** Entries that were found and are left out at the beginning: lists go on with it. */
  readonly skip?: number | undefined;
}

export interface FoundEntries {
  /** Entries that were found, of which `entries` may have a part only. */
  readonly total: number;
  /** Those whose codename, symbol or tags hold all words come first; then in the order of codenames. */
  readonly entries: readonly StoredEntry[];
}

/** An entry that comes from a file. */
export interface IncomingEntry {
  readonly entry: Entry;
  /** The revision that the file was made of: an entry that is there is replaced only if it still has it. */
  readonly revision?: number | undefined;
}

/** Tells the fate of entries that are there and differ: nothing is taken in, they stay, or they are replaced. */
export type OnExisting = "refuse" | "keep" | "replace";

/** Codenames, by what was done. Those that are there and are the same are counted. */
export interface TakenIn {
  readonly added: readonly string[];
  readonly replaced: readonly string[];
  readonly kept: readonly string[];
  readonly unchanged: number;
}

export interface HistoryQuery {
  readonly codename?: string | undefined;
  readonly who?: string | undefined;
  /** Changes before this one, as `Change.seq`. */
  readonly before?: number | undefined;
  /** Changes that are returned at most, the newest. */
  readonly limit?: number | undefined;
}

/** Something that happened to an entry. */
export interface Change {
  /** Grows with each change. */
  readonly seq: number;
  readonly codename: string;
  /** The revision that came of it; of a removal, the one that was removed. */
  readonly revision: number;
  /** ISO 8601, UTC. */
  readonly at: string;
  readonly who: string;
  readonly action: "add" | "edit" | "remove";
  /**
   * Each changed field as it was and as it has become. In a history of all entries, additions
   * show no fields; in that of one entry they are worked out from what followed.
   */
  readonly fields: Readonly<Record<string, readonly [before: Value, after: Value]>>;
}

export type Value = string | readonly string[] | null;

export type DictionaryFault = "exists" | "other-revision" | "not-found" | "invalid";

/** A dictionary does not do what it is asked to. Nothing was changed. */
export class DictionaryError extends ProgramError<"dictionary"> {
  override name = "DictionaryError";
  constructor(
    readonly kind: DictionaryFault,
    message: string,
    readonly details: DictionaryErrorDetails = {},
  ) {
    super("dictionary", message, { hints: details.hints ?? [] });
  }
}

export interface DictionaryErrorDetails {
  readonly hints?: readonly string[];
  /** "exists", "other-revision": the entry that is there. */
  readonly current?: StoredEntry;
  /** "exists" of `takeIn`: all that are there and differ. "other-revision" of it: those that were changed. */
  readonly codenames?: readonly string[];
}
