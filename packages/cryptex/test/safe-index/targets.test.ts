/** Each lack of each target: a rule that has it, and one beside it that has not. */
import { describe, expect, test } from "bun:test";
import { parseRuleFile } from "../../src/rules/parser.ts";
import type { RuleFile } from "../../src/rules/rule-files.ts";
import { TARGETS } from "../../src/safe-index/targets.ts";

/** Reasons why a target cannot load a rule. */
function lacks(target: string, body: string, head = "rule r"): string[] {
  const bytes = Buffer.from(`import "pe" import "math" ${head} { ${body} }`, "latin1");
  const syntax = parseRuleFile(bytes);
  expect(syntax.faults).toEqual([]);
  const file = { path: "a.yar", root: ".", bytes, digest: "", syntax } satisfies RuleFile;
  return [...TARGETS.find(({ name }) => name === target)!.lacks({ file, syntax: syntax.rules[0]! })];
}

const strings = (definitions: string) => `strings: ${definitions} condition: any of them`;
const condition = (text: string) => `strings: $a = "abcd" $b = "bcde" condition: ${text}`;

describe("clamav", () => {
  test.each([
    ['module "pe": ClamAV has no modules', condition("any of them and pe.is_pe"), condition("any of them")],
    ["no strings: ClamAV needs at least one", "condition: filesize > 10", condition("any of them")],
    ["more than 64 strings", strings(many(65)), strings(many(64))],
    ["string modifier xor", strings('$a = "abcd" xor'), strings('$a = "abcd" wide nocase ascii fullword')],
    ["string modifier base64", strings('$a = "abcd" base64'), strings('$a = "abcd"')],
    ["string modifier base64", strings('$a = "abcd" base64wide'), strings('$a = "abcd"')],
    ["private string", strings('$a = "abcd" private'), strings('$a = "abcd"')],
    ["string of one byte", strings('$a = "a"'), strings('$a = "ab"')],
    ["wide regular expression", strings("$a = /abcd/ wide ascii"), strings("$a = /abcd/i")],
    [
      "text of more than 1023 bytes: ClamAV cannot read it",
      strings(`$a = "${"a".repeat(1024)}"`),
      strings(`$a = "${"a".repeat(1023)}"`),
    ],
    [
      "text of more than 1023 bytes: ClamAV cannot read it",
      strings(`$a = /${"a".repeat(1024)}/`),
      strings(`$a = /${"a".repeat(1023)}/`),
    ],
    [
      "negative number in meta: ClamAV cannot read it",
      `meta: n = -1 ${strings('$a = "ab"')}`,
      `meta: n = 1 ${strings('$a = "ab"')}`,
    ],
    ['"~" in a hex string', strings("$a = { 61 62 ~63 64 65 }"), strings("$a = { 61 62 ?? 64 65 }")],
    [
      "jump among the alternatives of a hex string",
      strings("$a = { 61 62 (63 [1-2] 64 | 65) 66 67 }"),
      strings("$a = { 61 62 (63 ?? 64 | 65) 66 67 }"),
    ],
    [
      "hex string with a part that has no two plain bytes side by side",
      strings("$a = { 61 [2-4] 63 64 }"),
      strings("$a = { 61 62 [2-4] 63 64 }"),
    ],
    [
      "hex string with a part that has no two plain bytes side by side",
      strings("$a = { 61 62 [-] 63 }"),
      strings("$a = { 61 62 [-] 63 64 }"),
    ],
    [
      "hex string with a part that has no two plain bytes side by side",
      strings("$a = { 61 ?? 63 ?? 64 }"),
      strings("$a = { 61 6? 63 64 }"),
    ],
    [
      "hex string with a part that has no two plain bytes side by side",
      strings("$a = { 61 (62 | 63) 64 }"),
      strings("$a = { 61 62 (63 | 64) 65 }"),
    ],
    [
      "hex string with a part that has no two plain bytes side by side",
      strings("$a = { 61 62 [2] 6? 64 [2] 64 65 }"),
      strings("$a = { 61 62 [2] 64 65 ?? [2] 64 65 }"),
    ],
    [
      "uint16be()",
      condition("any of them and uint16be(0) == 1"),
      condition("any of them and uint16(0) == 1"),
    ],
    ['"#a in (…)"', condition("#a in (0..9) > 1 and $b"), condition("#a > 1 and $b in (0..9)")],
    ['"!a", the length of a match', condition("!a[1] > 1 and $b"), condition("@a[1] > 1 and $b")],
    ['"of" with "at" or "in"', condition("any of them in (0..9)"), condition("any of them")],
    ['"of" with "at" or "in"', condition("any of them at 0"), condition("any of them")],
    ['"none of"', condition("none of them"), condition("not any of them")],
    ['"% of"', condition("50% of them"), condition("1 of them")],
    [
      '"of" over rules: ClamAV knows strings only',
      condition("any of them and any of (other)"),
      condition("any of them and other"),
    ],
    [
      "loop over a module's values",
      condition("any of them and for any s in pe.sections : (s.name == filesize)"),
      condition("any of them and for any i in (1, 2) : (@a[i] > 1)"),
    ],
    [
      "comparison of texts in the condition",
      condition('any of them and "a" == "b"'),
      condition("any of them and 1 == 2"),
    ],
    ['"defined"', condition("any of them and defined uint16(0)"), condition("any of them and uint16(0) > 0")],
    [
      "number with a decimal point",
      condition("any of them and 1.5 > 1"),
      condition("any of them and 15 > 1"),
    ],
    ['"-" before a number', condition("any of them and -1 < 2"), condition("any of them and 1 - 1 < 2")],
    ["octal number", condition("any of them and 0o17 > 1"), condition("any of them and 0x17 > 1")],
    [
      "string that nothing refers to",
      'strings: $_a = "abcd" $b = "bcde" condition: $b',
      'strings: $_a = "abcd" $b = "bcde" condition: $b and #_a > 0',
    ],
  ])("lacks: %s", (reason, without, withIt) => {
    expect(lacks("clamav", without)).toContain(reason);
    expect(lacks("clamav", withIt)).toEqual([]);
  });

  test("global rules are dropped, private ones are not", () => {
    expect(lacks("clamav", condition("any of them"), "global rule r")).toEqual([
      "global rule: ClamAV ignores the word and reports the rule itself",
    ]);
    expect(lacks("clamav", condition("any of them"), "private rule r")).toEqual([]);
  });
});

describe("libyara-4.2", () => {
  test.each([
    ['"~" in a hex string', strings("$a = { 61 62 ~63 }"), strings("$a = { 61 62 ?? }")],
    ["repeat of zero in a regular expression", strings("$a = /ab{0}c/"), strings("$a = /ab{0,1}c/")],
    [
      "blank in the repeat of a regular expression: another meaning before 4.5",
      strings("$a = /ab{1, 2}c/"),
      strings("$a = /ab{1,2}c/"),
    ],
    ['"of" with "at"', condition("any of them at 0"), condition("any of them in (0..1)")],
    [
      "loop over texts",
      condition('any of them and for any s in ("a", "b") : (s == "a")'),
      condition("any of them and for any s in (1, 2) : (s == 1)"),
    ],
    ["pe.is_signed: came after 4.2", "condition: pe.is_signed", "condition: pe.number_of_signatures > 0"],
    [
      "pe.signatures.verified: came after 4.2",
      "condition: pe.signatures[0].verified",
      'condition: pe.signatures[0].issuer == "x"',
    ],
    [
      "math.to_string: came after 4.2",
      'condition: math.to_string(1) == "1"',
      "condition: math.entropy(0, 1) > 1",
    ],
    [
      "string that nothing refers to: allowed by its underscore since 4.5",
      'strings: $_a = "abcd" $b = "b" condition: $b',
      'strings: $_a = "abcd" $b = "b" condition: any of ($*)',
    ],
  ])("lacks: %s", (reason, without, withIt) => {
    expect(lacks("libyara-4.2", without)).toContain(reason);
    expect(lacks("libyara-4.2", withIt)).toEqual([]);
  });
});

describe("yara-x", () => {
  test.each([
    [
      '"entrypoint": use pe.entry_point',
      condition("$a at entrypoint and $b"),
      condition("$a at pe.entry_point and $b"),
    ],
    ["negative index", 'condition: pe.sections[-1].name == "x"', 'condition: pe.sections[1].name == "x"'],
    ["base64 of less than 3 bytes", strings('$a = "ab" base64'), strings('$a = "abc" base64')],
    [
      "unknown escape \\R in a regular expression",
      strings("$a = /a\\Rb/"),
      strings("$a = /a\\rb\\d\\.\\/\\x41/"),
    ],
    [
      '"{" that is no repeat in a regular expression',
      strings("$a = /a{b/"),
      strings("$a = /a{2}b{1,}c{,3}[{]\\{/"),
    ],
    ["text that is not UTF-8", strings('$a = "abcd\xe9"'), strings('$a = "abcd\xc3\xa9"')],
    ["wildcard of rules", "condition: any of (p_*)", "condition: any of (p_1)"],
  ])("lacks: %s", (reason, without, withIt) => {
    expect(lacks("yara-x", without)).toContain(reason);
    expect(lacks("yara-x", withIt)).toEqual([]);
  });
});

test("libyara-4.5 lacks nothing of the language", () => {
  expect(lacks("libyara-4.5", strings("$a = { 61 ~62 } $_b = /a{0}b/"))).toEqual([]);
});

function many(count: number): string {
  return Array.from({ length: count }, (_, i) => `$s${i} = "abcd${i}"`).join(" ");
}
