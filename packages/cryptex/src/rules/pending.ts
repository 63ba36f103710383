/**
 * Keeps what waits for an expression while a condition is read: operators without their right sides, brackets, heads of loops. It is a
 * list, with what is to be done once the expression is there, instead of on the stack of calls: depth costs memory alone, and ends where
 * libyara's parser ends.
 */
import type { Expression, Span } from "./ast.ts";
import { MAX_STACK } from "./hex.ts";
import { SyntaxProblem, unexpected } from "./syntax-problem.ts";
import { T, type Tokens } from "./tokens.ts";

/** Expressions in the conditions of a file. Each takes some 150 bytes of memory. */
export const MAX_EXPRESSIONS = 5_000_000;

export type Rank = 1 | 2 | 3;
export const [STATEMENT, VALUE, REFERENCE] = [1, 2, 3] as const;

/** Binding strength of operators, the weakest first. Brackets have 0. */
export const LEVEL = { bracket: 0, or: 1, and: 2, not: 3, comparison: 4, product: 10, sign: 11 } as const;

const CLOSER_NAMES: Readonly<Record<number, string>> = {
  [T.end]: '"}"',
  [T.closeRound]: '")"',
  [T.comma]: '","',
  [T.colon]: '":"',
  [T.closeSquare]: '"]"',
  [T.dots]: '".."',
  [T.of]: '"of"',
  [T.identifier]: "the name of a variable",
};

/** rules, modifiers, rule, name, action, tags, {, meta, strings, action, condition, the colon, and the first state. */
const SYMBOLS_BEFORE = 13;

/** Answer of a step: true where an expression is complete, false where an operand comes next. */
export type Step = boolean;

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

/** How many expressions a file may still have. */
export interface Room {
  expressions: number;
}

export class Pending {
  protected readonly open: Open[] = [];
  private symbols = SYMBOLS_BEFORE;
  protected isDone = false;
  /** The expression that was completed last, and its rank. */
  protected value!: Expression;
  protected rank: Rank = STATEMENT;

  constructor(
    protected readonly tokens: Tokens,
    private readonly room: Room,
  ) {}

  protected bracket(
    symbols: number,
    valuesOnly: boolean,
    closers: readonly number[],
    finish: Open["finish"],
  ): false {
    return this.push({ level: LEVEL.bracket, valuesOnly, symbols, closers, finish });
  }

  protected operator(level: number, valuesOnly: boolean, symbols: number, finish: () => Step): false {
    return this.push({ level, valuesOnly, symbols, closers: [], finish });
  }

  protected push(open: Open): false {
    this.open.push(open);
    this.symbols += open.symbols;
    // The expression in it, and a closing bracket.
    if (this.symbols + (open.level === LEVEL.bracket ? 2 : 1) >= MAX_STACK) {
      throw new SyntaxProblem("the condition is nested too deeply", this.tokens.start);
    }
    return false;
  }

  protected pop(): Open {
    const open = this.open.pop()!;
    this.symbols -= open.symbols;
    return open;
  }

  /** Builds the operators on top that bind at least as strongly. */
  protected finishOperators(level: number): void {
    while ((this.open.at(-1)?.level ?? LEVEL.bracket) >= level) this.pop().finish(T.end);
  }

  protected complete(value: Expression, rank: Rank): true {
    if (--this.room.expressions < 0) {
      const most = MAX_EXPRESSIONS.toLocaleString("en");
      throw new SyntaxProblem(
        `the conditions of the file have more than ${most} parts: split it`,
        this.tokens.start,
      );
    }
    this.value = value;
    this.rank = rank;
    return true;
  }

  /** From an offset to the end of the token before the current one. */
  protected spanFrom(start: number): Span {
    return { start, end: this.tokens.before };
  }

  /** @throws SyntaxProblem: the current token cannot follow the expression */
  protected stop(): never {
    const top = this.open.at(-1);
    const operators = this.rank === STATEMENT ? ['"and"', '"or"'] : ["an operator"];
    const closers = (top?.closers ?? [T.end]).map((kind) => CLOSER_NAMES[kind]!);
    const expected = [...operators, ...closers];
    const last = expected.pop();
    unexpected(this.tokens, `${expected.join(", ")} or ${last}`);
  }
}
