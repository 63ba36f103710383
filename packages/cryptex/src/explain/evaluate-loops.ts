/** Evaluates loops, turn by turn. */
import type { Expression, Range } from "../rules/ast.ts";
import { leafFor } from "./evaluate-fields.ts";
import { StringEvaluation } from "./evaluate-strings.ts";
import type { Evaluated, Loop, Turn } from "./evaluated.ts";
import { integerOf, PENDING } from "./evaluation.ts";
import type { Operators } from "./operators.ts";
import {
  type Int,
  integer,
  isUnknown,
  literalOf,
  stateOf,
  truth,
  type Unknown,
  unknown,
  type Value,
} from "./values.ts";

/** Goes over what a loop names. */
interface Iteration {
  readonly parts: readonly Evaluated[];
  readonly lack?: Unknown;
  /** Sets the variables turn by turn. */
  turns(): Iterator<Turn["variables"], void>;
  /** Sets them back. */
  end(): void;
}

/** Adds up the results of turns, as the engine does: it is numbers that are added. */
class Tally {
  count = 0n;
  satisfied = 0;
  goesOn = true;
  /** Sums without and with the turns that are not known. */
  private low = 0n;
  private high = 0n;
  private open: Unknown | undefined;

  constructor(
    private readonly needed: Int,
    private readonly operators: Operators,
  ) {}

  add(result: Int | Unknown): void {
    this.count++;
    if (isUnknown(result)) {
      this.open ??= result;
      this.high = BigInt.asIntN(64, this.high + 1n);
      return;
    }
    if (result !== undefined && result !== 0n) this.satisfied++;
    this.goesOn = this.operators["loop goes on"](this.needed, this.low, result);
    this.low = BigInt.asIntN(64, this.low + (result ?? 0n));
    this.high = BigInt.asIntN(64, this.high + (result ?? 0n));
  }

  get value(): Value {
    const [low, high] = [this.low, this.high].map((sum) =>
      this.operators["loop holds"](this.needed, sum, this.count),
    );
    return this.open && low !== high ? this.open : integer(low);
  }
}

export abstract class LoopEvaluation extends StringEvaluation {
  protected loop(expression: Extract<Expression, { kind: "for-of" | "for-in" }>): Evaluated {
    const [needed, parts] = this.quantifier(expression.quantifier);
    const over = expression.kind === "for-of" ? this.overStrings(expression) : this.over(expression);
    const operands = [...parts, ...over.parts];
    try {
      if (isUnknown(needed)) return { expression, value: needed, parts: operands };
      if (over.lack) return { expression, value: over.lack, parts: operands };
      return { expression, parts: operands, ...this.turnsOf(expression.body, needed, over.turns()) };
    } finally {
      over.end();
    }
  }

  private turnsOf(
    body: Expression,
    needed: Int,
    steps: Iterator<Turn["variables"], void>,
  ): Pick<Evaluated, "value"> & { readonly loop: Loop } {
    const tally = new Tally(needed, this.operators);
    const turns: Turn[] = [];
    let isWhole = true;
    const turn = (variables: Turn["variables"]) => {
      const before = this.taken;
      const evaluated = this.evaluate(body);
      tally.add(truth(evaluated.value));
      if (this.kept < this.limits.kept) turns.push({ variables, body: evaluated });
      else isWhole = false;
      this.kept += this.taken - before;
    };
    let next = steps.next();
    for (; !next.done; next = steps.next()) {
      turn(next.value);
      if (!tally.goesOn) break;
    }
    const value = tally.value;
    const decided = tally.count;
    if (!next.done) {
      // For what would have to change, those turns are needed, too, that the engine does not come to.
      const rest = () => {
        for (next = steps.next(); !next.done; next = steps.next()) turn(next.value);
        return isWhole;
      };
      isWhole = stateOf(value) !== "true" && this.idly(rest, () => false);
    }
    return {
      value,
      loop: { needed, turns, decided, count: tally.count, satisfied: tally.satisfied, isWhole },
    };
  }

  protected overStrings({ set }: Extract<Expression, { kind: "for-of" }>): Iteration {
    const members = this.membersOf(set.kind === "them" ? ["$*"] : set.ids);
    const before = this.current;
    const evaluator = this;
    return {
      parts: [],
      *turns() {
        for (const number of members) {
          evaluator.current = number;
          yield [["$", evaluator.facts.strings[number]!.id]];
        }
      },
      end: () => {
        this.current = before;
      },
    };
  }

  protected over({ variables, iterator }: Extract<Expression, { kind: "for-in" }>): Iteration {
    const [name, second] = variables as readonly [string, string?];
    const before = variables.map((each) => [each, this.variables.get(each)] as const);
    const end = () => {
      for (const [each, binding] of before) {
        if (binding) this.variables.set(each, binding);
        else this.variables.delete(each);
      }
    };
    const bind = (value: Value): Turn["variables"] => {
      this.variables.set(name, { kind: "value", value });
      return [[name, value]];
    };
    switch (iterator.kind) {
      case "range": {
        const parts = this.ends(iterator.range);
        const [low, high] = parts.map(({ value }) => integerOf(value)) as [Int | Unknown, Int | Unknown];
        if (isUnknown(low)) return { parts, lack: low, turns: nothing, end };
        if (isUnknown(high)) return { parts, lack: high, turns: nothing, end };
        const isEmpty = low === undefined || high === undefined;
        return {
          parts,
          *turns() {
            if (isEmpty) return;
            for (let next = low; next <= high; next++) yield bind(integer(next));
          },
          end,
        };
      }
      case "values": {
        const parts = iterator.values.map((value) => this.evaluate(value));
        return {
          parts,
          *turns() {
            for (const { value } of parts) yield bind(value);
          },
          end,
        };
      }
      case "object":
        return this.overObject(iterator.object, name, second, end);
    }
  }

  protected overObject(
    object: Expression,
    name: string,
    second: string | undefined,
    end: () => void,
  ): Iteration {
    const path = this.path(object);
    const { parts, lack } = path;
    if (lack === "undefined") return { parts, turns: nothing, end };
    if (lack) return { parts, lack, turns: nothing, end };
    const answer = this.answer(leafFor(path, second === undefined ? "items" : "entries"));
    const variables = this.variables;
    if (answer.type === "items") {
      return {
        parts,
        *turns() {
          for (let index = 0; index < answer.count; index++) {
            const item = { ...path, text: `${path.text}[${index}]`, shape: `${path.shape}[0]`, parts: [] };
            variables.set(name, { kind: "object", path: item });
            yield [[name, item.text]];
          }
        },
        end,
      };
    }
    if (answer.type === "entries" && second !== undefined) {
      return {
        parts,
        *turns() {
          for (const { key, value } of answer.entries) {
            const text = literalOf(key);
            const item = {
              ...path,
              text: `${path.text}[${text}]`,
              shape: `${path.shape}["a"]`,
              parts: [],
              ...(text === undefined && {
                lack: unknown("the key cannot be written as the engine reads it"),
              }),
            };
            variables.set(name, { kind: "value", value: key });
            variables.set(second, { kind: "object", path: item, value });
            yield [
              [name, key],
              [second, value ?? item.text],
            ];
          }
        },
        end,
      };
    }
    return { parts, lack: answer.type === "unknown" ? answer : PENDING, turns: nothing, end };
  }

  protected ends({ low, high }: Range): Evaluated[] {
    return [this.evaluate(low), this.evaluate(high)];
  }
}

function* nothing(): Generator<Turn["variables"], void> {}
