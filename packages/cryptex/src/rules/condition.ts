/**
 * Conditions, as grammar.y of libyara 4.5.5 takes them.
 *
 * The grammar has three ranks: a name with its fields, indexes and calls is a *reference*; references, numbers, texts and arithmetic are
 * *values*; strings, comparisons, `of`, `for`, `not`, `and`, `or` are *statements*. Arithmetic and comparisons are between values, so
 * `a == b == c`, `-true` and `(a == b) + 1` are no syntax; parentheses keep the rank. Types are the engine's to check.
 */
import type { BinaryOperator, Expression, NameUse, RegexSyntax } from "./ast.ts";
import { integerValue, textValue } from "./literals.ts";
import { LEVEL, REFERENCE, type Room, STATEMENT, type Step, VALUE } from "./pending.ts";
import { parseRegex } from "./regex.ts";
import { addUse, keywordQuantifier, listUses, SetsAndLoops } from "./sets-and-loops.ts";
import { expect, SyntaxProblem, unexpected } from "./syntax-problem.ts";
import { T, type Tokens } from "./tokens.ts";

export interface Condition {
  readonly expression: Expression;
  readonly modules: readonly string[];
  readonly names: readonly NameUse[];
  readonly ruleWildcards: readonly NameUse[];
}

const BINARY: ReadonlyMap<number, readonly [BinaryOperator, level: number]> = new Map([
  [T.or, ["or", LEVEL.or]],
  [T.and, ["and", LEVEL.and]],
  [T.equal, ["==", LEVEL.comparison]],
  [T.unequal, ["!=", LEVEL.comparison]],
  [T.less, ["<", LEVEL.comparison]],
  [T.lessEqual, ["<=", LEVEL.comparison]],
  [T.greater, [">", LEVEL.comparison]],
  [T.greaterEqual, [">=", LEVEL.comparison]],
  [T.contains, ["contains", LEVEL.comparison]],
  [T.icontains, ["icontains", LEVEL.comparison]],
  [T.startswith, ["startswith", LEVEL.comparison]],
  [T.istartswith, ["istartswith", LEVEL.comparison]],
  [T.endswith, ["endswith", LEVEL.comparison]],
  [T.iendswith, ["iendswith", LEVEL.comparison]],
  [T.iequals, ["iequals", LEVEL.comparison]],
  [T.matches, ["matches", LEVEL.comparison]],
  [T.bar, ["|", 5]],
  [T.caret, ["^", 6]],
  [T.ampersand, ["&", 7]],
  [T.shiftLeft, ["<<", 8]],
  [T.shiftRight, [">>", 8]],
  [T.plus, ["+", 9]],
  [T.minus, ["-", 9]],
  [T.star, ["*", LEVEL.product]],
  [T.backslash, ["\\", LEVEL.product]],
  [T.percent, ["%", LEVEL.product]],
]);

/** Tokens that begin a statement and nothing else. */
const STATEMENT_TOKENS: ReadonlySet<number> = new Set([
  T.true,
  T.false,
  T.string,
  T.not,
  T.defined,
  T.for,
  T.all,
  T.any,
  T.none,
]);

/**
 * Parses the condition that begins with the current token; the token behind it is the current one then.
 * @throws SyntaxProblem
 */
export function parseCondition(tokens: Tokens, imported: ReadonlySet<string>, room: Room): Condition {
  return new ConditionParser(tokens, imported, room).parse();
}

class ConditionParser extends SetsAndLoops {
  private readonly modules = new Set<string>();

  constructor(
    tokens: Tokens,
    private readonly imported: ReadonlySet<string>,
    room: Room,
  ) {
    super(tokens, room);
  }

  parse(): Condition {
    let isComplete: Step = false;
    while (!this.isDone) isComplete = isComplete ? this.goOn() : this.operand();
    return {
      expression: this.value,
      modules: [...this.modules],
      names: listUses(this.names),
      ruleWildcards: listUses(this.wildcards),
    };
  }

  /** Reads the beginning of an operand. */
  private operand(): Step {
    const { tokens } = this;
    const { kind, start, raw } = tokens;
    const valuesOnly = this.open.at(-1)?.valuesOnly ?? false;
    if (valuesOnly && STATEMENT_TOKENS.has(kind)) unexpected(tokens, "a number, a text or a name");
    switch (kind) {
      case T.openRound:
        tokens.next();
        return this.bracket(1, valuesOnly, [T.closeRound], () => {
          // The span takes in the parentheses.
          Object.assign(this.value.span, this.spanFrom(start));
          return this.complete(this.value, this.rank === STATEMENT ? STATEMENT : VALUE);
        });
      case T.minus:
      case T.tilde:
        tokens.next();
        return this.operator(LEVEL.sign, true, 1, () => {
          const sign = kind === T.minus ? "negate" : "complement";
          return this.complete({ kind: sign, operand: this.value, span: this.spanFrom(start) }, VALUE);
        });
      case T.not:
      case T.defined:
        tokens.next();
        return this.operator(LEVEL.not, false, 1, () => {
          const word = kind === T.not ? "not" : "defined";
          return this.complete({ kind: word, operand: this.value, span: this.spanFrom(start) }, STATEMENT);
        });
      case T.true:
      case T.false:
        tokens.next();
        return this.complete(
          { kind: "boolean", value: kind === T.true, span: this.spanFrom(start) },
          STATEMENT,
        );
      case T.string:
        tokens.next();
        return this.string(raw, start);
      case T.all:
      case T.any:
      case T.none:
        tokens.next();
        if (!tokens.is(T.of)) unexpected(tokens, '"of"');
        return this.of(keywordQuantifier(kind), start);
      case T.for:
        return this.loop();
      case T.filesize:
      case T.entrypoint: {
        tokens.next();
        const word = kind === T.filesize ? "filesize" : "entrypoint";
        return this.complete({ kind: word, span: this.spanFrom(start) }, VALUE);
      }
      case T.number:
        tokens.next();
        return this.complete(
          { kind: "integer", value: integerValue(raw), span: this.spanFrom(start) },
          VALUE,
        );
      case T.float:
        tokens.next();
        return this.complete({ kind: "float", value: Number(raw), span: this.spanFrom(start) }, VALUE);
      case T.text: {
        const value = textValue(raw);
        tokens.next();
        return this.complete({ kind: "text", value, span: this.spanFrom(start) }, VALUE);
      }
      case T.regex:
        return this.complete(this.regex(), VALUE);
      case T.read:
        tokens.next();
        expect(tokens, T.openRound, '"("');
        return this.bracket(2, true, [T.closeRound], () =>
          this.complete({ kind: "read", type: raw, offset: this.value, span: this.spanFrom(start) }, VALUE),
        );
      case T.stringCount: {
        const id = `$${raw.slice(1)}`;
        tokens.next();
        if (!tokens.is(T.in)) return this.complete({ kind: "count", id, span: this.spanFrom(start) }, VALUE);
        return this.range(3, (range) =>
          this.complete({ kind: "count", id, in: range, span: this.spanFrom(start) }, VALUE),
        );
      }
      case T.stringOffset:
      case T.stringLength: {
        const id = `$${raw.slice(1)}`;
        const of = kind === T.stringOffset ? "offset" : "length";
        tokens.next();
        if (!tokens.is(T.openSquare))
          return this.complete({ kind: of, id, span: this.spanFrom(start) }, VALUE);
        tokens.next();
        return this.bracket(2, true, [T.closeSquare], () =>
          this.complete({ kind: of, id, index: this.value, span: this.spanFrom(start) }, VALUE),
        );
      }
      case T.identifier: {
        tokens.next();
        const span = this.spanFrom(start);
        if (!this.variables.includes(raw)) {
          if (tokens.is(T.dot) || this.imported.has(raw)) this.modules.add(raw);
          else addUse(this.names, raw, span);
        }
        return this.complete({ kind: "name", name: raw, span: { ...span } }, REFERENCE);
      }
      default:
        return unexpected(tokens, valuesOnly ? "a number, a text or a name" : "a condition");
    }
  }

  /** Reads what follows a complete expression. */
  private goOn(): Step {
    const { tokens } = this;
    const { kind } = tokens;
    if (this.rank === REFERENCE && (kind === T.dot || kind === T.openSquare || kind === T.openRound))
      return this.reference(kind);
    const operator = BINARY.get(kind);
    if (operator !== undefined) return this.binary(...operator);
    if (kind === T.of) {
      this.finishOperators(LEVEL.comparison);
      const top = this.open.at(-1);
      if (top?.valuesOnly !== true && this.rank !== STATEMENT) {
        return this.of({ kind: "count", value: this.value }, this.value.span.start);
      }
      if (!top?.closers.includes(T.of)) this.stop();
    }
    this.finishOperators(LEVEL.or);
    const top = this.open.at(-1);
    if (top === undefined) {
      this.isDone = true;
      return true;
    }
    if (!top.closers.includes(kind)) this.stop();
    this.pop();
    if (top.keepsCloser === undefined) tokens.next();
    return top.finish(kind);
  }

  // ---- Operators, references, ranges

  private binary(operator: BinaryOperator, level: number): Step {
    const { tokens } = this;
    this.finishOperators(level);
    const { value: left } = this;
    const { start } = left.span;
    const valuesOnly = this.open.at(-1)?.valuesOnly ?? false;
    const isOfValues = level > LEVEL.and;
    if ((isOfValues && this.rank === STATEMENT) || (valuesOnly && level <= LEVEL.comparison)) this.stop();
    tokens.next();
    if (operator === "matches") {
      if (!tokens.is(T.regex)) unexpected(tokens, "a regular expression");
      return this.complete(
        { kind: "binary", operator, left, right: this.regex(), span: this.spanFrom(start) },
        STATEMENT,
      );
    }
    if (operator === "%" && tokens.is(T.of)) {
      if (valuesOnly) unexpected(tokens, "a number or a name");
      return this.of({ kind: "percent", value: left }, start);
    }
    return this.operator(level, isOfValues, isOfValues ? 2 : 3, () => {
      const rank = level > LEVEL.comparison ? VALUE : STATEMENT;
      return this.complete(
        { kind: "binary", operator, left, right: this.value, span: this.spanFrom(start) },
        rank,
      );
    });
  }

  private regex(): Expression {
    const { start } = this.tokens;
    const { regex } = readRegex(this.tokens);
    this.tokens.next();
    return { kind: "regex", regex, span: this.spanFrom(start) };
  }

  /** Reads `.field`, `[…]` or `(…)`. */
  private reference(kind: number): Step {
    const { tokens, value: object } = this;
    const { start } = object.span;
    tokens.next();
    if (kind === T.dot) {
      const field = tokens.raw;
      expect(tokens, T.identifier, "the name of a field");
      return this.complete({ kind: "member", object, field, span: this.spanFrom(start) }, REFERENCE);
    }
    if (kind === T.openSquare) {
      return this.bracket(2, true, [T.closeSquare], () =>
        this.complete({ kind: "index", object, index: this.value, span: this.spanFrom(start) }, REFERENCE),
      );
    }
    const call = (given: readonly Expression[]): true =>
      this.complete(
        { kind: "call", callee: object, arguments: given, span: this.spanFrom(start) },
        REFERENCE,
      );
    if (tokens.is(T.closeRound)) {
      tokens.next();
      return call([]);
    }
    const given: Expression[] = [];
    const argument = (symbols: number): false =>
      this.bracket(symbols, false, [T.comma, T.closeRound], (closer) => {
        given.push(this.value);
        return closer === T.comma ? argument(4) : call(given);
      });
    return argument(2);
  }

  /** Reads what may follow the identifier of a string. */
  private string(id: string, start: number): Step {
    const { tokens } = this;
    if (tokens.is(T.in)) {
      return this.range(3, (range) =>
        this.complete({ kind: "string", id, in: range, span: this.spanFrom(start) }, STATEMENT),
      );
    }
    if (tokens.is(T.at)) {
      tokens.next();
      return this.operator(LEVEL.comparison, true, 2, () =>
        this.complete({ kind: "string", id, at: this.value, span: this.spanFrom(start) }, STATEMENT),
      );
    }
    return this.complete({ kind: "string", id, span: this.spanFrom(start) }, STATEMENT);
  }
}

/**
 * Checks the current token, a regular expression; `mixed` tells that some of its quantifiers are greedy and some lazy.
 * @throws SyntaxProblem
 */
export function readRegex(tokens: Tokens): { regex: RegexSyntax; mixed: boolean } {
  const { raw } = tokens;
  const close = raw.lastIndexOf("/");
  const source = raw.slice(1, close);
  const parsed = parseRegex(source);
  if ("message" in parsed) {
    throw new SyntaxProblem(
      `the regular expression is not valid: ${parsed.message}`,
      tokens.start + 1 + parsed.offset,
    );
  }
  const flags = raw.slice(close + 1);
  return {
    regex: { source, nocase: flags.includes("i"), dotAll: flags.includes("s") },
    mixed: parsed.lazy && parsed.greedy,
  };
}
