/** The rules of the gateway: which sets there are, what is in them, and what can be tried with them. */

import type { MetaFilter } from "../cryptex-store/rule-search.ts";
import type { ShownRules } from "../cryptex-store/shown-rules.ts";
import type { Explanation } from "../explain/explanation.ts";
import type { SampleFile } from "../rules/cost.ts";
import type { Finding } from "../rules/lint-finding.ts";
import type { Quarantined } from "../rules/rule-info.ts";
import type { RuleSet } from "../rules/rule-set.ts";
import type { IndexReport } from "../safe-index/build-index.ts";
import type { MetaEntry, ShownPath } from "../scan-runner/events.ts";

export interface RuleSets {
  /** Lists the sets, the default first. Each is opened for it. */
  list(): Promise<RuleSetInfo[]>;
  /** Tells of a name whether there is such a set, without opening it. A digest may be one. */
  has(ref: string | undefined): boolean;
  /**
   * Opens a set, as its files are now. Paths in it are shown as clients see them.
   * @param ref name or digest; by default the default
   * @param withTexts for explanations
   * @throws ServiceError "not-found"
   */
  open(ref?: string, withTexts?: boolean): Promise<RuleSet>;
  /** Finds rules, in the order of files and lines. @throws ServiceError "not-found", "invalid" for a cursor of something else */
  find(query: RuleFinding): Promise<FoundRules>;
  /** Does the same for who passes it on: what it finds is kept as JSON. */
  findJson(query: RuleFinding): Promise<string>;
  /** Shows all rules of a name, as `rules show --json` does. @throws ServiceError "not-found" */
  show(name: string, ruleset?: string): Promise<ShownRules>;
  health(ruleset?: string): Promise<RuleHealth>;
  /** Looks for faults in a text of rules, which may include nothing. @throws ServiceError "too-large", "busy"; the signal's reason */
  validate(text: string, signal?: AbortSignal): Promise<Validation>;
  /** Explains a rule for a file, or for bytes. @throws ServiceError "not-found", "invalid", "conflict" where it cannot be, "busy" */
  explain(question: ExplainQuestion, signal?: AbortSignal): Promise<Explained>;
  /** Writes the part of a set that all the targets can load. @throws ServiceError "not-found", "invalid", "busy" */
  safeIndex(order: SafeIndexOrder, signal?: AbortSignal): Promise<SafeIndex>;
  /** Measures each rule by itself, on files in memory. @throws ServiceError "not-found", "busy", "too-large"; the signal's reason */
  times(
    ruleset: string | undefined,
    sample: readonly SampleFile[],
    signal?: AbortSignal,
  ): Promise<RuleTime[]>;
}

export interface RuleTime {
  readonly rule: string;
  /** Processor time for a MiB of the sample. */
  readonly secondsPerMib: number;
}

export interface RuleSetInfo {
  readonly name: string;
  /** True for the set that is meant where none is named. */
  readonly default: boolean;
  /** `sha256:` and hex. */
  readonly digest: string;
  /** Rules that are evaluated. */
  readonly rules: number;
  readonly quarantined: readonly Quarantined[];
  readonly modules: readonly string[];
  /** Files that were read. */
  readonly files: number;
}

export interface RuleFinding {
  /** Words, all of which a rule has. */
  readonly text?: string | undefined;
  readonly tags?: readonly string[];
  readonly meta?: readonly MetaFilter[];
  readonly modules?: readonly string[];
  readonly ruleset?: string | undefined;
  readonly limit: number;
  /** Cursor from `next`. */
  readonly after?: string | undefined;
}

export interface FoundRules {
  readonly total: number;
  readonly rules: readonly RuleSummary[];
  /** Null at the end. */
  readonly next: string | null;
}

export interface RuleSummary {
  readonly name: string;
  /** Null for a rule that is not evaluated. */
  readonly namespace: string | null;
  readonly file: string;
  readonly line: number;
  readonly tags: readonly string[];
  readonly meta: readonly MetaEntry[];
  readonly modules: readonly string[];
  /** Digest of the text without comments and blanks: `sha256:` and hex. */
  readonly digest: string;
}

export interface RuleHealth {
  readonly quarantined: readonly Quarantined[];
  /** Rules of the same text, and rules of one name whose texts differ. */
  readonly duplicates: readonly RuleGroup[];
  /** Rules that slow scans down, the dearest first. */
  readonly slow: readonly SlowRule[];
}

export interface RuleGroup {
  readonly name: string;
  readonly kind: "same text" | "same name";
  readonly rules: readonly { readonly name: string; readonly file: string; readonly line: number }[];
}

export interface SlowRule {
  readonly rule: string;
  readonly namespace: string;
  readonly file: string;
  readonly line: number;
  /** Quality of its poorest string, 0 to 255; null for a rule without strings. */
  readonly quality: number | null;
  readonly tries_per_mib: number;
  readonly advice: readonly string[];
}

export interface Validation {
  /** No rule and no part of the text is at fault. */
  readonly valid: boolean;
  readonly rules: number;
  readonly findings: readonly Finding[];
}

export type ExplainQuestion = { readonly ruleset?: string | undefined; readonly rule: string } & (
  | { readonly root: string; readonly path: string }
  | { readonly content: Uint8Array }
);

/** As `explain --json` prints it. */
export interface Explained extends Explanation, ShownPath {
  readonly schema: 1;
  readonly size: number;
  readonly sha256: string;
}

export interface SafeIndexOrder {
  readonly ruleset?: string | undefined;
  /** Names of targets, at least one. */
  readonly targets: readonly string[];
}

export interface SafeIndex {
  readonly index: string;
  /** Base64, where the index is no UTF-8. */
  readonly index_bytes?: string;
  readonly report: IndexReport;
}
