/** A program that is to load an index, and what it cannot load. */
import type { CheckResult } from "../other-engines/check.ts";
import type { RuleInFile } from "../rules/rule-files.ts";
import type { Edit, Source } from "../rules/source.ts";

export interface Target {
  readonly name: string;
  /** One line for help. */
  readonly about: string;
  readonly modules: readonly string[];
  /** True where nobody can define external variables. */
  readonly lacksExternals?: true;
  /** Endings of file names, where it passes over any other file. */
  readonly endings?: readonly string[];
  /** Says what the target lacks that a rule needs, a reason each; the same words for the same lack, since reasons are counted. */
  lacks(rule: RuleInFile): readonly string[];
  /** Says what must be written in another way for the target to read it. */
  edits?(rule: RuleInFile): readonly Edit[];
  /** Compiles the finished index as the target would. Resolves with undefined where the target's program is not installed. */
  readonly check?: (index: Source, signal: AbortSignal) => Promise<CheckResult | undefined>;
}
