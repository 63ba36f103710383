/**
 * Keeps what the store knows of rule files up to date. A file whose stamp is the one recorded is not opened; one whose content
 * is known is not parsed.
 */
import { existsSync, type Stats, statSync } from "node:fs";
import { resolve } from "node:path";
import { setImmediate } from "node:timers/promises";
import { includePlaces, listRuleFiles, readRuleFile, unreadable } from "../rules/list-rule-files.ts";
import type { Quarantined } from "../rules/rule-info.ts";
import { RuleMemory } from "../rules/rule-memory.ts";
import type { Fault, FileFacts, Include } from "./rule-facts.ts";
import {
  dropUnusedRules,
  type KnownFile,
  keepContent,
  keepFile,
  knownContent,
  knownFiles,
  noteUse,
} from "./rule-rows.ts";
import { isSettled } from "./settled.ts";
import type { Store } from "./store.ts";

/** The rules of some files, as the store holds them. */
export interface RuleScope {
  /** Paths, as they were named or below what was named, by the number of their content. */
  readonly paths: ReadonlyMap<number, readonly string[]>;
  /** Files and rules that are missing from the scope, and why. */
  readonly problems: readonly Quarantined[];
  /** Files whose content was not known. */
  readonly parsed: number;
}

export interface IndexOptions {
  /** Folders in which includes are looked for that are not beside the including file. */
  readonly includeFolders?: readonly string[];
  readonly nowMs?: number;
  readonly signal?: AbortSignal;
  /** Told now and then how many files were taken. */
  readonly progress?: (files: number) => void;
}

/**
 * Brings the store up to date for rule files, all those below folders, and what they include. What was read when it is aborted
 * stays known.
 * @throws StoreError where something new cannot be kept; the signal's reason
 */
export async function indexRules(
  store: Store,
  paths: readonly string[],
  options: IndexOptions = {},
): Promise<RuleScope> {
  const index = new RuleIndexing(store, options);
  const { listed, quarantined } = listRuleFiles(paths);
  for (const problem of quarantined) index.problems.push(problem);
  let level = listed.map(({ path }) => path);
  while (level.length > 0) level = await index.take(level);
  index.keep();
  if (index.hasWritten) dropUnusedRules(store, Math.floor(index.nowMs / DAY_MS));
  return index;
}

/** Paths that are looked into where nothing else names rules. */
export interface Roots {
  readonly paths: readonly string[];
  readonly includeFolders: readonly string[];
}

/** @throws StoreError */
export function indexedRoots(store: Store): Roots {
  const sql = "SELECT path, is_include_folder FROM rule_roots ORDER BY rowid";
  const rows = store.read((db) => db.query<{ path: string; is_include_folder: number }, []>(sql).all());
  const listed = (isInclude: number) =>
    rows.filter((row) => row.is_include_folder === isInclude).map(({ path }) => path);
  return { paths: listed(0), includeFolders: listed(1) };
}

/** Takes these roots in place of those before. Relative paths start from the working folder. @throws StoreError */
export function keepRoots(store: Store, { paths, includeFolders }: Roots): void {
  store.write((db) => {
    db.run("DELETE FROM rule_roots");
    const insert = db.query("INSERT INTO rule_roots (path, is_include_folder) VALUES (?, ?)");
    for (const path of paths) insert.run(resolve(path), 0);
    for (const folder of includeFolders) insert.run(resolve(folder), 1);
  });
}

/** A file on the disk. */
interface Place {
  /** As it was named, or below what was named. */
  readonly path: string;
  /** Absolute path. */
  readonly key: string;
  readonly stamp: string;
}

/** A file that was opened, since its stamp was not the one recorded. */
interface Opened extends Place {
  readonly sha256: Uint8Array;
  readonly facts: () => FileFacts;
}

const DAY_MS = 86_400_000;
/** The day of use is noted when it is this much behind, so that most look-ups write nothing. */
const NOTED_DAYS = 7;
/** Files, and bytes of them, that are kept in one transaction: other writers wait for less than a second. */
const BATCH_FILES = 256;
const BATCH_BYTES = 4 * 2 ** 20;

class RuleIndexing implements RuleScope {
  readonly paths = new Map<number, string[]>();
  readonly problems: Quarantined[] = [];
  parsed = 0;
  hasWritten = false;
  /** Devices and inodes of files that were taken. */
  readonly #taken = new Set<string>();
  #opened: Opened[] = [];
  #openedBytes = 0;
  #factsOf: ((bytes: Uint8Array) => FileFacts) | undefined;
  /** Files whose use is to be noted. */
  readonly #used: string[] = [];
  readonly nowMs: number;
  readonly #day: number;

  constructor(
    readonly store: Store,
    readonly options: IndexOptions,
  ) {
    this.nowMs = options.nowMs ?? Date.now();
    this.#day = Math.floor(this.nowMs / DAY_MS);
  }

  /** Takes files into the scope. @returns paths that they include */
  async take(paths: readonly string[]): Promise<string[]> {
    const keys = paths.map((path) => resolve(path));
    const known = this.store.read((db) => knownFiles(db, keys));
    const included: string[] = [];
    for (const [i, path] of paths.entries()) {
      const stats = this.#orLose(path, () => statSync(path));
      if (stats === undefined || this.#isTaken(stats)) continue;
      const place = { path, key: keys[i]!, stamp: stampOf(stats, this.nowMs) };
      for (const include of this.#fromStore(place, known.get(place.key)) ?? (await this.#fromFile(place))) {
        const found = this.#find(path, include);
        if (found !== undefined) included.push(found);
      }
      if (this.#opened.length >= BATCH_FILES || this.#openedBytes >= BATCH_BYTES) await this.#pause();
    }
    return included;
  }

  async #pause(): Promise<void> {
    this.keep();
    this.options.progress?.(this.#taken.size);
    await setImmediate();
    this.options.signal?.throwIfAborted();
  }

  /** Writes what is new, and notes what is used. */
  keep(): void {
    const opened = this.#opened.splice(0);
    const used = this.#used.splice(0);
    this.#openedBytes = 0;
    if (opened.length + used.length === 0) return;
    this.hasWritten = true;
    this.store.write((db) => {
      for (const key of used) noteUse(db, key, this.#day);
      for (const file of opened) {
        const { content, faults } = keepContent(db, file.sha256, file.facts);
        keepFile(db, { key: file.key, stamp: file.stamp, content, day: this.#day });
        this.#add(content, file.path, faults);
      }
    });
  }

  #isTaken({ dev, ino }: Stats): boolean {
    const inode = `${dev}:${ino}`;
    if (this.#taken.has(inode)) return true;
    this.#taken.add(inode);
    return false;
  }

  /** @returns what the file includes; undefined where it may have changed */
  #fromStore(file: Place, known: KnownFile | undefined): readonly Include[] | undefined {
    if (known?.stamp !== file.stamp || file.stamp === UNSETTLED) return undefined;
    if (known.usedDay < this.#day - NOTED_DAYS) this.#used.push(file.key);
    this.#add(known.content, file.path, known.faults);
    return known.includes;
  }

  async #fromFile(file: Place): Promise<readonly Include[]> {
    const bytes = this.#orLose(file.path, () => readRuleFile(file.path));
    if (bytes === undefined) return [];
    // The parser is loaded when it is needed: most look-ups find everything known.
    this.#factsOf ??= (await import("./rule-facts.ts")).factsOf;
    const factsOf = this.#factsOf;
    const sha256 = new Bun.CryptoHasher("sha256").update(bytes).digest();
    const content = this.store.read((db) => knownContent(db, sha256));
    let facts = () => factsOf(bytes);
    if (content === undefined) {
      const made = this.#orLose(file.path, () => {
        new RuleMemory().take(bytes.length);
        return facts();
      });
      if (made === undefined) return [];
      facts = () => made;
      this.parsed += 1;
    }
    this.#opened.push({ ...file, sha256, facts });
    this.#openedBytes += bytes.length;
    return content?.includes ?? facts().includes;
  }

  #find(from: string, { path, line }: Include): string | undefined {
    const places = includePlaces(from, path, this.options.includeFolders ?? []);
    const found = places.find((place) => existsSync(place));
    if (found === undefined) {
      const shown = JSON.stringify(Buffer.from(path, "latin1").toString());
      this.#lose(from, line, `include ${shown}: there is no such file`);
    }
    return found;
  }

  #add(content: number, path: string, faults: readonly Fault[]): void {
    const paths = this.paths.get(content);
    if (paths) paths.push(path);
    else this.paths.set(content, [path]);
    for (const { rule, line, message } of faults) this.#lose(path, line, `syntax error: ${message}`, rule);
  }

  #orLose<T>(path: string, look: () => T): T | undefined {
    try {
      return look();
    } catch (error) {
      this.problems.push(unreadable(path, error));
      return undefined;
    }
  }

  #lose(file: string, line: number | null, reason: string, rule: string | null = null): void {
    this.problems.push({ rule, file, line, reason, harmless: false });
  }
}

/** Stamp of a file that may still change and keep its times: it is opened each time. */
const UNSETTLED = "";

function stampOf({ dev, ino, size, mtimeMs, ctimeMs }: Stats, nowMs: number): string {
  return isSettled(ctimeMs, nowMs) ? `${dev}:${ino}:${size}:${mtimeMs}:${ctimeMs}` : UNSETTLED;
}
