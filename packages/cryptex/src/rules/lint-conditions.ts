/** Lint of conditions. */
import { formatCount } from "#kit/format/numbers.ts";
import type { Expression, RuleSyntax } from "./ast.ts";
import { comparisonFindings } from "./lint-comparisons.ts";
import type { FoundInRule } from "./lint-finding.ts";
import { expressionsIn, fieldPath, partsOf } from "./walk.ts";

export function* conditionFindings({ condition }: RuleSyntax): Generator<FoundInRule> {
  const all = [...expressionsIn(condition)];
  const facts = factsOf(all);
  for (const expression of all) {
    switch (expression.kind) {
      case "for-in":
        yield* loopFindings(expression, facts);
        break;
      case "offset":
      case "length":
        if (isZero(expression.index))
          yield indexZero(expression, "there is no match 0: this is always undefined");
        break;
      case "binary":
        yield* comparisonFindings(expression, facts.numbers);
        break;
    }
  }
  yield* wholeFileFindings(all, facts);
}

// ---- What stands around ----

/** Facts of a condition's parts, by what stands around them. */
interface Facts {
  readonly numbers: ReadonlySet<bigint>;
  /** Parts that are looked at only in files below some size. */
  readonly limited: ReadonlySet<Expression>;
  /** Parts that are looked at only in few files. */
  readonly selected: ReadonlySet<Expression>;
  /** Parts within a loop whose turns depend on the file. */
  readonly repeated: ReadonlySet<Expression>;
}

/** @param all each before its parts */
function factsOf(all: readonly Expression[]): Facts {
  return {
    numbers: new Set(all.flatMap((each) => (each.kind === "integer" ? [each.value] : []))),
    limited: after(all, containing(all, isSizeLimit)),
    selected: after(
      all,
      containing(all, ({ kind }) => SELECTIVE.has(kind)),
    ),
    repeated: below(all, (each, part) => each.kind === "for-in" && part === each.body && isOpen(each)),
  };
}

/** Kinds of conditions that few files meet. */
const SELECTIVE: ReadonlySet<Expression["kind"]> = new Set(["string", "count", "of", "for-of", "read"]);

function isSizeLimit(expression: Expression): boolean {
  if (expression.kind !== "binary") return false;
  const { left, operator, right } = expression;
  return (
    (left.kind === "filesize" && ["<", "<=", "=="].includes(operator)) ||
    (right.kind === "filesize" && [">", ">=", "=="].includes(operator))
  );
}

/** Collects the expressions that are, or contain, what is asked for. */
function containing(all: readonly Expression[], wanted: (each: Expression) => boolean): Set<Expression> {
  const found = new Set<Expression>();
  for (const each of all.toReversed()) {
    if (wanted(each) || partsOf(each).some((part) => found.has(part))) found.add(each);
  }
  return found;
}

/** Collects what is looked at only where one of some expressions was true: the right sides of an `and`, and all in them. */
function after(all: readonly Expression[], some: ReadonlySet<Expression>): Set<Expression> {
  return below(
    all,
    (each, part) =>
      each.kind === "binary" && each.operator === "and" && part === each.right && some.has(each.left),
  );
}

/** Collects parts that stand at a wanted place, and all in them. */
function below(
  all: readonly Expression[],
  wanted: (each: Expression, part: Expression) => boolean,
): Set<Expression> {
  const found = new Set<Expression>();
  for (const each of all) {
    for (const part of partsOf(each)) if (found.has(each) || wanted(each, part)) found.add(part);
  }
  return found;
}

// ---- Loops ----

type Loop = Expression & { readonly kind: "for-in" };

/** Turns of a loop that take a while: about a tenth of a second. */
const MANY_TURNS = 1_000_000;

function* loopFindings(loop: Loop, { limited, repeated }: Facts): Generator<FoundInRule> {
  const { iterator, variables, body } = loop;
  if (iterator.kind !== "range") return;
  const { low, high } = iterator.range;
  const turns = turnsOf(low, high);
  if (mentions(high, "filesize")) {
    if (!limited.has(loop)) {
      yield unbounded(
        loop,
        "this loop takes a turn for each byte of the file: a large file takes minutes",
        "look for the bytes with a string, or ask for filesize < N before the loop",
      );
    }
  } else if (turns >= MANY_TURNS) {
    yield unbounded(
      loop,
      `this loop takes ${formatCount(turns)} turns for each file`,
      "look for the bytes with a string, or shorten the range",
    );
  } else if (mentions(high, "count") && repeated.has(loop)) {
    yield unbounded(
      loop,
      "a loop over matches within a loop over matches: a file with a thousand of each takes a million turns",
      "limit the count of one of them first, as in #a < 100 and for …",
    );
  }
  if (!isZero(low)) return;
  for (const each of expressionsIn(body)) {
    const index = each.kind === "offset" || each.kind === "length" ? each.index : undefined;
    if (index?.kind !== "name" || index.name !== variables[0]) continue;
    yield indexZero(
      each,
      "the loop begins with 0, but matches are counted from 1: in the first turn this is undefined",
    );
    break;
  }
}

function unbounded({ span }: Loop, message: string, hint: string): FoundInRule {
  return { span, severity: "warning", code: "unbounded-loop", message, hint };
}

/** Tells if the turns of a loop depend on the file. */
function isOpen({ iterator }: Loop): boolean {
  if (iterator.kind !== "range") return false;
  return mentions(iterator.range.high, "count") || mentions(iterator.range.high, "filesize");
}

function mentions(expression: Expression, wanted: Expression["kind"]): boolean {
  for (const { kind } of expressionsIn(expression)) if (kind === wanted) return true;
  return false;
}

function turnsOf(low: Expression, high: Expression): number {
  if (low.kind !== "integer" || high.kind !== "integer") return 0;
  return Number(high.value - low.value) + 1;
}

function isZero(expression: Expression | undefined): boolean {
  return expression?.kind === "integer" && expression.value === 0n;
}

function indexZero({ span }: Expression, message: string): FoundInRule {
  return { span, severity: "warning", code: "index-zero", message, hint: "the first match is [1]" };
}

// ---- Whole files ----

function* wholeFileFindings(
  all: readonly Expression[],
  { limited, selected }: Facts,
): Generator<FoundInRule> {
  for (const each of all) {
    if (each.kind !== "call" || limited.has(each) || selected.has(each)) continue;
    const [first, second] = each.arguments;
    const path = fieldPath(each.callee);
    if (!/^(hash|math)\./.test(path ?? "") || !isZero(first) || second?.kind !== "filesize") continue;
    yield {
      span: each.span,
      severity: "hint",
      code: "whole-file",
      message: `${path}(0, filesize) reads every file from end to end, however large`,
      hint: "ask for filesize < N, or for a string, before it",
    };
    return;
  }
}
