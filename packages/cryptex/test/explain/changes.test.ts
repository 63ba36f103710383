/** The smallest set of changes, held against trying all sets. */
import { expect, test } from "bun:test";
import fc from "fast-check";
import { flipsTo } from "../../src/explain/changes.ts";
import type { Evaluated } from "../../src/explain/evaluated.ts";
import { OPERATORS } from "../../src/explain/operators.ts";
import {
  type Int,
  integer,
  isUnknown,
  stateOf,
  truth,
  undefinedOf,
  type Value,
} from "../../src/explain/values.ts";
import type { Expression } from "../../src/rules/ast.ts";

/** A formula over atoms, each of which stands in one place. */
type Formula =
  | { readonly kind: "atom"; readonly atom: number }
  | { readonly kind: "and" | "or"; readonly parts: readonly Formula[] }
  | { readonly kind: "not"; readonly operand: Formula }
  | { readonly kind: "of" | "loop"; readonly needed: number | "all"; readonly members: readonly Formula[] }
  | { readonly kind: "of %"; readonly share: number; readonly members: readonly Formula[] };

const span = { start: 0, end: 0 };
const node = (rest: object) => ({ span, ...rest }) as unknown as Expression;

function numberOf({ value }: Evaluated): Int {
  const number = truth(value);
  return isUnknown(number) ? undefined : number;
}

/** Evaluates a formula as the evaluator would. */
function evaluated(formula: Formula, atoms: readonly Value[]): Evaluated {
  switch (formula.kind) {
    case "atom":
      return { expression: node({ kind: "filesize" }), value: atoms[formula.atom]!, parts: [] };
    case "and":
    case "or": {
      const parts = formula.parts.map((part) => evaluated(part, atoms));
      const value = parts
        .slice(1)
        .reduce<Int>((sum, part) => OPERATORS[formula.kind](sum, numberOf(part)), numberOf(parts[0]!));
      return { expression: node({ kind: "binary", operator: formula.kind }), value: integer(value), parts };
    }
    case "not": {
      const operand = evaluated(formula.operand, atoms);
      return {
        expression: node({ kind: "not" }),
        value: integer(OPERATORS.not(numberOf(operand))),
        parts: [operand],
      };
    }
    case "of":
    case "of %": {
      const members = formula.members.map((member) => evaluated(member, atoms));
      const found = members.filter(({ value }) => stateOf(value) === "true").length;
      const isPercent = formula.kind === "of %";
      const needed = isPercent ? BigInt(formula.share) : neededOf(formula.needed);
      const value = OPERATORS[formula.kind](needed, found, members.length);
      return {
        expression: node({ kind: "of" }),
        value: integer(value),
        parts: [],
        set: { needed, isPercent, members },
      };
    }
    case "loop": {
      // One that never has enough turns could have more in another file; that is not tried here.
      const turns = formula.members.map((member) => ({ variables: [], body: evaluated(member, atoms) }));
      const needed = neededOf(formula.needed);
      const sum = turns.filter(({ body }) => stateOf(body.value) === "true").length;
      const count = BigInt(turns.length);
      const value = integer(OPERATORS["loop holds"](needed, BigInt(sum), count));
      return {
        expression: node({ kind: "for-in" }),
        value,
        parts: [],
        loop: { needed, turns, decided: count, count, satisfied: sum, isWhole: true },
      };
    }
  }
}

function neededOf(needed: number | "all"): Int {
  return needed === "all" ? undefined : BigInt(needed);
}

const { formula: shapes } = fc.letrec<{ formula: Formula }>((tie) => {
  const parts = (minLength: number) => fc.array(tie("formula"), { minLength, maxLength: 3 });
  return {
    formula: fc.oneof(
      { depthSize: "medium", withCrossShrink: true },
      fc.constant<Formula>({ kind: "atom", atom: 0 }),
      fc.record({ kind: fc.constantFrom("and" as const, "or" as const), parts: parts(2) }),
      fc.record({ kind: fc.constant("not" as const), operand: tie("formula") }),
      fc.record({
        kind: fc.constant("of" as const),
        needed: fc.constantFrom(0, 1, 2, "all" as const),
        members: parts(1),
      }),
      fc.record({
        kind: fc.constant("loop" as const),
        needed: fc.constantFrom(0, 1, 2, "all" as const),
        members: parts(2),
      }),
      fc.record({
        kind: fc.constant("of %" as const),
        share: fc.integer({ min: 1, max: 100 }),
        members: parts(1),
      }),
    ),
  };
});

/** Gives each atom a number of its own. */
function numbered(formula: Formula, next: { atoms: number }): Formula {
  const all = (list: readonly Formula[]) => list.map((each) => numbered(each, next));
  switch (formula.kind) {
    case "atom":
      return { kind: "atom", atom: next.atoms++ };
    case "and":
    case "or":
      return { ...formula, parts: all(formula.parts) };
    case "not":
      return { ...formula, operand: numbered(formula.operand, next) };
    default:
      return { ...formula, members: all(formula.members) };
  }
}

/** More are too many to try all sets of. */
const MOST_ATOMS = 9;

const cases = shapes
  .map((shape) => {
    const next = { atoms: 0 };
    return { formula: numbered(shape, next), atoms: next.atoms };
  })
  .filter(({ atoms }) => atoms <= MOST_ATOMS)
  .chain(({ formula, atoms }) =>
    fc.record({
      formula: fc.constant(formula),
      values: fc.array(fc.constantFrom<Value>(integer(0n), integer(1n), undefinedOf("integer")), {
        minLength: atoms,
        maxLength: atoms,
      }),
      wanted: fc.boolean(),
    }),
  );

/** Size of the smallest set of atoms that, given truth values, make the formula what is wanted; Infinity where none does. */
function leastByTrying(formula: Formula, values: readonly Value[], wanted: boolean): number {
  let least = Number.POSITIVE_INFINITY;
  for (let set = 0; set < 2 ** values.length; set++) {
    const size = set.toString(2).replaceAll("0", "").length;
    if (size >= least) continue;
    // A changed atom becomes what it is not; an undefined one either.
    const chosen = values.flatMap((_, index) => ((set >> index) & 1 ? [index] : []));
    const open = chosen.filter((index) => stateOf(values[index]!) === "undefined");
    for (let truths = 0; truths < 2 ** open.length; truths++) {
      const tried = values.map((value, index) => {
        if (!chosen.includes(index)) return value;
        const place = open.indexOf(index);
        if (place >= 0) return integer(BigInt((truths >> place) & 1));
        return integer(stateOf(value) === "true" ? 0n : 1n);
      });
      if (stateOf(evaluated(formula, tried).value) === String(wanted)) least = size;
    }
  }
  return least;
}

test("no smaller set does, and this one does", () => {
  let flipped = 0;
  fc.assert(
    fc.property(cases, ({ formula, values, wanted }) => {
      const least = leastByTrying(formula, values, wanted);
      // Where no change of atoms does, a part as a whole has to change.
      fc.pre(Number.isFinite(least));
      const set = flipsTo(evaluated(formula, values), wanted);
      expect(set).toMatchObject({ count: least, exact: true });
      flipped += Number(least > 0);
    }),
    { numRuns: 500 },
  );
  expect(flipped).toBeGreaterThan(100);
});
