/** A condition that has been evaluated: a tree of its parts, each with its value. */
import type { Expression } from "../rules/ast.ts";
import type { Int, Value } from "./values.ts";

export interface Evaluated {
  /** Undefined for a member of a set, which has a text of its own. */
  readonly expression?: Expression;
  readonly text?: string;
  readonly value: Value;
  /** In the order of the text; those of `a and b and c` are three. */
  readonly parts: readonly Evaluated[];
  /** Present for a name that is neither an external nor a module. */
  readonly stands?: "rule" | "variable";
  /** Number of the string that it is about. */
  readonly string?: number;
  /** The field or function that was read, with all values put in. */
  readonly leaf?: { readonly text: string; readonly module: string };
  readonly set?: {
    /** Undefined for all, 0 for none. */
    readonly needed: Int;
    readonly isPercent: boolean;
    readonly members: readonly Evaluated[];
  };
  readonly loop?: Loop;
}

export interface Loop {
  readonly needed: Int;
  readonly turns: readonly Turn[];
  /** Turns that the engine takes. */
  readonly decided: bigint;
  /** Turns that were evaluated, and those of them that are true. */
  readonly count: bigint;
  readonly satisfied: number;
  /** `turns` has all that there are. */
  readonly isWhole: boolean;
}

export interface Turn {
  /** Values; for fields of modules their text. */
  readonly variables: readonly (readonly [name: string, value: Value | string])[];
  readonly body: Evaluated;
}
