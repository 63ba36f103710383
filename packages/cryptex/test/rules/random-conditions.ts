/** Random conditions as syntax trees, as fast-check takes them; without spans. */
import fc from "fast-check";
import type { BinaryOperator, Expression, Quantifier, Range, StringSet } from "../../src/rules/ast.ts";

const ARITHMETIC: readonly BinaryOperator[] = ["+", "-", "*", "\\", "%", "&", "|", "^", "<<", ">>"];
const COMPARISONS: readonly BinaryOperator[] = [
  ...(["==", "!=", "<", "<=", ">", ">="] as const),
  ...(["contains", "icontains", "startswith", "istartswith", "endswith", "iendswith", "iequals"] as const),
];

/** A tree without spans, which are what its text gives it. */
type Tree = Expression;
const tree = (value: object): Tree => value as Tree;

const names = fc.constantFrom("a", "rule_2", "pe", "_x", "includes", "int64");
const ids = fc.constantFrom("$a", "$", "$_b2");
const bytes = fc.string({
  unit: fc.integer({ min: 0, max: 255 }).map((code) => String.fromCharCode(code)),
  maxLength: 6,
});
const regex = fc.record({
  kind: fc.constant("regex"),
  regex: fc.record({
    source: fc.constantFrom("x", "a\\/b", "[a-z]{1,3}", "\\*", '"', "}"),
    nocase: fc.boolean(),
    dotAll: fc.boolean(),
  }),
});
const stringSet: fc.Arbitrary<StringSet> = fc.oneof(
  fc.constant({ kind: "them" } as const),
  fc.record({
    kind: fc.constant("strings" as const),
    ids: fc.array(fc.constantFrom("$a", "$a*", "$*", "$"), { minLength: 1, maxLength: 3 }),
  }),
);
const ruleSet = fc.record({
  kind: fc.constant("rules" as const),
  names: fc.array(fc.constantFrom("a", "rule_2", "ab*"), { minLength: 1, maxLength: 3 }),
});

const { condition } = fc.letrec<Record<"reference" | "value" | "statement" | "condition", Tree>>((tie) => {
  const value = tie("value");
  const any = tie("condition");
  const range: fc.Arbitrary<Range> = fc.record({ low: value, high: value });
  const binary = (operators: readonly BinaryOperator[], operand: fc.Arbitrary<Tree>): fc.Arbitrary<Tree> =>
    fc
      .record({
        kind: fc.constant("binary"),
        operator: fc.constantFrom(...operators),
        left: operand,
        right: operand,
      })
      .map(tree);
  const quantifier: fc.Arbitrary<Quantifier> = fc.oneof(
    fc.record({ kind: fc.constantFrom("all" as const, "any" as const, "none" as const) }),
    fc.record({ kind: fc.constant("count" as const), value }),
  );
  const optional = { depthSize: "small", withCrossShrink: true } as const;
  return {
    reference: fc.oneof(
      optional,
      fc.record({ kind: fc.constant("name"), name: names }).map(tree),
      fc.record({ kind: fc.constant("member"), object: tie("reference"), field: names }).map(tree),
      fc.record({ kind: fc.constant("index"), object: tie("reference"), index: value }).map(tree),
      fc
        .record({
          kind: fc.constant("call"),
          callee: tie("reference"),
          arguments: fc.array(any, { maxLength: 3 }),
        })
        .map(tree),
    ),
    value: fc.oneof(
      optional,
      fc
        .record({ kind: fc.constant("integer"), value: fc.bigInt({ min: 0n, max: 2n ** 63n - 1n }) })
        .map(tree),
      fc
        .tuple(fc.nat(999_999), fc.nat(999_999))
        .map(([whole, part]) => tree({ kind: "float", value: Number(`${whole}.${part}`) })),
      fc.record({ kind: fc.constant("text"), value: bytes }).map(tree),
      regex.map(tree),
      fc.record({ kind: fc.constantFrom("filesize", "entrypoint") }).map(tree),
      fc.record({ kind: fc.constant("count"), id: ids }).map(tree),
      fc.record({ kind: fc.constantFrom("offset", "length"), id: ids }).map(tree),
      tie("reference"),
      fc.record({ kind: fc.constant("count"), id: ids, in: range }).map(tree),
      fc.record({ kind: fc.constantFrom("offset", "length"), id: ids, index: value }).map(tree),
      fc
        .record({ kind: fc.constant("read"), type: fc.constantFrom("int8", "uint32be"), offset: value })
        .map(tree),
      fc.record({ kind: fc.constantFrom("negate", "complement"), operand: value }).map(tree),
      binary(ARITHMETIC, value),
    ),
    statement: fc.oneof(
      optional,
      fc.record({ kind: fc.constant("boolean"), value: fc.boolean() }).map(tree),
      fc.record({ kind: fc.constant("string"), id: ids }).map(tree),
      fc.record({ kind: fc.constant("string"), id: ids, at: value }).map(tree),
      fc.record({ kind: fc.constant("string"), id: ids, in: range }).map(tree),
      fc.record({ kind: fc.constantFrom("not", "defined"), operand: any }).map(tree),
      binary(["and", "or"], any),
      binary(COMPARISONS, value),
      fc
        .record({ kind: fc.constant("binary"), operator: fc.constant("matches"), left: value, right: regex })
        .map(tree),
      fc.record({ kind: fc.constant("of"), quantifier, set: fc.oneof(stringSet, ruleSet) }).map(tree),
      fc.record({ kind: fc.constant("of"), quantifier, set: stringSet, at: value }).map(tree),
      fc.record({ kind: fc.constant("of"), quantifier, set: stringSet, in: range }).map(tree),
      fc
        .record({
          kind: fc.constant("of"),
          quantifier: fc.record({ kind: fc.constant("percent"), value }),
          set: fc.oneof(stringSet, ruleSet),
        })
        .map(tree),
      fc.record({ kind: fc.constant("for-of"), quantifier, set: stringSet, body: any }).map(tree),
      fc
        .record({
          kind: fc.constant("for-in"),
          quantifier,
          variables: fc.constantFrom(["i"], ["pe"]),
          iterator: fc.oneof(
            fc.record({ kind: fc.constant("range"), range }),
            fc.record({
              kind: fc.constant("values"),
              values: fc.array(value, { minLength: 1, maxLength: 3 }),
            }),
            fc.record({ kind: fc.constant("object"), object: tie("reference") }),
          ),
          body: any,
        })
        .map(tree),
    ),
    condition: fc.oneof(optional, value, tie("statement")),
  };
});

export const randomCondition: fc.Arbitrary<Expression> = condition;
