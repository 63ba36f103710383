/** Diagnostics: each with the line it is about. What one compilation finds of many faults, and what it does not. */
import { describe, expect, test } from "bun:test";
import { bytes, errorsOf, newEngine, rulesOf, scan } from "./support.ts";

const engine = newEngine();

test("warnings do not keep rules from being compiled", () => {
  const { rules, diagnostics } = engine.compile(
    bytes('rule r {\n  strings:\n    $a = "x"\n  condition:\n    $a\n}'),
    {},
  );
  expect(rules!.count).toBe(1);
  expect(diagnostics).toEqual([{ level: "warning", line: 3, message: 'string "$a" may slow down scanning' }]);
});

test("rules are numbered in the order of the source, private ones included", () => {
  const rules = rulesOf(
    engine,
    "private rule a { condition: true } rule b { condition: true }\nrule c { condition: a and b }",
  );
  expect(rules.count).toBe(3);
  expect(scan(engine, rules, "").matches.map(({ rule }) => rule)).toEqual([1, 2]);
});

test("no rule at all", () => {
  expect(rulesOf(engine, "").count).toBe(0);
  expect(scan(engine, rulesOf(engine, "// nothing"), "text")).toMatchObject({ outcome: "done", matches: [] });
});

test("a thousand rules, compiled again and again by one instance", () => {
  const source = Array.from(
    { length: 1000 },
    (_, i) => `rule r${i} { strings: $a = "text ${i}" condition: $a }`,
  ).join("\n");
  for (let i = 0; i < 3; i++) {
    const rules = rulesOf(engine, source);
    expect(scan(engine, rules, "text 999 ").matches.map(({ rule }) => rule)).toContain(999);
    rules.free();
    expect(errorsOf(engine, `${source}\nrule bad { condition: missing }`)).toEqual([
      { line: 1001, message: 'undefined identifier "missing"' },
    ]);
  }
});

test.each([
  ['include "other.yar"', 1, "includes are disabled"],
  ["\n\nrule r { condition: nothing }", 3, 'undefined identifier "nothing"'],
  ['rule r {\n strings:\n  $a = "x"\n condition:\n  true\n}', 6, 'unreferenced string "$a"'],
  [
    "rule r {\n strings:\n  $a = /a(/\n condition:\n  $a\n}",
    3,
    'invalid regular expression "$a": syntax error',
  ],
  ['import "none"', 1, 'unknown module "none"'],
  ["rule r { condition: true }\nrule r { condition: true }", 2, 'duplicated identifier "r"'],
  [`rule r { condition: ${"(".repeat(20_000)} }`, 1, "memory exhausted"],
  ["rule r { condition: true }\r\n\0", 2, "non-ascii character"],
])("%j", (source, line, message) => {
  expect(errorsOf(engine, source)).toContainEqual({ line, message });
});

/** Ten rules of a hundred are wrong, at the given line within them. */
function tenOfHundred(bad: (number: number) => readonly string[], faulty: number) {
  const lines: string[] = [];
  const expected: number[] = [];
  for (let i = 0; i < 100; i++) {
    if (i % 10 === 5) expected.push(lines.length + faulty);
    const good = [`rule good${i} {`, " strings:", `  $a = "text ${i}" private`, " condition:", "  $a", "}"];
    lines.push(...(i % 10 === 5 ? bad(i) : good));
  }
  return { source: lines.join("\n"), expected };
}

describe("every faulty rule of a source is named in one compilation", () => {
  const rule = (i: number, string: string, condition: string) => [
    `rule bad${i} {`,
    " strings:",
    `  ${string}`,
    " condition:",
    `  ${condition}`,
    "}",
  ];
  test.each<[string, (i: number) => readonly string[], number]>([
    ["an unknown name", (i) => rule(i, '$a = "x y z"', `$a and missing${i}`), 5],
    [
      "an unknown name in a loop",
      (i) => rule(i, '$a = "x y z"', "for any i in (1..3) : ( $a and missing )"),
      5,
    ],
    // The parser has read the next word by then.
    ["an unknown string", (i) => rule(i, '$a = "x y z"', "$a and $b"), 6],
    ["a string twice", (i) => rule(i, '$a = "x y z" $a = "x y z"', "$a"), 3],
    ["types that do not fit", (i) => rule(i, '$a = "x y z"', '$a and "x" + 1 == 2'), 5],
    ["a faulty regular expression", (i) => rule(i, "$a = /x(/", "$a"), 3],
    ["a faulty hexadecimal string", (i) => rule(i, "$a = { 61 6 }", "$a"), 3],
    ["a faulty condition", (i) => rule(i, '$a = "x y z" private', "$a and and"), 5],
    ["no condition", (i) => [`rule bad${i} {`, " strings:", '  $a = "x"', "}"], 4],
    ["a brace too many", (i) => [...rule(i, '$a = "x y z"', "$a"), "}"], 7],
    ["a missing module", (i) => [`import "missing${i}"`, `rule bad${i} { condition: true }`], 1],
    ["modifiers that do not go together", (i) => rule(i, '$a = "x y z" nocase xor', "$a"), 3],
  ])("%s", (_, bad, faulty) => {
    const { source, expected } = tenOfHundred(bad, faulty);
    expect(errorsOf(engine, source).map(({ line }) => line)).toEqual(expected);
  });
});

describe("a compilation does not name", () => {
  test.each([
    [
      "what stands behind a fault of the lexer",
      'rule a {\n strings: $a = "open\n condition: $a }\nrule b { condition: missing }',
      3,
    ],
    [
      "a fault in the first words behind another fault",
      "rule a { condition: and }\nrule all { condition: true }",
      1,
    ],
    ["a rule that needs a faulty one", "rule a { condition: missing }\nrule b { condition: a }", 1],
    [
      "what stands behind a nesting that is too deep",
      `rule a { condition: ${"(".repeat(20_000)} }\nrule b { condition: missing }`,
      1,
    ],
  ])("%s", (_, source, last) => {
    const lines = errorsOf(engine, source).map(({ line }) => line);
    expect(lines.length).toBeGreaterThan(0);
    expect(Math.max(...lines)).toBe(last);
  });

  test("rules in a comment without an end, which is no fault to libyara", () => {
    expect(rulesOf(engine, "rule a { condition: true }\n/* rule b { condition: true }").count).toBe(1);
  });
});
