/**
 * Conditions, as grammar.y of libyara 4.5.5 takes them.
 *
 * The grammar has three ranks: a name with its fields, indexes and calls is a *reference*; numbers, texts, references and arithmetic are
 * *values*; comparisons, strings, `of`, `for`, `not`, `and`, `or` are *statements*. Arithmetic and comparisons are between values, so
 * `a == b == c`, `-true` and `(a == b) + 1` are no syntax; parentheses keep the rank. Types are the engine's to check.
 *
 * What is open (an operator without its right side, a parenthesis, a loop) is kept in a list instead of on the stack of calls: depth
 * costs memory alone, and ends where libyara's parser ends.
 */
import type {
  BinaryOperator,
  Expression,
  NameUse,
  Quantifier,
  Range,
  RegexSyntax,
  RuleSetSyntax,
  Span,
  StringSet,
} from "./ast.ts";
import { MAX_STACK } from "./hex.ts";
import { parseRegex } from "./regex.ts";
import { integerValue, T, type Tokens, textValue } from "./tokens.ts";

/** Thrown where a rule is no syntax; without the trace of an Error, for a file may have a million faults. */
export class SyntaxProblem {
  constructor(
    readonly message: string,
    readonly offset: number,
  ) {}
}

export interface Condition {
  readonly expression: Expression;
  readonly modules: readonly string[];
  readonly names: readonly NameUse[];
  readonly ruleWildcards: readonly NameUse[];
}

type Rank = 1 | 2 | 3;
const STATEMENT = 1;
const VALUE = 2;
const REFERENCE = 3;

/** Binding strength of operators, the weakest first. Brackets have 0. */
const LEVEL = { or: 1, and: 2, not: 3, comparison: 4, product: 10, sign: 11 } as const;

const BINARY: ReadonlyMap<number, readonly [BinaryOperator, level: number]> = new Map([
  [T.or, ["or", LEVEL.or]],
  [T.and, ["and", LEVEL.and]],
  [T.equal, ["==", LEVEL.comparison]],
  [T.unequal, ["!=", LEVEL.comparison]],
  [60, ["<", LEVEL.comparison]],
  [T.lessEqual, ["<=", LEVEL.comparison]],
  [62, [">", LEVEL.comparison]],
  [T.greaterEqual, [">=", LEVEL.comparison]],
  [T.contains, ["contains", LEVEL.comparison]],
  [T.icontains, ["icontains", LEVEL.comparison]],
  [T.startswith, ["startswith", LEVEL.comparison]],
  [T.istartswith, ["istartswith", LEVEL.comparison]],
  [T.endswith, ["endswith", LEVEL.comparison]],
  [T.iendswith, ["iendswith", LEVEL.comparison]],
  [T.iequals, ["iequals", LEVEL.comparison]],
  [T.matches, ["matches", LEVEL.comparison]],
  [124, ["|", 5]],
  [94, ["^", 6]],
  [38, ["&", 7]],
  [T.shiftLeft, ["<<", 8]],
  [T.shiftRight, [">>", 8]],
  [43, ["+", 9]],
  [45, ["-", 9]],
  [42, ["*", LEVEL.product]],
  [92, ["\\", LEVEL.product]],
  [37, ["%", LEVEL.product]],
]);

/** Head of a loop, as far as it is read. */
interface Loop {
  readonly start: number;
  readonly quantifier: Quantifier;
  readonly variables: readonly string[];
}
type ForIn = Extract<Expression, { kind: "for-in" }>;

/** Whom a range belongs to. */
type RangeOwner =
  | { readonly kind: "string" | "count"; readonly id: string; readonly start: number }
  | { readonly kind: "of"; readonly quantifier: Quantifier; readonly set: StringSet; readonly start: number };

/** Something that waits for an expression. `symbols` is how many libyara's stack holds for it. */
type Open = {
  readonly level: number;
  /** Statements cannot stand directly in it. */
  readonly valuesOnly: boolean;
  symbols: number;
} & (
  | {
      readonly kind: "unary";
      readonly operator: "not" | "defined" | "negate" | "complement";
      readonly start: number;
    }
  | { readonly kind: "binary"; readonly operator: BinaryOperator; readonly left: Expression }
  | { readonly kind: "string at"; readonly id: string; readonly start: number }
  | {
      readonly kind: "of at";
      readonly quantifier: Quantifier;
      readonly set: StringSet;
      readonly start: number;
    }
  | { readonly kind: "whole" }
  | { readonly kind: "group"; readonly start: number }
  | { readonly kind: "call"; readonly callee: Expression; readonly arguments: Expression[] }
  | { readonly kind: "index"; readonly object: Expression }
  | { readonly kind: "match"; readonly of: "offset" | "length"; readonly id: string; readonly start: number }
  | { readonly kind: "read"; readonly type: string; readonly start: number }
  | { readonly kind: "range"; low: Expression | undefined; readonly owner: RangeOwner }
  | { readonly kind: "quantifier"; readonly start: number }
  | {
      readonly kind: "values";
      readonly loop: Loop;
      readonly values: Expression[];
      low: Expression | undefined;
    }
  | { readonly kind: "iterator"; readonly loop: Loop }
  | {
      readonly kind: "body";
      readonly loop: Loop;
      readonly set: StringSet | undefined;
      readonly iterator: ForIn["iterator"] | undefined;
    }
);

type OpenOf<Kind extends Open["kind"]> = Extract<Open, { kind: Kind }>;

/** rules, modifiers, rule, name, action, tags, {, meta, strings, action, condition, the colon, and the first state. */
const SYMBOLS_BEFORE = 13;

function describeToken(tokens: Tokens): string {
  switch (tokens.kind) {
    case T.text:
      return "a string";
    case T.regex:
      return "a regular expression";
    case T.hex:
      return "a hex string";
    case T.include:
      return "an include";
    case T.unclosedComment:
      return "a comment that is never closed";
    default:
      return tokens.end - tokens.start > 40 ? `"${tokens.raw.slice(0, 39)}…"` : `"${tokens.raw}"`;
  }
}

/** @throws SyntaxProblem always: about the token that was read last */
export function unexpected(tokens: Tokens, expected: string): never {
  if (tokens.kind === T.bad) throw new SyntaxProblem(tokens.problem, tokens.problemAt);
  if (tokens.kind === T.end)
    throw new SyntaxProblem(`the file ends where ${expected} is expected`, tokens.start);
  throw new SyntaxProblem(`${describeToken(tokens)} cannot follow here: expected ${expected}`, tokens.start);
}

/**
 * Parses the condition that begins with the current token; the token behind it is the current one then.
 * @throws SyntaxProblem
 */
export function parseCondition(tokens: Tokens, imported: ReadonlySet<string>): Condition {
  return new ConditionParser(tokens, imported).parse();
}

class ConditionParser {
  private readonly open: Open[] = [];
  private symbols = SYMBOLS_BEFORE;
  /** The expression that was completed last, and its rank. */
  private value!: Expression;
  private rank: Rank = STATEMENT;
  /** Variables of the loops that are open. */
  private readonly variables: string[] = [];
  private readonly modules = new Set<string>();
  private readonly names = new Map<string, Span[]>();
  private readonly wildcards = new Map<string, Span[]>();

  constructor(
    private readonly tokens: Tokens,
    private readonly imported: ReadonlySet<string>,
  ) {}

  parse(): Condition {
    this.open.push({ kind: "whole", level: 0, valuesOnly: false, symbols: 0 });
    do {
      this.operand();
      while (this.continues());
    } while (this.open.length > 0);
    return {
      expression: this.value,
      modules: [...this.modules],
      names: uses(this.names),
      ruleWildcards: uses(this.wildcards),
    };
  }

  private push(open: Open): void {
    this.open.push(open);
    this.symbols += open.symbols;
    // The expression in it, and a closing bracket.
    if (this.symbols + (open.level === 0 ? 2 : 1) >= MAX_STACK) {
      throw new SyntaxProblem("the condition is nested too deeply", this.tokens.start);
    }
  }

  private pop(): Open {
    const open = this.open.pop()!;
    this.symbols -= open.symbols;
    return open;
  }

  private complete(value: Expression, rank: Rank): void {
    this.value = value;
    this.rank = rank;
  }

  private expect(kind: number, expected: string): void {
    if (this.tokens.kind !== kind) unexpected(this.tokens, expected);
    this.tokens.next();
  }

  /** Reads up to the end of an operand, whatever must be opened before it. */
  private operand(): void {
    const { tokens } = this;
    for (;;) {
      const { kind, start, end } = tokens;
      const { valuesOnly } = this.open.at(-1)!;
      const span = { start, end };
      if (valuesOnly && isStatementOnly(kind)) unexpected(tokens, "a number, a text or a name");
      switch (kind) {
        case 40: // (
          tokens.next();
          this.push({ kind: "group", start, level: 0, valuesOnly, symbols: 1 });
          continue;
        case 45: // -
        case 126: {
          tokens.next();
          const operator = kind === 45 ? "negate" : "complement";
          this.push({ kind: "unary", operator, start, level: LEVEL.sign, valuesOnly: true, symbols: 1 });
          continue;
        }
        case T.not:
        case T.defined: {
          tokens.next();
          const operator = kind === T.not ? "not" : "defined";
          this.push({ kind: "unary", operator, start, level: LEVEL.not, valuesOnly: false, symbols: 1 });
          continue;
        }
        case T.true:
        case T.false:
          tokens.next();
          return this.complete({ kind: "boolean", value: kind === T.true, span }, STATEMENT);
        case T.string: {
          const id = tokens.raw;
          tokens.next();
          if (tokens.kind === T.at) {
            tokens.next();
            this.push({
              kind: "string at",
              id,
              start,
              level: LEVEL.comparison,
              valuesOnly: true,
              symbols: 2,
            });
            continue;
          }
          if (tokens.kind !== T.in) return this.complete({ kind: "string", id, span }, STATEMENT);
          this.openRange({ kind: "string", id, start }, 3);
          continue;
        }
        case T.all:
        case T.any:
        case T.none:
          tokens.next();
          if (tokens.kind !== T.of) unexpected(tokens, '"of"');
          if (this.of(keywordQuantifier(kind), start)) continue;
          return;
        case T.for:
          tokens.next();
          if (tokens.kind === T.all || tokens.kind === T.any || tokens.kind === T.none) {
            const quantifier = keywordQuantifier(tokens.kind);
            tokens.next();
            this.loopHead(quantifier, start);
          } else this.push({ kind: "quantifier", start, level: 0, valuesOnly: true, symbols: 1 });
          continue;
        case T.filesize:
        case T.entrypoint:
          tokens.next();
          return this.complete({ kind: kind === T.filesize ? "filesize" : "entrypoint", span }, VALUE);
        case T.number:
          this.complete({ kind: "integer", value: integerValue(tokens.raw), span }, VALUE);
          return tokens.next();
        case T.float:
          this.complete({ kind: "float", value: Number(tokens.raw), span }, VALUE);
          return tokens.next();
        case T.text:
          this.complete({ kind: "text", value: textValue(tokens.source, start, end), span }, VALUE);
          return tokens.next();
        case T.regex:
          return this.complete(this.regex(), VALUE);
        case T.read: {
          const type = tokens.raw;
          tokens.next();
          this.expect(40, '"("');
          this.push({ kind: "read", type, start, level: 0, valuesOnly: true, symbols: 2 });
          continue;
        }
        case T.stringCount: {
          const id = `$${tokens.raw.slice(1)}`;
          tokens.next();
          if (tokens.kind !== T.in) return this.complete({ kind: "count", id, span }, VALUE);
          this.openRange({ kind: "count", id, start }, 3);
          continue;
        }
        case T.stringOffset:
        case T.stringLength: {
          const id = `$${tokens.raw.slice(1)}`;
          const of = kind === T.stringOffset ? "offset" : "length";
          tokens.next();
          if (tokens.kind !== 91) return this.complete({ kind: of, id, span }, VALUE);
          tokens.next();
          this.push({ kind: "match", of, id, start, level: 0, valuesOnly: true, symbols: 2 });
          continue;
        }
        case T.identifier: {
          const name = tokens.raw;
          tokens.next();
          if (!this.variables.includes(name)) {
            if (tokens.kind === 46 || this.imported.has(name)) this.modules.add(name);
            else addUse(this.names, name, { start, end });
          }
          return this.complete({ kind: "name", name, span }, REFERENCE);
        }
        default:
          unexpected(tokens, valuesOnly ? "a number, a text or a name" : "a condition");
      }
    }
  }

  /** Goes on behind a complete expression; returns false where an operand comes next, or nothing. */
  private continues(): boolean {
    const { tokens } = this;
    const { kind } = tokens;
    if (this.rank === REFERENCE && (kind === 46 || kind === 91 || kind === 40)) return this.referenceGoesOn();
    const operator = BINARY.get(kind);
    if (operator !== undefined) return this.binary(...operator);
    if (kind === T.of) {
      this.finishOperators(LEVEL.comparison);
      const top = this.open.at(-1)!;
      if (top.kind === "quantifier" || (top.valuesOnly === false && this.rank !== STATEMENT)) {
        if (top.kind === "quantifier") return this.closeQuantifier();
        return !this.of({ kind: "count", value: this.value }, this.value.span.start);
      }
      unexpected(tokens, this.wanted(top));
    }
    this.finishOperators(LEVEL.or);
    return this.close();
  }

  /** Returns false: an operand comes next, or the expression is complete. */
  private binary(operator: BinaryOperator, level: number): boolean {
    const { tokens } = this;
    this.finishOperators(level);
    const top = this.open.at(-1)!;
    if (level <= LEVEL.and) {
      if (top.level === 0 && top.valuesOnly) unexpected(tokens, this.wanted(top));
    } else if (
      this.rank === STATEMENT ||
      top.kind === "iterator" ||
      (level === LEVEL.comparison && top.valuesOnly)
    ) {
      unexpected(tokens, this.wanted(top));
    }
    const left = this.value;
    tokens.next();
    if (operator === "matches") {
      if (tokens.kind !== T.regex) unexpected(tokens, "a regular expression");
      const right = this.regex();
      this.complete({ kind: "binary", operator, left, right, span: around(left, right) }, STATEMENT);
      return true;
    }
    if (operator === "%" && tokens.kind === T.of) {
      if (top.valuesOnly) unexpected(tokens, "a number or a name");
      return !this.of({ kind: "percent", value: left }, left.span.start);
    }
    this.push({
      kind: "binary",
      operator,
      left,
      level,
      valuesOnly: level > LEVEL.and,
      symbols: level > LEVEL.and ? 2 : 3,
    });
    return false;
  }

  /** Builds the operators on top that bind at least as strongly. */
  private finishOperators(level: number): void {
    for (;;) {
      const top = this.open.at(-1)!;
      if (top.level < level || top.level === 0) return;
      this.pop();
      const { value } = this;
      const { end } = value.span;
      switch (top.kind) {
        case "unary": {
          const span = { start: top.start, end };
          this.complete(
            { kind: top.operator, operand: value, span },
            top.level === LEVEL.sign ? VALUE : STATEMENT,
          );
          break;
        }
        case "binary": {
          const span = around(top.left, value);
          const { operator, left } = top;
          const rank = top.level > LEVEL.comparison ? VALUE : STATEMENT;
          this.complete({ kind: "binary", operator, left, right: value, span }, rank);
          break;
        }
        case "string at":
          this.complete(
            { kind: "string", id: top.id, at: value, span: { start: top.start, end } },
            STATEMENT,
          );
          break;
        case "of at": {
          const { quantifier, set, start } = top;
          this.complete({ kind: "of", quantifier, set, at: value, span: { start, end } }, STATEMENT);
          break;
        }
      }
    }
  }

  /** Reads `.field`, `[` or `(` behind a reference. */
  private referenceGoesOn(): boolean {
    const { tokens, value } = this;
    const { kind } = tokens;
    const { start } = value.span;
    tokens.next();
    if (kind === 46) {
      const { end } = tokens;
      if (tokens.kind !== T.identifier) unexpected(tokens, "the name of a field");
      this.complete({ kind: "member", object: value, field: tokens.raw, span: { start, end } }, REFERENCE);
      tokens.next();
      return true;
    }
    if (kind === 91) {
      this.push({ kind: "index", object: value, level: 0, valuesOnly: true, symbols: 2 });
      return false;
    }
    if (tokens.kind === 41) {
      const { end } = tokens;
      this.complete({ kind: "call", callee: value, arguments: [], span: { start, end } }, REFERENCE);
      tokens.next();
      return true;
    }
    this.push({ kind: "call", callee: value, arguments: [], level: 0, valuesOnly: false, symbols: 2 });
    return false;
  }

  /** Closes the bracket on top; returns true where that completes an expression, false where another operand belongs to it. */
  private close(): boolean {
    const { tokens, value } = this;
    const top = this.open.at(-1)!;
    const { kind, end } = tokens;
    const wanted: () => never = () => unexpected(tokens, this.wanted(top));
    switch (top.kind) {
      case "whole":
        this.pop();
        return false;
      case "group":
        if (kind !== 41) wanted();
        this.pop();
        // Spans are made here and nowhere else kept: they take in the parentheses.
        Object.assign(value.span, { start: top.start, end });
        this.rank = this.rank === STATEMENT ? STATEMENT : VALUE;
        break;
      case "call": {
        if (kind !== 41 && kind !== 44) wanted();
        top.arguments.push(value);
        if (kind === 44) {
          tokens.next();
          if (top.arguments.length === 1) this.grow(top, 2);
          return false;
        }
        this.pop();
        const { callee } = top;
        const span = { start: callee.span.start, end };
        this.complete({ kind: "call", callee, arguments: top.arguments, span }, REFERENCE);
        break;
      }
      case "index": {
        if (kind !== 93) wanted();
        this.pop();
        const span = { start: top.object.span.start, end };
        this.complete({ kind: "index", object: top.object, index: value, span }, REFERENCE);
        break;
      }
      case "match":
        if (kind !== 93) wanted();
        this.pop();
        this.complete({ kind: top.of, id: top.id, index: value, span: { start: top.start, end } }, VALUE);
        break;
      case "read":
        if (kind !== 41) wanted();
        this.pop();
        this.complete(
          { kind: "read", type: top.type, offset: value, span: { start: top.start, end } },
          VALUE,
        );
        break;
      case "range":
        if (top.low === undefined) {
          if (kind !== T.dots) wanted();
          tokens.next();
          top.low = value;
          this.grow(top, 2);
          return false;
        }
        if (kind !== 41) wanted();
        this.pop();
        this.closeRange(top.owner, { low: top.low, high: value }, end);
        break;
      case "quantifier":
        return this.closeQuantifier();
      case "values":
        return this.closeValues(top);
      case "iterator":
        if (kind !== 58 || this.rank !== REFERENCE) wanted();
        this.pop();
        this.loopBody(top.loop, undefined, { kind: "object", object: value });
        return false;
      case "body":
        if (kind !== 41) wanted();
        this.pop();
        this.closeBody(top, end);
        break;
    }
    tokens.next();
    return true;
  }

  private grow(open: Open, symbols: number): void {
    open.symbols += symbols;
    this.symbols += symbols;
  }

  /** Names that can follow, for messages. */
  private wanted(top: Open): string {
    if (top.kind === "range" && top.low === undefined) return '".."';
    if (top.kind === "values") return top.low === undefined ? '",", ".." or ")"' : '")"';
    if (top.kind === "iterator") return 'a name with its fields, then ":"';
    if (top.kind === "quantifier") return '"of", or the name of a variable';
    const operator = this.rank === STATEMENT && top.level > LEVEL.and ? '"and", "or"' : "an operator";
    switch (top.kind) {
      case "call":
        return `${operator}, "," or ")"`;
      case "index":
      case "match":
        return `${operator} or "]"`;
      case "whole":
        return `${operator} or "}"`;
      case "group":
      case "read":
      case "range":
      case "body":
        return `${operator} or ")"`;
      default:
        return '"and", "or" or the end of the condition';
    }
  }

  private regex(): Expression {
    const { tokens } = this;
    const { start, end } = tokens;
    const { regex } = readRegex(tokens);
    tokens.next();
    return { kind: "regex", regex, span: { start, end } };
  }

  /** Reads `in (`; the bounds are operands. */
  private openRange(owner: RangeOwner, symbols: number): void {
    this.tokens.next();
    this.expect(40, '"("');
    this.push({ kind: "range", low: undefined, owner, level: 0, valuesOnly: true, symbols });
  }

  private closeRange(owner: RangeOwner, range: Range, end: number): void {
    const span = { start: owner.start, end };
    if (owner.kind === "of") {
      const { quantifier, set } = owner;
      this.complete({ kind: "of", quantifier, set, in: range, span }, STATEMENT);
    } else
      this.complete(
        { kind: owner.kind, id: owner.id, in: range, span },
        owner.kind === "string" ? STATEMENT : VALUE,
      );
  }

  /** Reads from `of` on. Returns true where an operand comes next: an offset or the bounds of a range. */
  private of(quantifier: Quantifier, start: number): boolean {
    const { tokens } = this;
    tokens.next();
    const set = this.set();
    if (set.kind !== "rules" && quantifier.kind !== "percent") {
      if (tokens.kind === T.in) {
        this.openRange({ kind: "of", quantifier, set, start }, 5);
        return true;
      }
      if (tokens.kind === T.at) {
        tokens.next();
        this.push({
          kind: "of at",
          quantifier,
          set,
          start,
          level: LEVEL.comparison,
          valuesOnly: true,
          symbols: 4,
        });
        return true;
      }
    }
    this.complete({ kind: "of", quantifier, set, span: { start, end: tokens.before } }, STATEMENT);
    return false;
  }

  private set(): StringSet | RuleSetSyntax {
    const { tokens } = this;
    if (tokens.kind === T.them) {
      tokens.next();
      return { kind: "them" };
    }
    this.expect(40, '"them" or "("');
    const ofRules = tokens.kind === T.identifier;
    const members: string[] = [];
    for (;;) {
      const { kind, start, raw } = tokens;
      if (ofRules ? kind !== T.identifier : kind !== T.string && kind !== T.stringWildcard) {
        unexpected(
          tokens,
          ofRules ? "the name of a rule" : members.length === 0 ? "a string or a rule" : "a string",
        );
      }
      const span = { start, end: tokens.end };
      tokens.next();
      if (!ofRules) members.push(raw);
      else if (tokens.kind === 42) {
        tokens.next();
        members.push(`${raw}*`);
        addUse(this.wildcards, raw, span);
      } else {
        members.push(raw);
        addUse(this.names, raw, span);
      }
      if (tokens.kind === 41) break;
      this.expect(44, '"," or ")"');
    }
    tokens.next();
    return ofRules ? { kind: "rules", names: members } : { kind: "strings", ids: members };
  }

  private closeQuantifier(): boolean {
    const { value } = this;
    const { start } = this.open.at(-1) as OpenOf<"quantifier">;
    const { kind } = this.tokens;
    if (kind !== T.of && kind !== T.identifier) unexpected(this.tokens, this.wanted(this.open.at(-1)!));
    this.pop();
    this.loopHead({ kind: "count", value }, start);
    return false;
  }

  /** Reads a loop from behind its quantifier to where an operand comes next. */
  private loopHead(quantifier: Quantifier, start: number): void {
    const { tokens } = this;
    if (tokens.kind === T.of) {
      tokens.next();
      const at = tokens.start;
      const set = this.set();
      if (set.kind === "rules") throw new SyntaxProblem("a loop goes over strings, not over rules", at);
      return this.loopBody({ start, quantifier, variables: [] }, set, undefined);
    }
    const variables: string[] = [];
    for (;;) {
      if (tokens.kind !== T.identifier)
        unexpected(tokens, variables.length === 0 ? '"of" or a variable' : "a variable");
      if (variables.length === 2) throw new SyntaxProblem("a loop has at most two variables", tokens.start);
      variables.push(tokens.raw);
      tokens.next();
      if (tokens.kind === T.in) break;
      this.expect(44, '"," or "in"');
    }
    tokens.next();
    this.variables.push(...variables);
    const loop = { start, quantifier, variables };
    if (tokens.kind === 40) {
      tokens.next();
      const values: Expression[] = [];
      this.push({ kind: "values", loop, values, low: undefined, level: 0, valuesOnly: true, symbols: 6 });
    } else if (tokens.kind === T.identifier) {
      this.push({ kind: "iterator", loop, level: 0, valuesOnly: true, symbols: 5 });
    } else unexpected(tokens, '"(" or a name');
  }

  private closeValues(top: OpenOf<"values">): boolean {
    const { tokens, value } = this;
    const { kind, start } = tokens;
    const { loop, values, low } = top;
    if (low === undefined && (kind === 44 || (kind === T.dots && values.length === 0))) {
      if (kind === 44) values.push(value);
      else top.low = value;
      if (top.symbols === 6) this.grow(top, 2);
      tokens.next();
      return false;
    }
    if (kind !== 41) unexpected(tokens, this.wanted(top));
    if (loop.variables.length > 1) {
      throw new SyntaxProblem("the loop has two variables, but there is one value at a time", start);
    }
    tokens.next();
    this.pop();
    if (low === undefined) this.loopBody(loop, undefined, { kind: "values", values: [...values, value] });
    else this.loopBody(loop, undefined, { kind: "range", range: { low, high: value } });
    return false;
  }

  private loopBody(loop: Loop, set: StringSet | undefined, iterator: ForIn["iterator"] | undefined): void {
    this.expect(58, '":"');
    this.expect(40, '"("');
    this.push({ kind: "body", loop, set, iterator, level: 0, valuesOnly: false, symbols: 7 });
  }

  private closeBody({ loop, set, iterator }: OpenOf<"body">, end: number): void {
    const { start, quantifier, variables } = loop;
    const span = { start, end };
    const body = this.value;
    this.variables.length -= variables.length;
    if (set !== undefined) this.complete({ kind: "for-of", quantifier, set, body, span }, STATEMENT);
    else if (iterator !== undefined) {
      this.complete({ kind: "for-in", quantifier, variables, iterator, body, span }, STATEMENT);
    }
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

function isStatementOnly(kind: number): boolean {
  return (
    kind === T.true ||
    kind === T.false ||
    kind === T.string ||
    kind === T.not ||
    kind === T.defined ||
    kind === T.for ||
    kind === T.all ||
    kind === T.any ||
    kind === T.none
  );
}

function keywordQuantifier(kind: number): Quantifier {
  return { kind: kind === T.all ? "all" : kind === T.any ? "any" : "none" };
}

function around(left: Expression, right: Expression): Span {
  return { start: left.span.start, end: right.span.end };
}

function addUse(uses: Map<string, Span[]>, name: string, span: Span): void {
  const spans = uses.get(name);
  if (spans === undefined) uses.set(name, [span]);
  else spans.push(span);
}

function uses(spans: ReadonlyMap<string, Span[]>): NameUse[] {
  return [...spans].map(([name, places]) => ({ name, spans: places }));
}
