/** Which comments are tests, and of which rule. */
import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { annotationsOf } from "../../src/rule-tests/annotations.ts";
import { parseRuleFile } from "../../src/rules/parser.ts";

function found(text: string) {
  const bytes = Buffer.from(text, "latin1");
  return annotationsOf(bytes, parseRuleFile(bytes));
}

/** `rule kind value`, in order. */
function tests(text: string): string[] {
  return found(text).tests.map(
    (each) => `${each.rule} ${each.kind} ${each.kind === "cost" ? each.limit : each.path}`,
  );
}

function faults(text: string): string[] {
  return found(text).faults.map(({ line, reason }) => `${line}: ${reason}`);
}

const A = 'rule a { strings: $a = "aaaa" condition: $a }';
const B = "rule b { condition: true }";

describe("the rule that a comment belongs to", () => {
  test.each([
    ["before it", `// @match x\n${A}\n${B}`, ["a match x"]],
    ["before it, with an empty line between", `// @match x\n\n\n${A}`, ["a match x"]],
    ["behind it on the line", `${A} // @match x\n${B}`, ["a match x"]],
    [
      "behind it on the line of the last brace",
      `rule a {\ncondition: true\n} // @match x\n${B}`,
      ["a match x"],
    ],
    ["on the next line: the next rule", `${A}\n// @match x\n${B}`, ["b match x"]],
    ["in its head", "rule a : tag // @match x\n{ condition: true }", ["a match x"]],
    ["in its strings", 'rule a { strings:\n// @match x\n$a = "aaaa" condition: $a }', ["a match x"]],
    ["in its condition", "rule a { condition: true // @nomatch x\nand true }", ["a nomatch x"]],
    [
      "in a hex string",
      "rule a { strings: $a = { 61 // @match x\n 62 /* @cost 3 */ } condition: $a }",
      ["a match x", "a cost 3"],
    ],
    ["before an import", `// @match x\nimport "pe"\n${A}`, ["a match x"]],
    [
      "in a block, a line each",
      `/*\n * @match x\n *   @nomatch y z \n @cost 1.5\n*/\n${A}`,
      ["a match x", "a nomatch y z", "a cost 1.5"],
    ],
    [
      "two rules on a line",
      `/* @match x */ ${A} /* @match y */ ${B} // @match z`,
      ["a match x", "a match y", "b match z"],
    ],
    [
      "a rule at fault",
      `// @match x\nrule broken { condition: and }\n${B} // @match y`,
      ["broken match x", "b match y"],
    ],
    [
      "a rule whose name cannot be made out",
      `// @match x\nrule { condition: true }\n${B}`,
      ["undefined match x"],
    ],
  ])("%s", (_, text, expected) => expect(tests(text)).toEqual(expected));

  test("none behind the last one", () => {
    expect(faults(`${A}\n// @match x`)).toEqual(["2: @match belongs to no rule: none follows in the file"]);
    expect(faults("// @cost 1")).toEqual(["1: @cost belongs to no rule: none follows in the file"]);
  });
});

describe("what is no comment", () => {
  test.each([
    ["a string", 'rule a { strings: $a = "// @match x" condition: $a }'],
    ["a regular expression", "rule a { strings: $a = /\\/\\/ @match x/ condition: $a }"],
    ["metadata", 'rule a { meta: m = "/* @match x */" condition: true }'],
    ["a word in the middle of a comment", "// see @match x\nrule a { condition: true }"],
    [
      "another word",
      "// @author me\n// @matchbox x\n// @match-all x\n// @cost_center 7\nrule a { condition: true }",
    ],
    ["an address", "// me@match x\nrule a { condition: true }"],
  ])("%s", (_, text) => expect(found(text)).toEqual({ tests: [], faults: [] }));
});

describe("values", () => {
  test.each([
    ["blanks around are cut, those within are kept", "// @match \t a  b.bin \t", "a match a  b.bin"],
    ["quotes keep a colon", '// @match ":a"', "a match :a"],
    ["quotes keep blanks", '// @match " a "', "a match  a "],
    ["CR LF", "// @match x\r", "a match x"],
    ["bytes that are no UTF-8", "// @match \xff\xfe", "a match \xff\xfe"],
    ["a comment within the value", "// @match x // y", "a match x // y"],
    ["more slashes", "////   @match x", "a match x"],
    ["no blank before", "//@match x", "a match x"],
    ["a whole cost", "// @cost 0", "a cost 0"],
  ])("%s", (_, comment, expected) => expect(tests(`${comment}\n${A}`)).toEqual([expected]));

  test.each([
    ["@match", "@match names no file"],
    ["@nomatch   ", "@nomatch names no file"],
    ["@match a\0b", "@match: no system has a path with a zero byte in it"],
    ["@cost", "@cost takes a number: the most tries in a MiB, as rules cost shows them"],
    ["@cost -1", "@cost takes a number: the most tries in a MiB, as rules cost shows them"],
    ["@cost 1e99", "@cost takes a number: the most tries in a MiB, as rules cost shows them"],
    ["@cost 12 seconds", "@cost takes a number: the most tries in a MiB, as rules cost shows them"],
    ["@cost 99999999999999999999", "@cost takes a number: the most tries in a MiB, as rules cost shows them"],
    ["@matches x", "@matches is no test; did you mean @match?"],
    ["@no-match x", "@no-match is no test; did you mean @nomatch?"],
    ["@no_matches x", "@no_matches is no test; did you mean @nomatch?"],
    ["@Match x", "@Match is no test; did you mean @match?"],
    ["@NOMATCH x", "@NOMATCH is no test; did you mean @nomatch?"],
    ["@not_match x", "@not_match is no test; did you mean @nomatch?"],
    ["@ match x", "@ match is no test; did you mean @match?"],
    ["@ cost 1", "@ cost is no test; did you mean @cost?"],
    ["@match: x", '@match: a blank goes behind the word, and no ":"'],
    ["@cost=3", '@cost: a blank goes behind the word, and no "="'],
    ["@matchs/a.txt", "@match: a blank goes before the file"],
    ["@nomatchs/a", "@nomatch: a blank goes before the file"],
    ["@costs 3", "@costs is no test; did you mean @cost?"],
  ])("%j is named", (comment, reason) => {
    expect(faults(`// ${comment}\n${A}`)).toEqual([`1: ${reason}`]);
    expect(tests(`// ${comment}\n${A}`)).toEqual([]);
  });
});

test("any bytes: it ends, and every line that is named is in the file", () => {
  const piece = fc.constantFrom(
    "// @match x",
    "/* @cost 1",
    "*/",
    "\n",
    "rule a {",
    "condition: true }",
    "{ 61 ",
    '"',
    "/x/",
    "@",
    "\0",
  );
  fc.assert(
    fc.property(
      fc.array(fc.oneof(piece, fc.string({ unit: "binary", maxLength: 3 })), { maxLength: 30 }),
      (pieces) => {
        const text = pieces.join("").replaceAll(/[^\0-\xff]/g, "?");
        const lines = text.split("\n").length;
        const { tests, faults } = found(text);
        for (const { line } of [...tests, ...faults]) expect(line).toBeWithin(1, lines + 1);
      },
    ),
    { numRuns: 2000 },
  );
});
