/** Walks through conditions. Without recursion: a chain of a thousand `or` is a thousand levels deep. */
import type { Expression, Quantifier, Range, RuleSyntax } from "./ast.ts";

/** Yields an expression and everything in it, each before its parts, in the order of the text. */
export function* expressionsIn(root: Expression): Generator<Expression> {
  const stack = [root];
  for (let expression = stack.pop(); expression; expression = stack.pop()) {
    yield expression;
    // One by one: a list of a million values is more than a call takes.
    for (const part of partsOf(expression).reverse()) stack.push(part);
  }
}

/** Lists the expressions that an expression is made of, in the order of the text. */
export function partsOf(expression: Expression): Expression[] {
  switch (expression.kind) {
    case "member":
      return [expression.object];
    case "index":
      return [expression.object, expression.index];
    case "call":
      return [expression.callee, ...expression.arguments];
    case "read":
      return [expression.offset];
    case "string":
      return [...optional(expression.at), ...ends(expression.in)];
    case "count":
      return ends(expression.in);
    case "offset":
    case "length":
      return optional(expression.index);
    case "not":
    case "defined":
    case "negate":
    case "complement":
      return [expression.operand];
    case "binary":
      return [expression.left, expression.right];
    case "of":
      return [...wanted(expression.quantifier), ...optional(expression.at), ...ends(expression.in)];
    case "for-of":
      return [...wanted(expression.quantifier), expression.body];
    case "for-in": {
      const { quantifier, iterator, body } = expression;
      const over =
        iterator.kind === "range"
          ? ends(iterator.range)
          : iterator.kind === "values"
            ? iterator.values
            : [iterator.object];
      return [...wanted(quantifier), ...over, body];
    }
    default:
      return [];
  }
}

function optional(expression: Expression | undefined): Expression[] {
  return expression ? [expression] : [];
}

function ends(range: Range | undefined): Expression[] {
  return range ? [range.low, range.high] : [];
}

function wanted(quantifier: Quantifier): Expression[] {
  return "value" in quantifier ? [quantifier.value] : [];
}

/** Writes a member with its module: `pe.signatures.issuer`, without indices and calls; undefined for anything else. */
export function fieldPath(expression: Expression): string | undefined {
  const names: string[] = [];
  let at = expression;
  for (;;) {
    if (at.kind === "member") {
      names.unshift(at.field);
      at = at.object;
    } else if (at.kind === "index") at = at.object;
    else if (at.kind === "call") at = at.callee;
    else if (at.kind === "name") return [at.name, ...names].join(".");
    else return undefined;
  }
}

/** True if the condition names every string that it need not name: those whose names begin with an underscore. */
export function refersToAll(rule: Pick<RuleSyntax, "strings" | "condition">): boolean {
  return unreferenced(rule).length === 0;
}

/** Lists the strings that the condition does not name; all of them begin with an underscore, else the engine refuses the rule. */
export function unreferenced({ strings, condition }: Pick<RuleSyntax, "strings" | "condition">): string[] {
  const free = new Set(strings.filter(({ id }) => id.startsWith("$_")).map(({ id }) => id));
  if (free.size === 0) return [];
  for (const expression of expressionsIn(condition)) {
    const ids = idsIn(expression);
    if (ids === "all") return [];
    for (const id of ids) {
      const prefix = id.endsWith("*") ? id.slice(0, -1) : undefined;
      for (const each of free)
        if (each === id || (prefix !== undefined && each.startsWith(prefix))) free.delete(each);
    }
  }
  return [...free];
}

/** Lists the strings that an expression itself names, with their dollar signs. */
export function idsIn(expression: Expression): "all" | readonly string[] {
  switch (expression.kind) {
    case "string":
      return [expression.id];
    case "count":
    case "offset":
    case "length":
      return [`$${expression.id.slice(1)}`];
    case "of":
    case "for-of":
      if (expression.set.kind === "them") return "all";
      return expression.set.kind === "strings" ? expression.set.ids : [];
    default:
      return [];
  }
}
