/** One broken rule for each kind of fault: named, placed and put into words. */
import { describe, expect, test } from "bun:test";
import { parse } from "./parsed.ts";

/** The only fault of a text, and where its message points. */
function fault(text: string): { rule: string | undefined; at: string; message: string } {
  const { rules, faults } = parse(text);
  expect(rules).toEqual([]);
  expect(faults).toHaveLength(1);
  const { rule, line, column, message } = faults[0]!;
  const at = text.split("\n")[line - 1]!.slice(column - 1);
  return { rule, at, message };
}

function inStrings(declarations: string): { at: string; message: string } {
  const { at, message, rule } = fault(`rule a {\n strings:\n${declarations}\n condition: any of them\n}`);
  expect(rule).toBe("a");
  return { at, message };
}

function inCondition(condition: string): { at: string; message: string } {
  const { at, message, rule } = fault(`rule a {\n condition:\n${condition}\n}`);
  expect(rule).toBe("a");
  return { at, message };
}

describe("heads and sections", () => {
  test.each([
    ["rule { condition: true }", undefined, '"{" cannot follow here: expected the name of the rule'],
    ["rule wide { condition: true }", "wide", '"wide" is a word of the language and cannot name a rule'],
    ["rule 7zip : x { condition: true }", "7zip", '"7" cannot follow here: expected the name of the rule'],
    ["rule my-rule { condition: true }", "my-rule", '"-" cannot follow here: expected ":" or "{"'],
    [
      "rule b\xe9 { condition: true }",
      "b\xe9",
      "the byte 0xe9 is no ASCII text: it can stand in strings and comments only",
    ],
    ["rule a : { condition: true }", "a", '"{" cannot follow here: expected a tag'],
    ["rule a : x, y { condition: true }", "a", '"," cannot follow here: expected a tag or "{"'],
    ["rule a condition: true }", "a", '"condition" cannot follow here: expected ":" or "{"'],
    ["rule a { }", "a", "the rule has no condition"],
    [
      "rule a { strings: $a = { 41 } }",
      "a",
      '"}" cannot follow here: expected a modifier, a string or "condition"',
    ],
    ["rule a { meta: x = 1 }", "a", '"}" cannot follow here: expected "strings" or "condition"'],
    ["rule a { meta: condition: true }", "a", '"condition" cannot follow here: expected the name of a fact'],
    [
      "rule a { meta: x = condition: true }",
      "a",
      '"condition" cannot follow here: expected a string, a whole number, true or false',
    ],
    [
      "rule a { meta: x = 1.5 condition: true }",
      "a",
      '"1.5" cannot follow here: expected a string, a whole number, true or false',
    ],
    [
      "rule a { meta: x = - true condition: true }",
      "a",
      '"true" cannot follow here: expected a whole number',
    ],
    ["rule a { meta x = 1 condition: true }", "a", '"x" cannot follow here: expected ":"'],
    [
      "rule a { strings: condition: true }",
      "a",
      '"condition" cannot follow here: expected a string, as in $a = …',
    ],
    ["rule a { condition true }", "a", '"true" cannot follow here: expected ":"'],
    ["rule a { condition: }", "a", '"}" cannot follow here: expected a condition'],
    [
      'rule a { condition: true strings: $a = "x" }',
      "a",
      '"strings" cannot follow here: expected an operator or "}"',
    ],
    ["rule a { condition: true", "a", 'the file ends where an operator or "}" is expected'],
    ["private", undefined, 'the file ends where "rule" is expected'],
    ["private import", undefined, '"import" cannot follow here: expected "rule"'],
    ["import pe", undefined, '"pe" cannot follow here: expected the name of a module between quotes'],
    ['include "x', undefined, 'the path has no closing " on its line'],
    ['include"x"', undefined, '"include" cannot follow here: expected a rule, an import or an include'],
    ["}", undefined, '"}" cannot follow here: expected a rule, an import or an include'],
    ["\xff\xfer\0u\0l\0e\0", undefined, "the file is UTF-16 text: save it as UTF-8"],
    [
      `rule ${"x".repeat(129)} { condition: true }`,
      "x".repeat(128),
      "a name has at most 128 characters, this one has 129",
    ],
  ])("%s", (text, rule, message) => {
    const { faults } = parse(text);
    expect(faults.map((each) => [each.rule, each.message])).toEqual([[rule, message]]);
  });
});

describe("strings", () => {
  test.each([
    ['$a = "x', '"x', 'the string has no closing " on its line'],
    ['$a = "x\\', '"x\\', 'the string has no closing " on its line'],
    [
      '$a = "C:\\windows"',
      '\\windows"',
      '"\\w" is no escape of a string: there are \\" \\\\ \\t \\n \\r and \\x with two hex digits',
    ],
    [
      '$a = "\\x4g"',
      '\\x4g"',
      '"\\x" is no escape of a string: there are \\" \\\\ \\t \\n \\r and \\x with two hex digits',
    ],
    ["$a = /x", "/x", "the regular expression has no closing / on its line"],
    ["$a = /\0x/", "/\0x/", "the regular expression is empty"],
    ["$a = /x\\\0y/", "\0y/", "a NUL byte cannot be escaped"],
    ["$a = x", "x", '"x" cannot follow here: expected a string, a hex string or a regular expression'],
    ['$a* = "x"', '$a* = "x"', '"$a*" cannot follow here: expected a string, as in $a = …'],
    ["$a", "condition: any of them", '"condition" cannot follow here: expected "="'],
    ['$a = "x" wide wide', "wide", 'the modifier "wide" stands twice'],
    ['$a = "x" xor nocase', "nocase", 'the modifiers "xor" and "nocase" exclude each other'],
    ['$a = "x" nocase base64', "base64", 'the modifiers "base64" and "nocase" exclude each other'],
    [
      '$a = "x" fullword base64wide',
      "base64wide",
      'the modifiers "base64wide" and "fullword" exclude each other',
    ],
    ['$a = "x" base64 xor', "xor", 'the modifiers "base64" and "xor" exclude each other'],
    ['$a = "x" xor(256)', "(256)", "the keys of xor are bytes, from 0 to 255"],
    ['$a = "x" xor(2-1)', "(2-1)", "the keys of xor end (1) below their beginning (2)"],
    [
      '$a = "x" xor(1-',
      "condition: any of them",
      '"condition" cannot follow here: expected a number from 0 to 255',
    ],
    ['$a = "x" xor(-1)', "-1)", '"-" cannot follow here: expected a number from 0 to 255'],
    ['$a = "x" base64("abc")', '"abc")', "a base64 alphabet has 64 characters, this one has 3"],
    ["$a = /x/ xor", "xor", 'a regular expression cannot have the modifier "xor"'],
    ["$a = { 41 } wide", "wide", 'a hex string cannot have the modifier "wide"'],
    [
      "$a = /a.*b.*?c/",
      "/a.*b.*?c/",
      "greedy and lazy quantifiers (as .* and .*?) cannot both stand in the regular expression of a string",
    ],
  ])("%s", (declaration, at, message) => {
    expect(inStrings(declaration)).toEqual({ at, message });
  });

  test("alphabets of base64 must be one", () => {
    const alphabet = "A".repeat(64);
    const { message } = inStrings(`$a = "x" base64 base64wide("${alphabet}")`);
    expect(message).toBe('"base64" and "base64wide" of a string cannot have different alphabets');
  });
});

describe("hex strings", () => {
  test.each([
    ["{}", "}", "it is empty"],
    ["{ }", "}", 'bytes are expected before "}"'],
    ["{ 41 4G }", "G }", '"G" cannot stand in it'],
    ["{ 41 42", "condition: any of them".slice(1), '"o" cannot stand in it'],
    ["{ 4 1 }", "4 1 }", '"4" is half a byte: there must be two digits or question marks side by side'],
    ["{ 411 }", "1 }", '"1" is half a byte: there must be two digits or question marks side by side'],
    ["{ ? }", "? }", '"?" is half a byte: there must be two digits or question marks side by side'],
    ["{ 41 ~ }", "~ }", '"~" must stand before a byte'],
    ["{ 41 ~?? }", "~?? }", '"~??" can match nothing'],
    ["{ 41 - 42 }", "- 42 }", '"-" cannot stand in a hex string'],
    ["{ [2] 41 }", "[2] 41 }", "a jump cannot come first: bytes must stand before it"],
    ["{ 41 [2] }", "}", "a jump cannot come last: bytes must stand behind it"],
    ["{ 41 [] 42 }", "[] 42 }", "a jump is written [N], [N-M], [N-] or [-], with decimal numbers"],
    ["{ 41 [-4] 42 }", "[-4] 42 }", "a jump is written [N], [N-M], [N-] or [-], with decimal numbers"],
    ["{ 41 [a] 42 }", "[a] 42 }", "a jump is written [N], [N-M], [N-] or [-], with decimal numbers"],
    [
      "{ 41 [/*c*/2] 42 }",
      "[/*c*/2] 42 }",
      "a jump is written [N], [N-M], [N-] or [-], with decimal numbers",
    ],
    ["{ 41 [4-2] 42 }", "[4-2] 42 }", "the jump ends (2) before it begins (4)"],
    ["{ 41 [0] 42 }", "[0] 42 }", "a jump of a fixed length must be at least 1"],
    ["{ (41 [201] 42) }", "[201] 42) }", "a jump between parentheses is at most 200 bytes"],
    ["{ (41 [1-] 42) }", "[1-] 42) }", "a jump without an end cannot stand between parentheses"],
    ["{ (41 }", "(41 }", 'this "(" has no ")"'],
    ["{ 41) }", ") }", '")" without "(" before it'],
    ["{ 41 | 42 }", "| 42 }", '"|" without "(" before it'],
    ["{ (41 | ) }", ") }", 'bytes are expected before ")"'],
    ["{ () }", ") }", 'bytes are expected before ")"'],
    ["{ 41 /* \0 */ 42 }", "\0 */ 42 }", "a NUL byte in a comment ends the hex string"],
  ])("%s", (hex, at, message) => {
    expect(inStrings(`$a = ${hex}`)).toEqual({ at, message: `the hex string is not valid: ${message}` });
  });
});

describe("conditions", () => {
  const value = "a number, a text or a name";
  test.each([
    [
      "all of them\n filesize < 3",
      "filesize < 3",
      '"filesize" cannot follow here: expected an operator or "}"',
    ],
    ["a == b == c", "== c", '"==" cannot follow here: expected "and", "or" or "}"'],
    ["a < b == c", "== c", '"==" cannot follow here: expected "and", "or" or "}"'],
    ["a == not b", "not b", `"not" cannot follow here: expected ${value}`],
    ["(a == b) + 1", "+ 1", '"+" cannot follow here: expected "and", "or" or "}"'],
    ["-true", "true", `"true" cannot follow here: expected ${value}`],
    ["-(a and b)", "and b)", '"and" cannot follow here: expected an operator or ")"'],
    ["1 + 50% of them", "of them", '"of" cannot follow here: expected a number or a name'],
    ["a == 1 of them", "of them", '"of" cannot follow here: expected "and", "or" or "}"'],
    ["50% of them at 0", "at 0", '"at" cannot follow here: expected an operator or "}"'],
    ["any of (a, b) at 0", "at 0", '"at" cannot follow here: expected an operator or "}"'],
    ["any of (a, $b)", "$b)", '"$b" cannot follow here: expected the name of a rule'],
    ["any of ($a, b)", "b)", '"b" cannot follow here: expected a string'],
    ["any of ()", ")", '")" cannot follow here: expected a string or a rule'],
    ["any of $a", "$a", '"$a" cannot follow here: expected "them" or "("'],
    ["any of ($a $b)", "$b)", '"$b" cannot follow here: expected "," or ")"'],
    ["all", "}", '"}" cannot follow here: expected "of"'],
    ["$a at", "}", `"}" cannot follow here: expected ${value}`],
    ["$a at 0 == 1", "== 1", '"==" cannot follow here: expected "and", "or" or "}"'],
    ["$a in 0..9", "0..9", '"0" cannot follow here: expected "("'],
    ["$a in (0)", ")", '")" cannot follow here: expected an operator or ".."'],
    ["$a in (0..9..)", "..)", '".." cannot follow here: expected an operator or ")"'],
    ["@a[1", "}", '"}" cannot follow here: expected an operator or "]"'],
    ["a.", "}", '"}" cannot follow here: expected the name of a field'],
    ["(a).b", ".b", '"." cannot follow here: expected an operator or "}"'],
    ["a(1 2)", "2)", '"2" cannot follow here: expected an operator, "," or ")"'],
    ["a(,1)", ",1)", '"," cannot follow here: expected a condition'],
    ["uint8 0", "0", '"0" cannot follow here: expected "("'],
    ["a matches b", "b", '"b" cannot follow here: expected a regular expression'],
    ['a matches "b"', '"b"', "a string cannot follow here: expected a regular expression"],
    ["a matches /b**/", "*/", 'the regular expression is not valid: a second quantifier, "*", follows "*"'],
    ["for any i in 1..2 : (true)", "1..2 : (true)", '"1" cannot follow here: expected "(" or a name'],
    ["for any i in (1..2) (true)", "(true)", '"(" cannot follow here: expected ":"'],
    ["for any i in (1..2) : true", "true", '"true" cannot follow here: expected "("'],
    [
      "for any in (1..2) : (true)",
      "in (1..2) : (true)",
      '"in" cannot follow here: expected "of" or a variable',
    ],
    ["for any i of them : (true)", "of them : (true)", '"of" cannot follow here: expected "," or "in"'],
    ["for any i,j,k in x : (true)", "k in x : (true)", "a loop has at most two variables"],
    [
      "for any i,j in (1..2) : (true)",
      "(1..2) : (true)",
      "the loop has two variables, but there is one value at a time",
    ],
    [
      "for any i in x + y : (true)",
      "x + y : (true)",
      "a loop goes over a name with its fields, a range or a list",
    ],
    ["for any of (r1) : (true)", "(r1) : (true)", "a loop goes over strings, not over rules"],
    ["for 50% of them : ($)", "of them : ($)", '"of" cannot follow here: expected a number or a name'],
    ["for 1 : ($)", ": ($)", '":" cannot follow here: expected an operator, "of" or the name of a variable'],
    ["(a or b", "}", '"}" cannot follow here: expected "and", "or" or ")"'],
    ["a)", ")", '")" cannot follow here: expected an operator or "}"'],
    ["a ; b", "; b", '";" cannot follow here: expected an operator or "}"'],
    ["a\xa0and b", "\xa0and b", "the byte 0xa0 is no ASCII text: it can stand in strings and comments only"],
    ["99999999999999999999", "99999999999999999999", "the number is larger than 9223372036854775807"],
    ["9007199254740992KB", "9007199254740992KB", "the number is larger than 9223372036854775807"],
    ['not include "x"', 'include "x"', "an include cannot follow here: expected a condition"],
    ["a /* b", "/* b", 'a comment that is never closed cannot follow here: expected an operator or "}"'],
  ])("%s", (condition, at, message) => {
    expect(inCondition(condition)).toEqual({ at, message });
  });

  test("depth is a fault, whatever it is made of", () => {
    for (const [open, close] of [
      ["(", ")"],
      ["not ", ""],
      ["-", ""],
      ["a[", "]"],
      ["a(", ")"],
      ["for any i in (1..2) : (", ")"],
      ["1 + (", ")"],
      ["true or (", ")"],
      ["#a in (", "..1)"],
    ]) {
      const { message } = inCondition(`${open!.repeat(100_000)}1${close!.repeat(100_000)}`);
      expect(message).toBe("the condition is nested too deeply");
    }
  });

  test("long is not deep", () => {
    for (const more of [" or true", " and true"])
      expect(parse(`rule a { condition: true${more.repeat(100_000)} }`).faults).toEqual([]);
    for (const more of [" + 1", ".x", "[0]", "()"]) {
      expect(parse(`rule a { condition: a${more.repeat(100_000)} }`).faults).toEqual([]);
    }
    expect(parse(`rule a { condition: ${"(".repeat(200)}true${")".repeat(200)} }`).faults).toEqual([]);
  });

  test("more parts than memory has room for are a fault of the rules that have them", () => {
    const { rules, faults } = parse(
      `rule a { condition: true }\nrule b { condition: 1${"+1".repeat(2_500_000)} }\nrule c { condition: true }`,
    );
    expect(rules.map(({ name }) => name)).toEqual(["a"]);
    expect(faults.map(({ rule, message }) => [rule, message])).toEqual(
      ["b", "c"].map((rule) => [rule, "the conditions of the file have more than 5,000,000 parts: split it"]),
    );
  });
});
