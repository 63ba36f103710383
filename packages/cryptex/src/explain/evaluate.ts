/**
 * Evaluates a condition as libyara 4.5.5 does, but keeps what each part comes to. What modules and regular expressions say, it takes from
 * `Facts`; what is not known there yet is collected in `missing`, counts as unknown, and is known in the next round.
 *
 * Parts that decide nothing, because the engine would not come to them, are evaluated too, as long as that is little work.
 */
import type { Expression } from "../rules/ast.ts";
import { LoopEvaluation } from "./evaluate-loops.ts";
import type { Evaluated } from "./evaluated.ts";
import { type Facts, type Limits, leafOf, wrongType } from "./evaluation.ts";
import { OPERATORS, type Operators } from "./operators.ts";
import type { Leaf } from "./probe-rules.ts";
import {
  type Float,
  type Int,
  integer,
  isUnknown,
  type Text,
  truth,
  type Unknown,
  unknown,
  type Value,
} from "./values.ts";

export interface EvaluatedCondition {
  readonly tree: Evaluated;
  /** Facts that are to be asked; as long as there are any, parts of the tree are unknown for want of them. */
  readonly missing: readonly Leaf[];
  /** Leaves of which the type alone is to be asked. */
  readonly untyped: readonly Leaf[];
}

/** @throws Exhausted; what `check` throws */
export function evaluateCondition(
  condition: Expression,
  facts: Facts,
  limits: Limits,
  operators: Operators = OPERATORS,
): EvaluatedCondition {
  const evaluator = new Evaluator(facts, operators, limits);
  const tree = evaluator.evaluate(condition);
  const { missing, untyped } = evaluator;
  return { tree, missing: [...missing.values()], untyped: [...untyped.values()] };
}

class Evaluator extends LoopEvaluation {
  override evaluate(expression: Expression): Evaluated {
    this.take(1);
    switch (expression.kind) {
      case "boolean":
        return leafOf(expression, integer(expression.value ? 1n : 0n));
      case "integer":
        return leafOf(expression, integer(expression.value));
      case "float":
        return leafOf(expression, { type: "float", value: expression.value });
      case "text":
        return leafOf(expression, { type: "text", value: expression.value });
      case "regex":
        return leafOf(expression, unknown("a regular expression has no value"));
      case "filesize":
        return leafOf(expression, integer(BigInt(this.facts.bytes.length)));
      case "entrypoint":
        return leafOf(
          expression,
          this.read({ text: "entrypoint", shape: "entrypoint", module: "", parts: [] }),
        );
      case "name":
        return this.name(expression);
      case "member":
      case "index":
      case "call":
        return this.field(expression);
      case "read":
        return this.readInteger(expression);
      case "string":
      case "count":
      case "offset":
      case "length":
        return this.string(expression);
      case "not":
      case "defined":
        return this.notOrDefined(expression);
      case "negate":
      case "complement":
        return this.sign(expression);
      case "binary":
        if (expression.operator === "and" || expression.operator === "or") return this.chain(expression);
        if (expression.operator === "matches") return this.matches(expression);
        return this.binary(expression);
      case "of":
        return this.of(expression);
      case "for-of":
      case "for-in":
        return this.loop(expression);
    }
  }

  // ---- and, or, not, defined

  /** Evaluates `a and b and c` as one part: a chain may have more links than there is stack. */
  protected chain(expression: Extract<Expression, { kind: "binary" }>): Evaluated {
    const operator = expression.operator as "and" | "or";
    const links = leftSpine(expression, (each) => each === operator).operands;
    const parts: Evaluated[] = [];
    let result: Int | Unknown;
    for (const link of links) {
      const isDecided = parts.length > 0 && !isUnknown(result) && (operator === "and") === isFalse(result);
      const part = isDecided
        ? this.idly(
            () => this.evaluate(link),
            (reason) => leafOf(link, reason),
          )
        : this.evaluate(link);
      const value = truth(part.value);
      result = parts.length === 0 ? value : this.join(operator, result, value);
      parts.push(part);
    }
    return { expression, value: isUnknown(result) ? result : integer(result), parts };
  }

  protected join(operator: "and" | "or", left: Int | Unknown, right: Int | Unknown): Int | Unknown {
    if (!isUnknown(left) && !isUnknown(right)) return this.operators[operator](left, right);
    const known = [left, right].filter((side): side is Int => !isUnknown(side));
    if (known.some((side) => isFalse(side) === (operator === "and"))) return operator === "and" ? 0n : 1n;
    return isUnknown(left) ? left : right;
  }

  protected notOrDefined(expression: Unary): Evaluated {
    const operand = this.evaluate(expression.operand);
    const value = truth(operand.value);
    if (isUnknown(value)) return { expression, value, parts: [operand] };
    const { not, defined } = this.operators;
    const result = expression.kind === "not" ? not(value) : defined(value !== undefined);
    return { expression, value: integer(result), parts: [operand] };
  }

  // ---- Arithmetic and comparisons

  protected sign(expression: Unary): Evaluated {
    const operand = this.evaluate(expression.operand);
    return { expression, value: this.signed(expression.kind, operand.value), parts: [operand] };
  }

  protected signed(kind: Unary["kind"], value: Value): Value {
    if (value.type === "float") return { type: "float", value: this.operators["float -x"](value.value) };
    if (value.type !== "integer") return wrongType(value);
    return integer(this.operators[kind === "negate" ? "integer -x" : "integer ~x"](value.value));
  }

  /** Evaluates `a + b - c` as one part, too. */
  protected binary(expression: Extract<Expression, { kind: "binary" }>): Evaluated {
    const { operands, operators } = leftSpine(expression, (each) => !NOT_IN_CHAINS.has(each));
    const parts = operands.map((operand) => this.evaluate(operand));
    let { value } = parts[0]!;
    for (const [index, operator] of operators.entries())
      value = this.operate(operator, value, parts[index + 1]!.value);
    return { expression, value, parts };
  }

  protected operate(operator: string, left: Value, right: Value): Value {
    if (left.type === "unknown") return left;
    if (right.type === "unknown") return right;
    if (left.type === "text" || right.type === "text") {
      if (left.type !== "text" || right.type !== "text") return wrongType(left);
      const compare = this.textOperator(operator);
      return compare ? integer(compare(left.value, right.value)) : wrongType(left);
    }
    if (left.type === "integer" && right.type === "integer") {
      const operate = this.operators[`integer ${operator}` as "integer +"];
      return operate ? integer(operate(left.value, right.value)) : wrongType(left);
    }
    const operate = this.operators[`float ${operator}` as "float +"];
    if (!operate) return wrongType(left);
    const result = operate(this.float(left), this.float(right)) as Int | Float;
    return ARITHMETIC.has(operator)
      ? { type: "float", value: result as Float }
      : { type: "integer", value: result as Int };
  }

  protected textOperator(operator: string): ((left: Text, right: Text) => Int) | undefined {
    const table = this.operators as unknown as Record<string, (left: Text, right: Text) => Int>;
    return table[`text ${operator}`] ?? table[operator];
  }

  protected float(value: Extract<Value, { type: "integer" | "float" }>): Float {
    return value.type === "float" ? value.value : this.operators["integer to float"](value.value);
  }

  protected readInteger(expression: Extract<Expression, { kind: "read" }>): Evaluated {
    const offset = this.evaluate(expression.offset);
    const parts = [offset];
    if (offset.value.type !== "integer") return { expression, value: wrongType(offset.value), parts };
    const read = this.operators[expression.type as "uint8"];
    return { expression, value: integer(read(this.facts.bytes, offset.value.value)), parts };
  }
}

type Unary = Extract<Expression, { kind: "not" | "defined" | "negate" | "complement" }>;

const ARITHMETIC: ReadonlySet<string> = new Set(["+", "-", "*", "\\"]);

/** Comparisons do not follow each other, and these have no order of their own. */
const NOT_IN_CHAINS: ReadonlySet<string> = new Set(["and", "or", "matches"]);

/** Takes apart `a + b - c`, which is nested to the left. */
function leftSpine(
  expression: Extract<Expression, { kind: "binary" }>,
  isLink: (operator: string) => boolean,
) {
  const operands: Expression[] = [];
  const operators: string[] = [];
  let at: Expression = expression;
  while (at.kind === "binary" && isLink(at.operator)) {
    operands.push(at.right);
    operators.push(at.operator);
    at = at.left;
  }
  operands.push(at);
  return { operands: operands.reverse(), operators: operators.reverse() };
}

function isFalse(value: Int): boolean {
  return value === undefined || value === 0n;
}
