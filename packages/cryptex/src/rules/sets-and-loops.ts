/** Sets of strings and rules, ranges, and loops, in a condition. */
import type { Expression, NameUse, Quantifier, Range, RuleSetSyntax, Span, StringSet } from "./ast.ts";
import { LEVEL, Pending, REFERENCE, STATEMENT, type Step } from "./pending.ts";
import { expect, SyntaxProblem, unexpected } from "./syntax-problem.ts";
import { T } from "./tokens.ts";

interface Loop {
  readonly start: number;
  readonly quantifier: Quantifier;
  readonly variables: readonly string[];
}
type ForIn = Extract<Expression, { kind: "for-in" }>;

export class SetsAndLoops extends Pending {
  /** Variables of the loops that are open. */
  protected readonly variables: string[] = [];
  protected readonly names = new Map<string, Span[]>();
  protected readonly wildcards = new Map<string, Span[]>();

  /** Reads from `in` on; `symbols` up to the parenthesis. */
  protected range(symbols: number, finish: (range: Range) => Step): Step {
    this.tokens.next();
    expect(this.tokens, T.openRound, '"("');
    return this.bracket(symbols, true, [T.dots], () => {
      const low = this.value;
      return this.bracket(symbols + 2, true, [T.closeRound], () => finish({ low, high: this.value }));
    });
  }

  /** Reads from `of` on. */
  protected of(quantifier: Quantifier, start: number): Step {
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
    expect(tokens, T.openRound, '"them" or "("');
    const members: string[] = [];
    if (tokens.is(T.identifier)) {
      do {
        const { raw, start } = tokens;
        expect(tokens, T.identifier, "the name of a rule");
        const isWildcard = tokens.is(T.star);
        if (isWildcard) tokens.next();
        addUse(isWildcard ? this.wildcards : this.names, raw, this.spanFrom(start));
        members.push(isWildcard ? `${raw}*` : raw);
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
    const isComma = this.tokens.is(T.comma);
    if (!isComma && !this.tokens.is(T.closeRound)) unexpected(this.tokens, '"," or ")"');
    this.tokens.next();
    return isComma;
  }

  protected loop(): Step {
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
    } while (tokens.is(T.comma) && tokens.next() !== T.end);
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
        closers: [T.colon],
        keepsCloser: true,
        finish: () => {
          if (this.rank === REFERENCE) return body({ kind: "object", object: this.value });
          throw new SyntaxProblem("a loop goes over a name with its fields, a range or a list", start);
        },
      });
    }
    expect(tokens, T.openRound, '"(" or a name');
    const values: Expression[] = [];
    const item = (symbols: number, closers: readonly number[]): false =>
      this.bracket(symbols, true, closers, (closer) => {
        values.push(this.value);
        if (closer === T.comma) return item(8, [T.comma, T.closeRound]);
        if (closer === T.dots) return item(8, [T.closeRound]);
        return body(
          closers.length > 1
            ? { kind: "values", values }
            : { kind: "range", range: { low: values[0]!, high: values[1]! } },
        );
      });
    return item(6, [T.comma, T.dots, T.closeRound]);
  }

  private loopBody(finish: (body: Expression) => Expression): Step {
    expect(this.tokens, T.colon, '":"');
    expect(this.tokens, T.openRound, '"("');
    return this.bracket(7, false, [T.closeRound], () => this.complete(finish(this.value), STATEMENT));
  }
}

export function keywordQuantifier(kind: number): Quantifier {
  return { kind: kind === T.all ? "all" : kind === T.any ? "any" : "none" };
}

export function addUse(uses: Map<string, Span[]>, name: string, span: Span): void {
  const spans = uses.get(name);
  if (spans === undefined) uses.set(name, [span]);
  else spans.push(span);
}

export function listUses(uses: ReadonlyMap<string, Span[]>): NameUse[] {
  return [...uses].map(([name, spans]) => ({ name, spans }));
}
