/** The result of an explanation, as results and `--format json` have it: see docs/EXPLAIN.md. */
import type { State } from "./values.ts";

export interface Explanation {
  readonly rule: string;
  readonly namespace: string;
  /** Place of the rule. */
  readonly file: string;
  readonly line: number;
  /** The engine's; null where it has none. */
  readonly verdict: "match" | "no match" | null;
  /** Present where the tree cannot be relied on; then nothing below is there but what is known. */
  readonly unavailable?: Unavailable;
  readonly condition?: ExplainedNode;
  /** Global rules that do not hold, so that no rule matches. */
  readonly held_back_by?: readonly ExplainedRule[];
  readonly strings: readonly ExplainedString[];
  /** For a rule that does not match. */
  readonly changes?: Changes;
}

/**
 * - `engine`: the engine could not evaluate the rule, or something that it rests on, in this file
 * - `time`: the time was over
 * - `size`: the condition has more parts, or is nested deeper, than can be evaluated
 * - `unknown`: a fact could not be had from the engine, and the result hangs on it
 * - `disagreement`: the tree does not come to what the engine says
 */
export type ReasonKind = "engine" | "time" | "size" | "unknown" | "disagreement";

export interface Unavailable {
  readonly kind: ReasonKind;
  readonly reason: string;
}

export interface ExplainedRule {
  readonly rule: string;
  readonly namespace: string;
}

export interface ExplainedString {
  readonly id: string;
  readonly total: number;
  /** The first ones. */
  readonly matches: readonly ExplainedMatch[];
  /** Why matches may be missing. */
  readonly incomplete?: string;
}

export interface ExplainedMatch {
  readonly offset: number;
  readonly length: number;
  /** The first bytes: printable ASCII as it is, the rest \xNN, a backslash \\. */
  readonly data: string;
  readonly xor_key?: number;
}

/** A value: an integer beyond 2^53 is a string of digits, a float that is no number stands as the engine writes it. Texts are escaped as data is. */
export interface ExplainedValue {
  readonly type: "integer" | "float" | "text";
  readonly value: number | string;
  /** Present for a text that is cut, in bytes. */
  readonly length?: number;
}

export interface ExplainedNode {
  /** Number in the whole tree, before what is left out. */
  readonly id: number;
  readonly kind: string;
  /** As the rule has it, blanks and comments aside. */
  readonly text: string;
  /** For a number or a text: what it counts for as a condition. */
  readonly state: State;
  /** Present for a number or a text that is defined. */
  readonly value?: ExplainedValue;
  /** Why the state is unknown. */
  readonly reason?: string;
  /** The field or the call with its values, where they are not those of the text. */
  readonly reads?: string;
  /** Says of a string how often it was found, and the first places. */
  readonly found?: { readonly total: number; readonly offsets: readonly number[] };
  /** Says of `of` and loops how many are needed; "all", or a share in percent. */
  readonly needs?: number | string;
  /** Says of `of` and loops how many there are. */
  readonly has?: number;
  readonly children?: readonly ExplainedNode[];
  /** Children that are left out. */
  readonly more?: number;
  readonly loop?: ExplainedLoop;
}

export interface ExplainedLoop {
  /** Turns that the engine takes. */
  readonly turns: number;
  /** Some of the turns that decide. */
  readonly shown: readonly ExplainedTurn[];
}

export interface ExplainedTurn {
  readonly variables: Readonly<Record<string, string>>;
  readonly body: ExplainedNode;
}

/** The smallest set of nodes that would have to change so that the rule matches, each taken by itself. */
export interface Changes {
  readonly count: number;
  /** False where fewer may do, since not all was evaluated. */
  readonly exact: boolean;
  /** In the order of the text; the first ones. */
  readonly nodes: readonly Change[];
}

export interface Change {
  readonly text: string;
  readonly now: State;
  readonly wanted: "true" | "false";
  /** Values of loops that it stands in. */
  readonly variables?: Readonly<Record<string, string>>;
  /** Its number, where the tree shows it. */
  readonly node?: number;
}
