/**
 * Files that are made to take long. Each must end: an algorithm that looks at the rest of a file again for each of its tokens takes longer
 * than a test may.
 */
import { expect, test } from "bun:test";
import { expressionsIn } from "../../src/rules/walk.ts";
import { parse, parseRule } from "./parsed.ts";

const SIZE = 1_000_000;

test.each([
  ["opened comments", "", "/*", "", false],
  ["opened comments in a rule", "rule a { ", "/* a\n", "", false],
  ["opened hex strings", "rule a { strings: $a = ", "{ 41 ", "", false],
  ["opened hex strings with comments", "", "{/*a*/", "", false],
  ["opened hex strings with comments of a line", "", "{//\n", "", false],
  ["a hex string with comments", "rule a { strings: $a = {", " 41 /*}*/", "} condition: $a }", true],
  ["opened alternatives", "rule a { strings: $a = {", "(41|", "} condition: $a }", false],
  ["quotes", "", '"', "", false],
  ["opened strings", "", '"\n', "", false],
  ["strings with bad escapes", "", '"\\x" ', "", false],
  ["opened includes", "", 'include "', "", false],
  ["slashes", "", "/ ", "", false],
  ["modifiers", "", "private ", "", false],
  ["modifiers in a broken rule", "rule a { condition: x x\n", "private\n", "", false],
  ["the word rule", "", "rule ", "", false],
  ["the word rule on lines of a broken rule", "rule a { condition: x x\n", "rule\n", "", false],
  ["the word import", "", "import ", "", false],
  ["rules without an end", "", "rule a {\n", "", false],
  ["closing braces", "", "}", "", false],
  ["parentheses", "rule a { condition: ", "(", "", false],
  ["loops", "rule a { condition: ", "for any i in (1..2) : (", "", false],
  ["a chain of or", "rule a { condition: true", " or true", " }", true],
  ["arguments", "rule a { condition: a(1", ",1", ") }", true],
  ["a name", "", "a", "", false],
  ["a number", "rule a { condition: ", "1", " }", false],
  ["a number that begins with noughts", "rule a { condition: ", "0", "1 }", true],
  ["bytes that are no text", "", "\xe9 ", "", false],
  ["blank lines", "", "\n", "", true],
])("%s", (_name, before, repeated, behind, isSound) => {
  const text = before + repeated.repeat(SIZE / repeated.length) + behind;
  expect(parse(text).faults.length === 0).toBe(isSound);
});

test("a call of a million arguments can be walked through", () => {
  const { condition } = parseRule(`rule a { condition: a(1${", 1".repeat(999_999)}) }`);
  let count = 0;
  for (const _expression of expressionsIn(condition)) count++;
  expect(count).toBe(1_000_002);
});
