/** A program that is to load an index, and what it cannot load. */
import type { Edit } from "../rules/compile.ts";
import type { Resolution } from "../rules/resolve.ts";
import type { RuleInFile } from "../rules/rule-files.ts";

export interface Target {
  readonly name: string;
  /** One line for help. */
  readonly about: string;
  readonly modules: readonly string[];
  /** Says what the target lacks that a rule needs, a reason each; the same words for the same lack, since reasons are counted. */
  lacks(rule: RuleInFile): readonly string[];
  /** Says what must be written in another way for the target to read it. */
  edits?(rule: RuleInFile): readonly Edit[];
  /** Compiles the finished index as the target would. Resolves with undefined where the target's program is not installed. */
  readonly check?: (index: Index, signal: AbortSignal) => Promise<CheckResult | undefined>;
}

export type IndexRule = Resolution["rules"][number];

/** An index as text, and where each rule begins. */
export interface Index {
  readonly text: Uint8Array;
  readonly rules: readonly IndexRule[];
  /** Line of each rule's beginning, 1 is the first. */
  readonly lines: readonly number[];
}

export interface CheckResult {
  /** Program and version. */
  readonly by: string;
  readonly refused: readonly { readonly rule: IndexRule; readonly reason: string }[];
}
