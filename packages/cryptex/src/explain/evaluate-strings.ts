/** Evaluates what conditions say about strings, and `of`. */
import type { Expression, Quantifier } from "../rules/ast.ts";
import { FieldEvaluation } from "./evaluate-fields.ts";
import type { Evaluated } from "./evaluated.ts";
import { integerOf, leafOf } from "./evaluation.ts";
import { firstFrom } from "./operators.ts";
import type { StringFacts } from "./string-facts.ts";
import { type Int, integer, isUnknown, truth, type Unknown, unknown, type Value } from "./values.ts";

const TOO_MANY = unknown("the string has more matches than the engine lists");

export abstract class StringEvaluation extends FieldEvaluation {
  /** Number of the string that `$` stands for. */
  protected current: number | undefined;
  private readonly byId = new Map(this.facts.strings.map(({ id }, number) => [id, number]));

  protected string(
    expression: Extract<Expression, { kind: "string" | "count" | "offset" | "length" }>,
  ): Evaluated {
    const number = this.numberOf(expression.id);
    if (number === undefined) return leafOf(expression, unknown(`there is no string ${expression.id}`));
    const index = "index" in expression ? expression.index : undefined;
    const at = "at" in expression ? expression.at : undefined;
    const range = "in" in expression ? expression.in : undefined;
    const parts = [index, at, range?.low, range?.high].flatMap((each) => (each ? [this.evaluate(each)] : []));
    const numbers = parts.map(({ value }) => integerOf(value));
    const value = this.ofString(expression, number, numbers);
    return { expression, value: isUnknown(value) ? value : integer(value), parts, string: number };
  }

  protected ofString(
    { kind, ...form }: Extract<Expression, { kind: "string" | "count" | "offset" | "length" }>,
    number: number,
    numbers: readonly (Int | Unknown)[],
  ): Int | Unknown {
    const lack = numbers.find((each) => isUnknown(each));
    if (lack !== undefined) return lack;
    const [first, second] = numbers as readonly Int[];
    const { operators } = this;
    const facts = this.facts.strings[number]!;
    const isIn = "in" in form && form.in !== undefined;
    switch (kind) {
      case "string":
        if (isIn) return this.between("found in", facts, first, second);
        if ("at" in form && form.at !== undefined) return this.between("found at", facts, first, first);
        return facts.lack ?? (facts.isWhole ? operators.found(facts.matches) : 1n);
      case "count":
        if (isIn) return this.between("count in", facts, first, second);
        return facts.lack ?? (facts.isWhole ? operators.count(facts.matches) : BigInt(facts.total));
      case "offset":
      case "length": {
        const index = numbers.length === 0 ? 1n : first;
        const isListed = facts.isWhole || index === undefined || index <= BigInt(facts.matches.length);
        if (facts.lack || !isListed) return facts.lack ?? TOO_MANY;
        return operators[kind](facts.matches, index);
      }
    }
  }

  protected between(
    kind: "found at" | "found in" | "count in",
    { matches, isWhole, lack }: StringFacts,
    low: Int,
    high: Int,
  ): Int | Unknown {
    if (lack) return lack;
    // Behind the last listed match there may be others.
    if (!isWhole && high !== undefined && firstFrom(matches, high + 1n) >= matches.length) return TOO_MANY;
    return kind === "found at"
      ? this.operators[kind](matches, low)
      : this.operators[kind](matches, low, high);
  }

  protected numberOf(id: string): number | undefined {
    return id === "$" ? this.current : this.byId.get(id);
  }

  /** Numbers of the strings of a set, in the engine's order; one that is named twice counts twice. */
  protected membersOf(ids: readonly string[]): number[] {
    this.take(ids.length * this.facts.strings.length);
    return ids.flatMap((id) =>
      this.facts.strings.flatMap((string, number) => {
        const isMeant = id.endsWith("*") ? string.id.startsWith(id.slice(0, -1)) : string.id === id;
        return isMeant ? [number] : [];
      }),
    );
  }

  // ---- of

  protected of(expression: Extract<Expression, { kind: "of" }>): Evaluated {
    const { quantifier, set, at, in: range } = expression;
    const [needed, parts] = this.quantifier(quantifier);
    const places = [at, range?.low, range?.high].flatMap((each) => (each ? [this.evaluate(each)] : []));
    const members = set.kind === "rules" ? this.rulesOf(set.names) : this.stringsOf(expression, set, places);
    const all = [...parts, ...places];
    const isPercent = quantifier.kind === "percent";
    const whole = (value: Value): Evaluated => ({
      expression,
      value,
      parts: all,
      set: { needed: isUnknown(needed) ? undefined : needed, isPercent, members },
    });
    if (isUnknown(needed)) return whole(needed);
    const numbers = places.map(({ value }) => integerOf(value));
    const lack = numbers.find((each) => isUnknown(each));
    if (lack !== undefined && isUnknown(lack)) return whole(lack);
    if (numbers.some((each) => each === undefined)) return whole(integer(undefined));
    const values = members.map(({ value }) => truth(value));
    const found = values.filter((each) => !isUnknown(each) && each !== undefined && each !== 0n).length;
    const open = values.find((each) => isUnknown(each));
    const judge = (count: number) => this.operators[isPercent ? "of %" : "of"](needed, count, members.length);
    const result = judge(found);
    // What is not known may be there or not.
    const most = found + values.filter((each) => isUnknown(each)).length;
    if (open !== undefined && isUnknown(open) && judge(most) !== result) return whole(open);
    return whole(integer(result));
  }

  protected quantifier(quantifier: Quantifier): readonly [Int | Unknown, readonly Evaluated[]] {
    if (quantifier.kind !== "count" && quantifier.kind !== "percent")
      return [this.operators[quantifier.kind](), []];
    const part = this.evaluate(quantifier.value);
    return [integerOf(part.value), [part]];
  }

  protected rulesOf(names: readonly string[]): Evaluated[] {
    return names.map((name) => ({
      text: name,
      value: this.facts.rule(name) ?? unknown(`what ${name} stands for`),
      parts: [],
    }));
  }

  protected stringsOf(
    { at, in: range }: Extract<Expression, { kind: "of" }>,
    set: { readonly kind: "them" } | { readonly kind: "strings"; readonly ids: readonly string[] },
    places: readonly Evaluated[],
  ): Evaluated[] {
    const numbers = places.map(({ value }) => integerOf(value));
    return this.membersOf(set.kind === "them" ? ["$*"] : set.ids).map((number) => {
      const form = {
        kind: "string" as const,
        id: "$",
        ...(at && { at }),
        ...(range && { in: range }),
        span: { start: 0, end: 0 },
      };
      const value = this.ofString(form, number, numbers);
      const { id } = this.facts.strings[number]!;
      return { text: id, value: isUnknown(value) ? value : integer(value), parts: [], string: number };
    });
  }
}
