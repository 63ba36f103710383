/** Findings of lint. Messages may hold text of rule files: who shows them escapes them. */
import type { RuleSyntax, Span } from "./ast.ts";

/** An error is a rule that is not evaluated; a warning a likely mistake, or a rule that slows a scan down; a hint the rest. */
export type Severity = "error" | "warning" | "hint";

export interface Finding {
  readonly file: string;
  /** 1 is the first; null where the whole file is meant. */
  readonly line: number | null;
  readonly rule: string | null;
  readonly severity: Severity;
  /** In kebab case; stays the same from version to version. */
  readonly code: string;
  /** States what is wrong, and why it matters. */
  readonly message: string;
  /** Tells what to do. */
  readonly hint?: string;
}

/** A finding by its place in the text of a rule. */
export interface FoundInRule extends Pick<Finding, "severity" | "code" | "message" | "hint"> {
  readonly span: Span;
}

/** Looks into one rule, as it stands. */
export type RuleCheck = (rule: RuleSyntax) => Iterable<FoundInRule>;
