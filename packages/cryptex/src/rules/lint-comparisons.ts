/** Lint of comparisons: those whose outcome does not depend on the file, and magic numbers from back to front. */
import type { BinaryOperator, Expression } from "./ast.ts";
import type { FoundInRule } from "./lint-finding.ts";
import { wrongMagic } from "./magic-numbers.ts";
import { expressionsIn } from "./walk.ts";

export type Comparison = Expression & { readonly kind: "binary" };

/** @param numbers every number of the condition */
export function* comparisonFindings(
  { span, operator, left, right }: Comparison,
  numbers: ReadonlySet<bigint>,
): Generator<FoundInRule> {
  const isTrue = verdict(operator, rangeOf(left), rangeOf(right));
  if (isTrue !== undefined) {
    yield {
      span,
      severity: "warning",
      code: isTrue ? "always-true" : "always-false",
      message: `this comparison is always ${isTrue}${because(left, right)}`,
      hint: isTrue
        ? "take it out, or compare with the value that was meant"
        : "compare with the value that was meant",
    };
  } else if (operator === "==") {
    const [read, value] = left.kind === "read" ? [left, right] : [right, left];
    if (read.kind !== "read" || value.kind !== "integer") return;
    // What is reversed as a whole ends with its magic number.
    if ([...expressionsIn(read.offset)].some(({ kind }) => kind === "filesize")) return;
    const wrong = wrongMagic(read.type, value.value);
    // Some authors ask for both orders, to be on the safe side.
    if (!wrong || numbers.has(wrong.right)) return;
    const written = `0x${wrong.right.toString(16).toUpperCase().padStart(wrong.digits, "0")}`;
    yield {
      span,
      severity: "warning",
      code: "byte-order",
      message: `the bytes are in the wrong order: ${read.type} reads the ${wrong.name} as ${written}, so this is never true of it`,
      hint: `compare with ${written}, or read with ${wrong.otherRead}`,
    };
  }
}

/** Values from lowest to highest; either may be infinite. */
type Values = readonly [low: bigint | number, high: bigint | number];

/** Says which values an expression may have; undefined where that is not known. */
function rangeOf(expression: Expression): Values | undefined {
  switch (expression.kind) {
    case "integer":
      return [expression.value, expression.value];
    case "negate":
      return expression.operand.kind === "integer"
        ? [-expression.operand.value, -expression.operand.value]
        : undefined;
    case "filesize":
    case "count":
    case "offset":
    case "length":
      return [0n, Number.POSITIVE_INFINITY];
    case "read": {
      const [, sign, size] = /^(u?)int(8|16|32)(be)?$/.exec(expression.type) ?? [];
      if (size === undefined) return undefined;
      const count = 1n << BigInt(size);
      return sign === "u" ? [0n, count - 1n] : [-count / 2n, count / 2n - 1n];
    }
    default:
      return undefined;
  }
}

/** Tells the outcome of a comparison if it does not depend on the file. */
function verdict(
  operator: BinaryOperator,
  left: Values | undefined,
  right: Values | undefined,
): boolean | undefined {
  if (!left || !right) return undefined;
  const [below, above] = [left[1] < right[0], left[0] > right[1]];
  const [notAbove, notBelow] = [left[1] <= right[0], left[0] >= right[1]];
  const one = left[0] === left[1] && right[0] === right[1] && left[0] === right[0];
  switch (operator) {
    case "<":
      return below ? true : notBelow ? false : undefined;
    case "<=":
      return notAbove ? true : above ? false : undefined;
    case ">":
      return above ? true : notAbove ? false : undefined;
    case ">=":
      return notBelow ? true : below ? false : undefined;
    case "==":
      return one ? true : below || above ? false : undefined;
    case "!=":
      return one ? false : below || above ? true : undefined;
    default:
      return undefined;
  }
}

function because(left: Expression, right: Expression): string {
  const read = [left, right].find((each) => each.kind === "read");
  if (read) {
    const [low, high] = rangeOf(read)!;
    return `: ${read.type} gives ${low} to ${high}`;
  }
  return [left, right].some(({ kind }) => kind !== "integer" && kind !== "negate")
    ? ": it is never below 0"
    : "";
}
