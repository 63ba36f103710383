import { expect, test } from "bun:test";
import { Lines } from "../../src/rules/lines.ts";
import { parseRuleFile } from "../../src/rules/parser.ts";
import { normalisedText } from "../../src/rules/rule-text.ts";

function normalised(text: string): string[] {
  const bytes = Buffer.from(text, "latin1");
  return parseRuleFile(bytes).rules.map((rule) => normalisedText(bytes, rule));
}

test("rules that differ in comments and blanks have one text", () => {
  const one = 'rule a:b{meta:x="y  z"strings:$a={41 42[1-2]43}condition:$a at 0}';
  const other = [
    "rule a : b // c",
    '{ meta: x = "y  z" /* d */',
    "  strings: $a = { 4142 // e }",
    "    [ 1 - 2 ] /* } */ 43 }",
    "  condition: $a\r\n at 0 }",
  ].join("\n");
  const [first, second] = normalised(`${one}\n${other}`);
  expect(second).toBe(first!);
  expect(first).toBe('rule a : b { meta : x = "y  z" strings : $a = {4142[1-2]43} condition : $a at 0 }');
});

test("rules that differ in anything else do not", () => {
  const texts = [
    'rule a { strings: $a = "x y" condition: $a }',
    'rule a { strings: $a = "x  y" condition: $a }',
    'rule a { strings: $a = "x y" condition: not $a }',
    'rule b { strings: $a = "x y" condition: $a }',
    'private rule a { strings: $a = "x y" condition: $a }',
    "rule a { strings: $a = /x y/ condition: $a }",
    "rule a { strings: $a = /x  y/ condition: $a }",
  ];
  expect(new Set(normalised(texts.join("\n"))).size).toBe(texts.length);
});

test("a line ends with a line feed and nothing else", () => {
  const lines = new Lines(Buffer.from("ab\r\ncd\re\n\nf"));
  const places = Array.from({ length: 11 }, (_, offset) => [lines.line(offset), lines.column(offset)]);
  expect(places).toEqual([
    [1, 1],
    [1, 2],
    [1, 3],
    [1, 4],
    [2, 1],
    [2, 2],
    [2, 3],
    [2, 4],
    [2, 5],
    [3, 1],
    [4, 1],
  ]);
});
