/**
 * Conditions, as grammar.y of libyara 4.5.5 takes them.
 *
 * The grammar has three ranks: a name with its fields, indexes and calls is a *reference*; references, numbers, texts and arithmetic are
 * *values*; strings, comparisons, `of`, `for`, `not`, `and`, `or` are *statements*. Arithmetic and comparisons are between values, so
 * `a == b == c`, `-true` and `(a == b) + 1` are no syntax; parentheses keep the rank. Types are the engine's to check.
 *
 * What is open (an operator without its right side, a parenthesis, a loop) is kept in a list with what is to be done once its expression is
 * there, instead of on the stack of calls: depth costs memory alone, and ends where libyara's parser ends.
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
import { integerValue, textValue } from "./literals.ts";
import { parseRegex } from "./regex.ts";
import { expect, SyntaxProblem, unexpected } from "./syntax-problem.ts";
import { T, type Tokens } from "./tokens.ts";

export interface Condition {
  readonly expression: Expression;
  readonly modules: readonly string[];
  readonly names: readonly NameUse[];
  readonly ruleWildcards: readonly NameUse[];
}

type Rank = 1 | 2 | 3;
const [STATEMENT, VALUE, REFERENCE] = [1, 2, 3] as const;

/** Binding strength of operators, the weakest first. Brackets have 0. */
const LEVEL = { bracket: 0, or: 1, and: 2, not: 3, comparison: 4, product: 10, sign: 11 } as const;

const [LEFT, RIGHT, STAR, COMMA, MINUS, DOT, COLON, OPEN, CLOSE, TILDE] = [
  40, 41, 42, 44, 45, 46, 58, 91, 93, 126,
] as const;

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
  [MINUS, ["-", 9]],
  [STAR, ["*", LEVEL.product]],
  [92, ["\\", LEVEL.product]],
  [37, ["%", LEVEL.product]],
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

const CLOSER_NAMES: Readonly<Record<number, string>> = {
  [T.end]: '"}"',
  [RIGHT]: '")"',
  [COMMA]: '","',
  [COLON]: '":"',
  [CLOSE]: '"]"',
  [T.dots]: '".."',
  [T.of]: '"of"',
  [T.identifier]: "the name of a variable",
};

/** rules, modifiers, rule, name, action, tags, {, meta, strings, action, condition, the colon, and the first state. */
const SYMBOLS_BEFORE = 13;

/** Answer of a step: true where an expression is complete, false where an operand comes next. */
type Step = boolean;

/** Something that waits for an expression. */
interface Open {
  readonly level: number;
  /** Statements cannot stand directly in it. */
  readonly valuesOnly: boolean;
  /** How much libyara's stack holds for it. */
  readonly symbols: number;
  /** Tokens that end a bracket; none for an operator, which ends before any weaker one. */
  readonly closers: readonly number[];
  /** True where the closer is left for what follows. */
  readonly keepsCloser?: true;
  /** Called when the expression is complete, with the kind of the token that ended a bracket. */
  readonly finish: (closer: number) => Step;
}

interface Loop {
  readonly start: number;
  readonly quantifier: Quantifier;
  readonly variables: readonly string[];
}
type ForIn = Extract<Expression, { kind: "for-in" }>;

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
  private isDone = false;
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
      case LEFT:
        tokens.next();
        return this.bracket(1, valuesOnly, [RIGHT], () => {
          // The span takes in the parentheses.
          Object.assign(this.value.span, this.spanFrom(start));
          return this.complete(this.value, this.rank === STATEMENT ? STATEMENT : VALUE);
        });
      case MINUS:
      case TILDE:
        tokens.next();
        return this.operator(LEVEL.sign, true, 1, () => {
          const sign = kind === MINUS ? "negate" : "complement";
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
        expect(tokens, LEFT, '"("');
        return this.bracket(2, true, [RIGHT], () =>
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
        if (!tokens.is(OPEN)) return this.complete({ kind: of, id, span: this.spanFrom(start) }, VALUE);
        tokens.next();
        return this.bracket(2, true, [CLOSE], () =>
          this.complete({ kind: of, id, index: this.value, span: this.spanFrom(start) }, VALUE),
        );
      }
      case T.identifier: {
        tokens.next();
        const span = this.spanFrom(start);
        if (!this.variables.includes(raw)) {
          if (tokens.is(DOT) || this.imported.has(raw)) this.modules.add(raw);
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
    if (this.rank === REFERENCE && (kind === DOT || kind === OPEN || kind === LEFT))
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

  /** @throws SyntaxProblem: the current token cannot follow the expression */
  private stop(): never {
    const top = this.open.at(-1);
    const operators = this.rank === STATEMENT ? ['"and"', '"or"'] : ["an operator"];
    const closers = (top?.closers ?? [T.end]).map((kind) => CLOSER_NAMES[kind]!);
    const expected = [...operators, ...closers];
    const last = expected.pop();
    unexpected(this.tokens, `${expected.join(", ")} or ${last}`);
  }

  // ---- What is open

  private bracket(
    symbols: number,
    valuesOnly: boolean,
    closers: readonly number[],
    finish: Open["finish"],
  ): false {
    return this.push({ level: LEVEL.bracket, valuesOnly, symbols, closers, finish });
  }

  private operator(level: number, valuesOnly: boolean, symbols: number, finish: () => Step): false {
    return this.push({ level, valuesOnly, symbols, closers: [], finish });
  }

  private push(open: Open): false {
    this.open.push(open);
    this.symbols += open.symbols;
    // The expression in it, and a closing bracket.
    if (this.symbols + (open.level === LEVEL.bracket ? 2 : 1) >= MAX_STACK) {
      throw new SyntaxProblem("the condition is nested too deeply", this.tokens.start);
    }
    return false;
  }

  private pop(): Open {
    const open = this.open.pop()!;
    this.symbols -= open.symbols;
    return open;
  }

  /** Builds the operators on top that bind at least as strongly. */
  private finishOperators(level: number): void {
    while ((this.open.at(-1)?.level ?? LEVEL.bracket) >= level) this.pop().finish(T.end);
  }

  private complete(value: Expression, rank: Rank): true {
    this.value = value;
    this.rank = rank;
    return true;
  }

  /** From an offset to the end of the token before the current one. */
  private spanFrom(start: number): Span {
    return { start, end: this.tokens.before };
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
    if (kind === DOT) {
      const field = tokens.raw;
      expect(tokens, T.identifier, "the name of a field");
      return this.complete({ kind: "member", object, field, span: this.spanFrom(start) }, REFERENCE);
    }
    if (kind === OPEN) {
      return this.bracket(2, true, [CLOSE], () =>
        this.complete({ kind: "index", object, index: this.value, span: this.spanFrom(start) }, REFERENCE),
      );
    }
    const call = (given: readonly Expression[]): true =>
      this.complete(
        { kind: "call", callee: object, arguments: given, span: this.spanFrom(start) },
        REFERENCE,
      );
    if (tokens.is(RIGHT)) {
      tokens.next();
      return call([]);
    }
    const given: Expression[] = [];
    const argument = (symbols: number): false =>
      this.bracket(symbols, false, [COMMA, RIGHT], (closer) => {
        given.push(this.value);
        return closer === COMMA ? argument(4) : call(given);
      });
    return argument(2);
  }

  /** Reads from `in` on; `symbols` up to the parenthesis. */
  private range(symbols: number, finish: (range: Range) => Step): Step {
    this.tokens.next();
    expect(this.tokens, LEFT, '"("');
    return this.bracket(symbols, true, [T.dots], () => {
      const low = this.value;
      return this.bracket(symbols + 2, true, [RIGHT], () => finish({ low, high: this.value }));
    });
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

  // ---- Sets and loops

  /** Reads from `of` on. */
  private of(quantifier: Quantifier, start: number): Step {
    const { tokens } = this;
    tokens.next();
    const set = this.set();
    if (set.kind !== "rules" && quantifier.kind !== "percent") {
      if (tokens.is(T.in)) {
        return this.range(5, (range) =>
          this.complete({ kind: "of", quantifier, set, in: range, span: this.spanFrom(start) }, STATEMENT),
        );
      }
      if (tokens.is(T.at)) {
        tokens.next();
        return this.operator(LEVEL.comparison, true, 4, () =>
          this.complete(
            { kind: "of", quantifier, set, at: this.value, span: this.spanFrom(start) },
            STATEMENT,
          ),
        );
      }
    }
    return this.complete({ kind: "of", quantifier, set, span: this.spanFrom(start) }, STATEMENT);
  }

  private set(): StringSet | RuleSetSyntax {
    const { tokens } = this;
    if (tokens.is(T.them)) {
      tokens.next();
      return { kind: "them" };
    }
    expect(tokens, LEFT, '"them" or "("');
    const members: string[] = [];
    if (tokens.is(T.identifier)) {
      do {
        const { raw, start } = tokens;
        expect(tokens, T.identifier, "the name of a rule");
        const isWildcard = tokens.is(STAR);
        addUse(isWildcard ? this.wildcards : this.names, raw, this.spanFrom(start));
        members.push(isWildcard ? `${raw}*` : raw);
        if (isWildcard) tokens.next();
      } while (this.hasAnother());
      return { kind: "rules", names: members };
    }
    do {
      if (!tokens.is(T.string) && !tokens.is(T.stringWildcard)) {
        unexpected(tokens, members.length === 0 ? "a string or a rule" : "a string");
      }
      members.push(tokens.raw);
      tokens.next();
    } while (this.hasAnother());
    return { kind: "strings", ids: members };
  }

  /** Reads the comma or the closing parenthesis behind a member of a set. */
  private hasAnother(): boolean {
    const isComma = this.tokens.is(COMMA);
    if (!isComma && !this.tokens.is(RIGHT)) unexpected(this.tokens, '"," or ")"');
    this.tokens.next();
    return isComma;
  }

  private loop(): Step {
    const { tokens } = this;
    const { start } = tokens;
    const kind = tokens.next();
    if (kind === T.all || kind === T.any || kind === T.none) {
      tokens.next();
      return this.loopHead(keywordQuantifier(kind), start);
    }
    return this.push({
      level: LEVEL.bracket,
      valuesOnly: true,
      symbols: 1,
      closers: [T.of, T.identifier],
      keepsCloser: true,
      finish: () => this.loopHead({ kind: "count", value: this.value }, start),
    });
  }

  /** Reads a loop from behind its quantifier. */
  private loopHead(quantifier: Quantifier, start: number): Step {
    const { tokens } = this;
    if (tokens.is(T.of)) {
      tokens.next();
      const { start: setStart } = tokens;
      const set = this.set();
      if (set.kind === "rules") throw new SyntaxProblem("a loop goes over strings, not over rules", setStart);
      return this.loopBody((body) => ({ kind: "for-of", quantifier, set, body, span: this.spanFrom(start) }));
    }
    const variables: string[] = [];
    do {
      if (variables.length === 2) throw new SyntaxProblem("a loop has at most two variables", tokens.start);
      variables.push(tokens.raw);
      expect(tokens, T.identifier, variables.length === 1 ? '"of" or a variable' : "a variable");
    } while (tokens.is(COMMA) && tokens.next() !== T.end);
    expect(tokens, T.in, '"," or "in"');
    return this.iterator({ quantifier, variables, start });
  }

  private iterator(loop: Loop): Step {
    const { tokens } = this;
    const { start } = tokens;
    const { quantifier, variables } = loop;
    this.variables.push(...variables);
    const body = (iterator: ForIn["iterator"]): Step => {
      if (iterator.kind !== "object" && variables.length > 1) {
        throw new SyntaxProblem("the loop has two variables, but there is one value at a time", start);
      }
      return this.loopBody((body) => {
        this.variables.length -= variables.length;
        return { kind: "for-in", quantifier, variables, iterator, body, span: this.spanFrom(loop.start) };
      });
    };
    if (tokens.is(T.identifier)) {
      return this.push({
        level: LEVEL.bracket,
        valuesOnly: true,
        symbols: 5,
        closers: [COLON],
        keepsCloser: true,
        finish: () => {
          if (this.rank === REFERENCE) return body({ kind: "object", object: this.value });
          throw new SyntaxProblem("a loop goes over a name with its fields, a range or a list", start);
        },
      });
    }
    expect(tokens, LEFT, '"(" or a name');
    const values: Expression[] = [];
    const item = (symbols: number, closers: readonly number[]): false =>
      this.bracket(symbols, true, closers, (closer) => {
        values.push(this.value);
        if (closer === COMMA) return item(8, [COMMA, RIGHT]);
        if (closer === T.dots) return item(8, [RIGHT]);
        return body(
          closers.length > 1
            ? { kind: "values", values }
            : { kind: "range", range: { low: values[0]!, high: values[1]! } },
        );
      });
    return item(6, [COMMA, T.dots, RIGHT]);
  }

  private loopBody(finish: (body: Expression) => Expression): Step {
    expect(this.tokens, COLON, '":"');
    expect(this.tokens, LEFT, '"("');
    return this.bracket(7, false, [RIGHT], () => this.complete(finish(this.value), STATEMENT));
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

function keywordQuantifier(kind: number): Quantifier {
  return { kind: kind === T.all ? "all" : kind === T.any ? "any" : "none" };
}

function addUse(uses: Map<string, Span[]>, name: string, span: Span): void {
  const spans = uses.get(name);
  if (spans === undefined) uses.set(name, [span]);
  else spans.push(span);
}

function listUses(uses: ReadonlyMap<string, Span[]>): NameUse[] {
  return [...uses].map(([name, spans]) => ({ name, spans }));
}
