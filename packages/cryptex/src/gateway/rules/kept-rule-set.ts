/** A rule set that stays open, and is read again where its files have changed. */
import type { Stats } from "node:fs";
import { ProgramError } from "#kit/errors.ts";
import { visible } from "#kit/format/visible.ts";
import { indexRules, type RuleScope } from "../../cryptex-store/rule-index.ts";
import type { FoundRule } from "../../cryptex-store/rule-search.ts";
import { isSettled } from "../../cryptex-store/settled.ts";
import type { Store } from "../../cryptex-store/store.ts";
import { listRuleFiles, statOrUndefined } from "../../rules/list-rule-files.ts";
import { openRuleSet } from "../../rules/open-rule-set.ts";
import type { Quarantined } from "../../rules/rule-info.ts";
import type { RuleSet, RuleSetRequest } from "../../rules/rule-set.ts";
import type { RuleSource } from "../../rules/which-rules.ts";
import { RuleList } from "./rule-list.ts";
import { namespacesOf, summaryOf } from "./rule-summary.ts";
import { ShownRuleFiles } from "./shown-rule-files.ts";

export interface KeptRuleSetOptions {
  readonly name: string;
  /** Paths that it gives are absolute. */
  readonly source: RuleSource;
  /** Folder of compiled sets; none is kept without it. */
  readonly cacheFolder?: string;
  readonly store: Store;
  readonly warn: (message: string) => void;
  /** Told when the set is no more what it was. */
  readonly changed: (set: RuleSet) => void;
  readonly now: () => number;
  readonly signal: AbortSignal;
}

/** A set as it was read once. */
export interface ReadRuleSet {
  /** Files in it are shown as clients see them. */
  readonly set: RuleSet;
  readonly shown: ShownRuleFiles;
  /** Where its rules were read. */
  readonly request: RuleSetRequest;
  /** Time from which on it is not to be used as it is. */
  readonly until: number;
  /** Real paths that were read, and such that must stay absent. */
  readonly files: readonly string[];
  readonly absent: readonly string[];
  /** Tells the files from later ones; undefined where they may have changed since. */
  readonly stamp: string | undefined;
}

/** For how long files are taken to be as they were when somebody looks something up. */
const TRUSTED_MS = 1_000;
/** Looking at files takes at most this share of the time, however many there are. */
const LOOKING_SHARE = 1 / 200;

const NOWHERE: RuleSetRequest = { paths: [], includeFolders: [], externals: {} };

export class KeptRuleSet {
  #known: ReadRuleSet | undefined;
  /** Why it was not to be used when that was asked last. */
  #refusal: string | undefined;
  #trustedUntil = 0;
  #busy: Promise<void> = Promise.resolve();
  readonly #scopes = new WeakMap<ReadRuleSet, Promise<RuleScope>>();
  readonly #lists = new WeakMap<ReadRuleSet, Promise<RuleList>>();

  constructor(readonly options: KeptRuleSetOptions) {}

  /**
   * Returns the set as its files are now.
   * @param isLookUp takes files that were looked at a moment ago for unchanged
   * @throws the signal's reason
   */
  async read({ withTexts = false, isLookUp = false } = {}): Promise<ReadRuleSet> {
    const trusted = () =>
      isLookUp && this.options.now() < this.#trustedUntil && this.#suits(withTexts) ? this.#known : undefined;
    return trusted() ?? (await this.#alone(async () => trusted() ?? (await this.#look(withTexts))));
  }

  /** Returns the set's rules as the store has them. @throws StoreError; the signal's reason */
  async scope({ isLookUp = true } = {}): Promise<{ readonly read: ReadRuleSet; readonly scope: RuleScope }> {
    const read = await this.read({ isLookUp });
    const { store, signal } = this.options;
    const { paths, includeFolders } = read.request;
    const scope = await onceFor(this.#scopes, read, () =>
      indexRules(store, paths, { includeFolders, signal }),
    );
    return { read, scope };
  }

  /** Returns the same as a list, for searches. @throws StoreError; the signal's reason */
  async list(): Promise<RuleList> {
    const { read, scope } = await this.scope();
    const { store, signal } = this.options;
    return await onceFor(this.#lists, read, async () => {
      const namespaces = await namespacesOf(read.set, signal);
      const shown = (file: string) => read.shown.path(file);
      const summary = (rule: FoundRule) => JSON.stringify(summaryOf(rule, namespaces));
      return await RuleList.of({ store, scope, shown, summary, signal });
    });
  }

  #suits(withTexts: boolean): boolean {
    return this.#known !== undefined && (!withTexts || this.#known.set.packed !== undefined);
  }

  /** Files are read by one caller at a time; the others get what it has found. */
  async #alone<T>(work: () => Promise<T>): Promise<T> {
    const before = this.#busy;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#busy = promise;
    await before;
    try {
      return await work();
    } finally {
      resolve();
    }
  }

  async #look(withTexts: boolean): Promise<ReadRuleSet> {
    const { now } = this.options;
    const startMs = now();
    const known = this.#known;
    const isCurrent =
      this.#suits(withTexts) &&
      known?.stamp !== undefined &&
      known.until > startMs &&
      known.stamp === this.#stamp(known, startMs);
    if (!isCurrent) await this.#readAgain(withTexts || known?.set.packed !== undefined);
    this.#trustedUntil = now() + Math.max(TRUSTED_MS, (now() - startMs) / LOOKING_SHARE);
    return this.#known!;
  }

  async #readAgain(withTexts: boolean): Promise<void> {
    const { name, source, cacheFolder, warn, changed, now, signal } = this.options;
    const startMs = now();
    const { refusal, request, until = Number.POSITIVE_INFINITY } = await this.#open();
    const opening = { ...request, withTexts, alias: name, warn, signal };
    const opened = await openRuleSet({ ...opening, ...(cacheFolder !== undefined && { cacheFolder }) });
    const { absent } = opened;
    const files = [...source.files, ...opened.files];
    const shown = new ShownRuleFiles([...request.paths, ...request.includeFolders, ...source.files]);
    const lost = refusal === undefined ? [] : [this.#lost(refusal, shown)];
    const set = shown.ruleSet({ ...opened, quarantined: [...lost, ...opened.quarantined] });
    const before = this.#known?.set;
    const read = { set, shown, request, until, files, absent };
    // What is refused is asked again each time: a key may be trusted by then.
    this.#known = { ...read, stamp: refusal === undefined ? this.#stamp(read, startMs) : undefined };
    if (before && !isAlike(before, set)) changed(set);
  }

  /** Finds out where the rules are; nowhere, and why, where they are not to be used. */
  async #open(): Promise<{ request: RuleSetRequest; until?: number; refusal?: string }> {
    try {
      const { until, ...request } = await this.options.source.open();
      this.#refusal = undefined;
      return { request, ...(until !== undefined && { until }) };
    } catch (error) {
      this.options.signal.throwIfAborted();
      if (!(error instanceof ProgramError)) throw error;
      const refusal = error.message;
      if (refusal !== this.#refusal) this.options.warn(`no rule of ${this.options.name} is used: ${refusal}`);
      this.#refusal = refusal;
      return { request: NOWHERE, refusal };
    }
  }

  #lost(refusal: string, shown: ShownRuleFiles): Quarantined {
    const { files } = this.options.source;
    const reason = files.reduce((text, file) => text.replaceAll(visible(file), shown.path(file)), refusal);
    return { rule: null, file: files[0] ?? this.options.name, line: null, reason, harmless: false };
  }

  /** @param startMs time before which the files must have come to be what they are */
  #stamp(
    { request, files, absent }: Pick<ReadRuleSet, "request" | "files" | "absent">,
    startMs: number,
  ): string | undefined {
    const hash = new Bun.CryptoHasher("sha256");
    const { listed, quarantined } = listRuleFiles(request.paths);
    const wereRead = new Set(files);
    for (const path of new Set([...listed.map((file) => file.path), ...files])) {
      const stats = statOrUndefined(path);
      // A file that went away after it was read. Others, such as links to nowhere, may be missing all the time.
      if (stats === undefined && wereRead.has(path)) return undefined;
      if (stats !== undefined && !isSettled(stats.ctimeMs, startMs)) return undefined;
      hash.update(JSON.stringify([path, stats && stampOf(stats)]));
    }
    hash.update(JSON.stringify(quarantined));
    return absent.some(statOrUndefined) ? undefined : hash.digest("hex");
  }
}

/** Does work once for a set as it was read; what failed is tried again. */
function onceFor<T>(
  known: WeakMap<ReadRuleSet, Promise<T>>,
  read: ReadRuleSet,
  work: () => Promise<T>,
): Promise<T> {
  const before = known.get(read);
  if (before) return before;
  const begun = work();
  known.set(read, begun);
  begun.catch(() => known.delete(read));
  return begun;
}

function stampOf({ dev, ino, size, mtimeMs, ctimeMs }: Stats): readonly number[] {
  return [dev, ino, size, mtimeMs, ctimeMs];
}

/** Tells that the same rules are evaluated, and the same ones are not. */
function isAlike(a: RuleSet, b: RuleSet): boolean {
  return a.digest === b.digest && JSON.stringify(a.quarantined) === JSON.stringify(b.quarantined);
}
