/** A fault loses its own rule: all others are had, and the lost one is named with a line of its own text. */
import { describe, expect, test } from "bun:test";
import { parse } from "./parsed.ts";

/** Names of the rules that are had, and of those that are lost, with line and lost text. */
function outcome(text: string): {
  rules: string[];
  lost: (string | undefined)[];
  spans: string[];
  lines: number[];
} {
  const { rules, faults } = parse(text);
  return {
    rules: rules.map(({ name }) => name),
    lost: faults.map(({ rule }) => rule),
    spans: faults.map(({ span }) => text.slice(span.start, span.end)),
    lines: faults.map(({ line }) => line),
  };
}

const FIRST = 'rule first {\n strings:\n  $a = "a"\n condition:\n  $a\n}\n\n';
const LAST = "\n\nprivate rule last : tag {\n condition: filesize < 3\n}\n";

/** The rule between two sound ones is lost, with exactly its own text. */
function expectOnlyLoss(broken: string): void {
  const { rules, lost, spans, lines } = outcome(FIRST + broken + LAST);
  expect(rules).toEqual(["first", "last"]);
  expect(lost).toEqual(["broken"]);
  expect(spans).toEqual([broken]);
  expect(lines[0]).toBeWithin(8, 8 + broken.split("\n").length);
}

describe("between two sound rules", () => {
  test.each([
    [
      "an operator is missing",
      'rule broken {\n strings:\n  $x = "x"\n condition:\n  all of them\n  filesize < 30KB\n}',
    ],
    ["a brace is missing at the end", "rule broken {\n condition:\n  true"],
    ["a parenthesis is missing", "rule broken {\n condition:\n  (true or false\n}"],
    ["everything is missing", "rule broken"],
    ["the body is missing", "rule broken {"],
    ["the body is empty", "rule broken { }"],
    ["the opening brace is missing", "rule broken\n condition:\n  true\n}"],
    [
      "a string is not closed",
      'rule broken {\n strings:\n  $a = "open\n  $b = "b"\n condition:\n  all of them\n}',
    ],
    ["a string is not closed on the line of the brace", 'rule broken { strings: $a = "open condition: $a }'],
    [
      "a string is not closed and the brace is missing",
      'rule broken {\n strings:\n  $a = "open\n condition:\n  $a',
    ],
    ["a string is not opened", 'rule broken {\n strings:\n  $a = open"\n condition:\n  $a\n}'],
    [
      "a string has quotes in it",
      'rule broken {\n strings:\n  $a = "he said "rule fake { condition: true }""\n condition:\n  $a\n}',
    ],
    [
      "a string has a bad escape before a brace",
      'rule broken {\n strings:\n  $a = "\\w } rule fake { condition: true }"\n condition:\n  $a\n}',
    ],
    ["a path ends with a backslash", 'rule broken {\n strings:\n  $a = "C:\\temp\\"\n condition:\n  $a\n}'],
    ["strings are followed by the next rule", 'rule broken {\n strings:\n  $a = "a"'],
    ["a regular expression is not closed", "rule broken {\n strings:\n  $a = /open\n condition:\n  $a\n}"],
    ["a division is written with a slash", "rule broken {\n condition:\n  filesize / 2 > 3 }"],
    ["a regular expression is none", "rule broken {\n strings:\n  $a = /a**/\n condition:\n  $a\n}"],
    [
      "a hex string is not closed",
      "rule broken {\n strings:\n  $a = { 41 42\n  $b = { 43 }\n condition:\n  all of them\n}",
    ],
    [
      "a hex string is not closed and the brace is missing",
      "rule broken {\n strings:\n  $a = { 41 42\n condition:\n  $a",
    ],
    ["a hex string has a wrong digit", "rule broken {\n strings:\n  $a = { 41 4G }\n condition:\n  $a\n}"],
    [
      "a hex string has a wrong digit and a comment with a brace",
      "rule broken {\n strings:\n  $a = { 4G // } rule fake {\n }\n condition:\n  $a\n}",
    ],
    ["the sections are in disorder", 'rule broken {\n condition:\n  true\n strings:\n  $a = "}"\n}'],
    ["a brace comes too early", "rule broken {\n strings: }\n condition:\n  $a\n}"],
    ["text follows the broken body", "rule broken {\n condition: }\n and false } }"],
    ["the name is followed by something", "rule broken 7 {\n condition:\n  true\n}"],
    ["a byte is no ASCII", "rule broken {\n condition:\n  true\xa0\n}"],
    [
      "a comment with a rule in it",
      "rule broken {\n /* rule fake { condition: true } */\n condition: true true\n}",
    ],
    ["modifiers stand before it", "private global rule broken {\n condition:\n}"],
    ["a word follows on another line", "rule broken {\n condition:\n  rule or true\n}"],
    [
      "a fake rule in a regular expression behind the fault",
      "rule broken {\n condition:\n  x x\n  or /\nrule fake\n}",
    ],
  ])("%s", (_name, broken) => {
    expectOnlyLoss(broken);
  });

  test("with other line ends", () => {
    const broken = 'rule broken {\r\n strings:\r\n  $a = "open\r\n condition:\r\n  $a\r\n}';
    expectOnlyLoss(broken);
  });
});

describe("on one line", () => {
  test("rules behind a broken one that is closed are had", () => {
    expect(
      outcome("rule a { condition: x x } rule b { condition: true } rule c { condition: }"),
    ).toMatchObject({
      rules: ["b"],
      lost: ["a", "c"],
      spans: ["rule a { condition: x x }", "rule c { condition: }"],
    });
  });

  test("a rule behind one that lacks its brace alone is had", () => {
    expect(outcome("rule a { condition: true private rule b { condition: true }")).toMatchObject({
      rules: ["b"],
      lost: ["a"],
      spans: ["rule a { condition: true"],
      lines: [1],
    });
  });
});

describe("outside of rules", () => {
  test("text that is no rule is a fault without a name, and loses nothing else", () => {
    expect(
      outcome(
        "rule a { condition: true } }\nrule b { condition: true };\nfoo bar\nrule c { condition: true }",
      ),
    ).toEqual({
      rules: ["a", "b", "c"],
      lost: [undefined, undefined],
      spans: ["}", ";\nfoo bar"],
      lines: [1, 2],
    });
  });

  test("imports and includes that are none", () => {
    const file = parse(
      'import pe\nimport "math"\ninclude "open\nrule a { condition: true }\ninclude "b"\nimport\n',
    );
    expect(file.imports.map(({ module }) => module)).toEqual(["math"]);
    expect(file.includes.map(({ path }) => path)).toEqual(["b"]);
    expect(file.rules.map(({ name }) => name)).toEqual(["a"]);
    expect(file.faults.map(({ rule, line }) => [rule, line])).toEqual([
      [undefined, 1],
      [undefined, 3],
      [undefined, 6],
    ]);
  });

  test("an import or an include on a line of its own ends a rule that is not closed", () => {
    const file = parse('rule a {\n condition: x x\nimport "pe"\nrule b {\n condition: (true\ninclude "c"\n');
    expect(file.faults.map(({ rule, line }) => [rule, line])).toEqual([
      ["a", 2],
      ["b", 5],
    ]);
    expect([file.imports.length, file.includes.length]).toEqual([1, 1]);
  });

  test("a modifier that the lost text ends with is not given to the next rule", () => {
    const { rules } = parse("rule a { condition: } private // lost\nrule b { condition: true }");
    expect(rules.map(({ name, isPrivate }) => [name, isPrivate])).toEqual([["b", false]]);
  });

  test("a modifier without a rule", () => {
    expect(outcome('private global\nimport "pe"\nprivate rule a { condition: true }')).toMatchObject({
      rules: ["a"],
      lost: [undefined],
      spans: ["private global"],
    });
  });
});

describe("a comment that is never closed", () => {
  test("inside of a rule ends with its line, so that what follows is had", () => {
    const broken = "rule broken {\n condition:\n  true /* not closed }\n}";
    expectOnlyLoss(broken);
  });

  test("behind a broken rule is the end of the file", () => {
    const file = parse("rule a { condition: }\n/* rule b { condition: true }");
    expect([file.rules.length, file.faults.length, file.unclosedComment]).toEqual([0, 1, 22]);
  });
});

test("a fault at the end of the file is within the lost text", () => {
  expect(outcome("rule a {\n condition:\n  true\n\n\n\n")).toMatchObject({ lost: ["a"], lines: [3] });
});

test("every rule of a large file is had but the broken ones", () => {
  const text = Array.from({ length: 3_000 }, (_, index) =>
    index % 100 === 50
      ? `rule r${index} { strings: $a = "x condition: $a }\n`
      : `rule r${index} { condition: true }\n`,
  ).join("");
  const { rules, faults } = parse(text);
  expect([rules.length, faults.length]).toEqual([2_970, 30]);
  expect(faults.map(({ rule, line }) => `${rule} ${line}`)).toEqual(
    Array.from({ length: 30 }, (_, index) => `r${index * 100 + 50} ${index * 100 + 51}`),
  );
});
