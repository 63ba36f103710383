/** A rule set that stays open, and is read again where its files have changed. */
import type { Stats } from "node:fs";
import { indexRules, type RuleScope } from "../../cryptex-store/rule-index.ts";
import { isSettled } from "../../cryptex-store/settled.ts";
import type { Store } from "../../cryptex-store/store.ts";
import { listRuleFiles, statOrUndefined } from "../../rules/list-rule-files.ts";
import { openRuleSet } from "../../rules/open-rule-set.ts";
import type { Externals, RuleSet } from "../../rules/rule-set.ts";
import { ShownRuleFiles } from "./shown-rule-files.ts";

export interface KeptRuleSetOptions {
  readonly name: string;
  /** Absolute. */
  readonly paths: readonly string[];
  readonly includeFolders: readonly string[];
  readonly externals: Externals;
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

export class KeptRuleSet {
  readonly shown: ShownRuleFiles;
  #known: ReadRuleSet | undefined;
  #trustedUntil = 0;
  #busy: Promise<void> = Promise.resolve();
  readonly #scopes = new WeakMap<ReadRuleSet, Promise<RuleScope>>();

  constructor(readonly options: KeptRuleSetOptions) {
    this.shown = new ShownRuleFiles([...options.paths, ...options.includeFolders]);
  }

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

  /** Returns the set's rules as the store has them, for searches. @throws StoreError; the signal's reason */
  async scope({ isLookUp = true } = {}): Promise<{ readonly read: ReadRuleSet; readonly scope: RuleScope }> {
    const read = await this.read({ isLookUp });
    let scope = this.#scopes.get(read);
    if (scope === undefined) {
      const { store, paths, includeFolders, signal } = this.options;
      scope = indexRules(store, paths, { includeFolders, signal });
      this.#scopes.set(read, scope);
      // What failed is tried again.
      scope.catch(() => this.#scopes.delete(read));
    }
    return { read, scope: await scope };
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
      this.#suits(withTexts) && known?.stamp !== undefined && known.stamp === this.#stamp(known, startMs);
    if (!isCurrent) await this.#readAgain(withTexts || known?.set.packed !== undefined);
    this.#trustedUntil = now() + Math.max(TRUSTED_MS, (now() - startMs) / LOOKING_SHARE);
    return this.#known!;
  }

  async #readAgain(withTexts: boolean): Promise<void> {
    const { name, paths, includeFolders, externals, cacheFolder, warn, changed, now, signal } = this.options;
    const startMs = now();
    const request = { paths, includeFolders, externals, withTexts, alias: name, warn, signal };
    const set = await openRuleSet({ ...request, ...(cacheFolder !== undefined && { cacheFolder }) });
    const { files, absent } = set;
    const shown = this.shown.ruleSet(set);
    const before = this.#known?.set;
    this.#known = { set: shown, files, absent, stamp: this.#stamp({ files, absent }, startMs) };
    if (before && !isAlike(before, shown)) changed(shown);
  }

  /** @param startMs time before which the files must have come to be what they are */
  #stamp({ files, absent }: Pick<ReadRuleSet, "files" | "absent">, startMs: number): string | undefined {
    const hash = new Bun.CryptoHasher("sha256");
    const { listed, quarantined } = listRuleFiles(this.options.paths);
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

function stampOf({ dev, ino, size, mtimeMs, ctimeMs }: Stats): readonly number[] {
  return [dev, ino, size, mtimeMs, ctimeMs];
}

/** Tells that the same rules are evaluated, and the same ones are not. */
function isAlike(a: RuleSet, b: RuleSet): boolean {
  return a.digest === b.digest && JSON.stringify(a.quarantined) === JSON.stringify(b.quarantined);
}
