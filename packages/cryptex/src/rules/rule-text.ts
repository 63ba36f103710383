/** Rules as text: equality apart from layout, other names, and a walk over their expressions. */
import type { Expression, Quantifier, RuleSyntax, Span } from "./ast.ts";
import { T, Tokens } from "./tokens.ts";

/**
 * Returns the tokens of a rule with a blank between them, a binary string: two rules of equal text differ in comments and blanks at most.
 * Those of a hex string count as little.
 */
export function normalisedText(bytes: Uint8Array, rule: RuleSyntax): string {
  const { start, end } = rule.span;
  const text = bytes.subarray(start, end);
  const tokens = new Tokens(binaryString(text), text);
  const words: string[] = [];
  while (tokens.next() !== T.end) {
    words.push(
      tokens.kind === T.hex ? tokens.raw.replace(/\/\*.*?\*\/|\/\/.*?\n|[ \t\r\n]+/gs, "") : tokens.raw,
    );
  }
  return words.join(" ");
}

/**
 * Returns the rule's own bytes with other names for itself and for the rules that its condition uses. Wildcards stay; so does a name that
 * a loop hides.
 */
export function renderRule(
  bytes: Uint8Array,
  rule: RuleSyntax,
  renames: ReadonlyMap<string, string>,
): Uint8Array {
  const { start, end } = rule.span;
  const places = [...rule.names, { name: rule.name, spans: [rule.nameSpan] }]
    .flatMap(({ name, spans }) => spans.map((span) => ({ span, name: renames.get(name) })))
    .filter((place): place is { span: Span; name: string } => place.name !== undefined)
    .sort((one, other) => one.span.start - other.span.start);
  const parts: Uint8Array[] = [];
  let at = start;
  for (const { span, name } of places) {
    parts.push(bytes.subarray(at, span.start), Buffer.from(name, "latin1"));
    at = span.end;
  }
  return Buffer.concat([...parts, bytes.subarray(at, end)]);
}

/** Views bytes as a binary string: one character a byte. `TextDecoder("latin1")` does not, for it means windows-1252. */
export function binaryString(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("latin1");
}

/**
 * Visits an expression and all that is in it, in the order of the text, the outer before the inner. It does not call itself: a chain of
 * ten thousand `or` is a tree of that depth.
 */
export function walkExpression(root: Expression, visit: (expression: Expression) => void): void {
  const pending = [root];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    visit(next);
    pending.push(...children(next).reverse());
  }
}

/** Expressions that stand directly in another one, in the order of the text. */
export function children(expression: Expression): Expression[] {
  switch (expression.kind) {
    case "boolean":
    case "integer":
    case "float":
    case "text":
    case "regex":
    case "filesize":
    case "entrypoint":
    case "name":
      return [];
    case "member":
      return [expression.object];
    case "index":
      return [expression.object, expression.index];
    case "call":
      return [expression.callee, ...expression.arguments];
    case "read":
      return [expression.offset];
    case "string":
      return [...present(expression.at), ...rangeParts(expression.in)];
    case "count":
      return rangeParts(expression.in);
    case "offset":
    case "length":
      return present(expression.index);
    case "not":
    case "defined":
    case "negate":
    case "complement":
      return [expression.operand];
    case "binary":
      return [expression.left, expression.right];
    case "of":
      return [...count(expression.quantifier), ...present(expression.at), ...rangeParts(expression.in)];
    case "for-of":
      return [...count(expression.quantifier), expression.body];
    case "for-in": {
      const { quantifier, iterator, body } = expression;
      const over =
        iterator.kind === "range"
          ? rangeParts(iterator.range)
          : iterator.kind === "values"
            ? iterator.values
            : [iterator.object];
      return [...count(quantifier), ...over, body];
    }
  }
}

function present(expression: Expression | undefined): Expression[] {
  return expression === undefined ? [] : [expression];
}

function rangeParts(range: { low: Expression; high: Expression } | undefined): Expression[] {
  return range === undefined ? [] : [range.low, range.high];
}

function count(quantifier: Quantifier): Expression[] {
  return "value" in quantifier ? [quantifier.value] : [];
}
