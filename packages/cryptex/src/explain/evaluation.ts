/** Shared by the parts of an evaluator: what is known, what is missing, how much work may be done. */
import type { Expression } from "../rules/ast.ts";
import type { Evaluated } from "./evaluated.ts";
import type { Operators } from "./operators.ts";
import { type Answer, keyOf, type Leaf } from "./probe-rules.ts";
import type { StringFacts } from "./string-facts.ts";
import { type Int, type Unknown, unknown, type Value, type ValueType } from "./values.ts";

/** Answers about a file and the surroundings of the rule. */
export interface Facts {
  readonly bytes: Uint8Array;
  /** By the number of the string in the rule. */
  readonly strings: readonly StringFacts[];
  /** Undefined for what is no rule. @param name as the text has it */
  rule(name: string): Value | undefined;
  /** Undefined for what is no external variable. */
  external(name: string): Value | undefined;
  get(leaf: Leaf): Answer | undefined;
  typeOf(shape: string): ValueType | Unknown | undefined;
}

export interface Limits {
  /** Parts that are evaluated, all turns of loops counted. */
  readonly steps: number;
  /** Those of them that may decide nothing. */
  readonly idleSteps: number;
  /** Parts of turns that are kept to be shown. */
  readonly kept: number;
  /** Facts asked of the engine in one round. */
  readonly leaves: number;
  /** Called now and then; throws to end the evaluation. */
  readonly check: () => void;
}

/** There is too much to evaluate. */
export class Exhausted extends Error {
  override name = "Exhausted";
}

export const PENDING = unknown("it has not been asked");

const STEPS_PER_CHECK = 1024;

export abstract class Evaluation {
  /** Facts to be asked, by their keys. */
  readonly missing = new Map<string, Leaf>();
  /** Leaves of which the type alone is to be asked, by their shapes. */
  readonly untyped = new Map<string, Leaf>();
  protected kept = 0;
  private steps = 0;
  private limit: number;
  private idleSteps: number;
  private nextCheck = STEPS_PER_CHECK;

  constructor(
    protected readonly facts: Facts,
    protected readonly operators: Operators,
    protected readonly limits: Limits,
  ) {
    this.limit = limits.steps;
    this.idleSteps = limits.idleSteps;
  }

  abstract evaluate(expression: Expression): Evaluated;

  protected get taken(): number {
    return this.steps;
  }

  /** Counts work. @throws Exhausted; what `check` throws */
  protected take(steps: number): void {
    this.steps += steps;
    if (this.steps > this.limit) throw new Exhausted();
    if (this.steps < this.nextCheck) return;
    this.nextCheck = this.steps + STEPS_PER_CHECK;
    this.limits.check();
  }

  /** Evaluates what decides nothing. @param otherwise what it is if that is too much work */
  protected idly<Result>(evaluate: () => Result, otherwise: (reason: Unknown) => Result): Result {
    const [steps, limit] = [this.steps, this.limit];
    const room = Math.min(this.idleSteps, limit - steps);
    this.limit = steps + room;
    try {
      return evaluate();
    } catch (error) {
      if (!(error instanceof Exhausted)) throw error;
      return otherwise(unknown("it decides nothing, and was left out since it is much work"));
    } finally {
      this.idleSteps -= Math.min(this.steps - steps, this.idleSteps);
      this.limit = limit;
    }
  }

  protected ask(leaf: Leaf): Value {
    const answer = this.answer(leaf);
    return answer.type === "items" || answer.type === "entries" ? wrongType(PENDING) : answer;
  }

  protected answer(leaf: Leaf): Answer {
    const known = this.facts.get(leaf);
    if (known) return known;
    if (this.missing.size >= this.limits.leaves) {
      return unknown(`more than ${this.limits.leaves.toLocaleString("en")} fields of modules are read`);
    }
    this.missing.set(keyOf(leaf), leaf);
    return PENDING;
  }
}

export function leafOf(expression: Expression, value: Value): Evaluated {
  return { expression, value, parts: [] };
}

export function integerOf(value: Value): Int | Unknown {
  return value.type === "integer" ? value.value : wrongType(value);
}

/** For values that cannot stand where they stand, which the engine would have refused. */
export function wrongType(value: Value): Unknown {
  return value.type === "unknown" ? value : unknown(`a ${value.type} stands where none can be`);
}
