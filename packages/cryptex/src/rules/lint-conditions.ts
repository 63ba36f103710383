/** Lint of conditions. */
import type { BinaryOperator, Expression, RuleSyntax } from "./ast.ts";
import type { FoundInRule } from "./lint-finding.ts";
import { wrongMagic } from "./magic-numbers.ts";
import { expressionsIn, fieldPath, partsOf } from "./walk.ts";

/** Turns of a loop that take a while: about a tenth of a second. */
const MANY_TURNS = 1_000_000;

export function* conditionFindings({ condition }: RuleSyntax): Generator<FoundInRule> {
  const all = [...expressionsIn(condition)];
  for (const expression of all) {
    switch (expression.kind) {
      case "for-in":
        yield* loopFindings(expression, condition, all);
        break;
      case "offset":
      case "length":
        if (isZero(expression.index))
          yield indexZero(expression, "there is no match 0: this is always undefined");
        break;
      case "binary":
        yield* comparisonFindings(expression, all);
        break;
    }
  }
  yield* wholeFileFindings(condition, all);
}

// ---- Loops ----

type Loop = Expression & { readonly kind: "for-in" };

function* loopFindings(
  loop: Loop,
  condition: Expression,
  all: readonly Expression[],
): Generator<FoundInRule> {
  const { iterator, variables, body, span } = loop;
  if (iterator.kind !== "range") return;
  const { low, high } = iterator.range;
  const inHigh = [...expressionsIn(high)];
  const code = "unbounded-loop";
  if (inHigh.some(({ kind }) => kind === "filesize")) {
    if (!hasSizeLimit(earlier(loop, condition))) {
      yield {
        span,
        severity: "warning",
        code,
        message: "this loop takes a turn for each byte of the file: a large file takes minutes",
        hint: "look for the bytes with a string, or ask for filesize < N before the loop",
      };
    }
  } else if (turns(low, high) >= MANY_TURNS) {
    yield {
      span,
      severity: "warning",
      code,
      message: `this loop takes ${turns(low, high).toLocaleString("en")} turns for each file`,
      hint: "look for the bytes with a string, or shorten the range",
    };
  } else if (inHigh.some(({ kind }) => kind === "count")) {
    const outer = all.find(
      (each) => each.kind === "for-in" && each !== loop && contains(each.body, loop) && isOpen(each),
    );
    if (outer) {
      yield {
        span,
        severity: "warning",
        code,
        message:
          "a loop over matches within a loop over matches: a file with a thousand of each takes a million turns",
        hint: "limit the count of one of them first, as in #a < 100 and for …",
      };
    }
  }
  const [variable] = variables;
  if (!isZero(low)) return;
  for (const each of expressionsIn(body)) {
    if (
      (each.kind === "offset" || each.kind === "length") &&
      each.index?.kind === "name" &&
      each.index.name === variable
    ) {
      yield indexZero(
        each,
        `the loop begins with 0, but matches are counted from 1: in the first turn this is undefined`,
      );
      break;
    }
  }
}

/** Tells if the turns of a loop depend on the file. */
function isOpen({ iterator }: Loop): boolean {
  if (iterator.kind !== "range") return false;
  return [...expressionsIn(iterator.range.high)].some(({ kind }) => kind === "count" || kind === "filesize");
}

function turns(low: Expression, high: Expression): number {
  if (low.kind !== "integer" || high.kind !== "integer") return 0;
  return Number(high.value - low.value) + 1;
}

function isZero(expression: Expression | undefined): boolean {
  return expression?.kind === "integer" && expression.value === 0n;
}

function indexZero({ span }: Expression, message: string): FoundInRule {
  return { span, severity: "warning", code: "index-zero", message, hint: "the first match is [1]" };
}

// ---- What comes before ----

function contains({ span }: Expression, inner: Expression): boolean {
  return span.start <= inner.span.start && inner.span.end <= span.end;
}

/** Lists what must have been true for an expression to be evaluated at all: the left sides of each `and` around it. */
function earlier(target: Expression, condition: Expression): Expression[] {
  const before: Expression[] = [];
  let at: Expression | undefined = condition;
  while (at && at !== target) {
    const part: Expression | undefined = partsOf(at).find(
      (each) => each === target || contains(each, target),
    );
    if (at.kind === "binary" && at.operator === "and" && part === at.right) before.push(at.left);
    at = part;
  }
  return before;
}

function hasSizeLimit(expressions: readonly Expression[]): boolean {
  return expressions.some((each) =>
    [...expressionsIn(each)].some(
      (part) =>
        part.kind === "binary" &&
        ((part.left.kind === "filesize" && ["<", "<=", "=="].includes(part.operator)) ||
          (part.right.kind === "filesize" && [">", ">=", "=="].includes(part.operator))),
    ),
  );
}

// ---- Whole files ----

function* wholeFileFindings(condition: Expression, all: readonly Expression[]): Generator<FoundInRule> {
  const call = all.find((each) => isOfWholeFile(each) && !isLimited(each, condition));
  if (call?.kind !== "call") return;
  yield {
    span: call.span,
    severity: "hint",
    code: "whole-file",
    message: `${fieldPath(call.callee)}(0, filesize) reads every file from end to end, however large`,
    hint: "ask for filesize < N, or for a string, before it",
  };
}

function isOfWholeFile(expression: Expression): boolean {
  if (expression.kind !== "call") return false;
  const [first, second] = expression.arguments;
  return (
    /^(hash|math)\./.test(fieldPath(expression.callee) ?? "") && isZero(first) && second?.kind === "filesize"
  );
}

function isLimited(call: Expression, condition: Expression): boolean {
  const before = earlier(call, condition);
  return (
    hasSizeLimit(before) ||
    before.some((each) => [...expressionsIn(each)].some(({ kind }) => SELECTIVE.has(kind)))
  );
}

/** What few files have. */
const SELECTIVE: ReadonlySet<Expression["kind"]> = new Set(["string", "count", "of", "for-of", "read"]);

// ---- Comparisons ----

type Comparison = Expression & { readonly kind: "binary" };

function* comparisonFindings(comparison: Comparison, all: readonly Expression[]): Generator<FoundInRule> {
  const { span, operator, left, right } = comparison;
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
    const isThere = wrong && all.some((each) => each.kind === "integer" && each.value === wrong.right);
    if (!wrong || isThere) return;
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
