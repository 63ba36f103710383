import { describe, expect, test } from "bun:test";
import { hasByte, parseRegex, type RegexNode } from "../../src/rules/regex.ts";

function root(source: string): RegexNode {
  const regex = parseRegex(source);
  if ("message" in regex) throw new Error(`${regex.offset}: ${regex.message}`);
  return regex.root;
}

/** The bytes of a class, a binary string. */
function members(source: string): string {
  const node = root(source);
  if (node.kind !== "class") throw new Error(`not a class: ${node.kind}`);
  const bytes = Array.from({ length: 256 }, (_, byte) => byte).filter((byte) => hasByte(node.bytes, byte));
  return String.fromCharCode(...bytes);
}

const byte = (text: string): RegexNode => ({ kind: "byte", value: text.charCodeAt(0) });
const concatenation = (...parts: RegexNode[]): RegexNode => ({ kind: "concatenation", parts });
const alternatives = (...choices: RegexNode[]): RegexNode => ({ kind: "alternatives", choices });
const repeat = (body: RegexNode, min: number, max: number, greedy = true): RegexNode => ({
  kind: "repeat",
  body,
  min,
  max,
  greedy,
});

describe("tree", () => {
  test("bytes, places and any byte", () => {
    expect(root("a\xe9{")).toEqual(concatenation(byte("a"), byte("\xe9"), byte("{")));
    expect(root("^.\\b\\B$")).toEqual(
      concatenation(
        { kind: "start" },
        { kind: "any" },
        { kind: "word boundary" },
        { kind: "no word boundary" },
        { kind: "end" },
      ),
    );
  });

  test("escapes; a letter without a meaning is itself", () => {
    expect(root("\\x41\\n\\t\\r\\f\\a\\.\\/\\q\\_")).toEqual(
      concatenation(...[..."A\n\t\r\f\x07./q_"].map(byte)),
    );
  });

  test("groups and alternatives; the last may be empty", () => {
    expect(root("a|bc|")).toEqual(
      alternatives(byte("a"), concatenation(byte("b"), byte("c")), concatenation()),
    );
    expect(root("a||b")).toEqual(alternatives(byte("a"), concatenation(), byte("b")));
    expect(root("(a|b)c")).toEqual(concatenation(alternatives(byte("a"), byte("b")), byte("c")));
    expect(root("((a))")).toEqual(byte("a"));
  });

  test("quantifiers, greedy and lazy", () => {
    const infinity = Number.POSITIVE_INFINITY;
    for (const [written, min, max] of [
      ["*", 0, infinity],
      ["+", 1, infinity],
      ["?", 0, 1],
      ["{3}", 3, 3],
      ["{2,5}", 2, 5],
      ["{2,}", 2, 32_767],
      ["{,5}", 0, 5],
      ["{,}", 0, 32_767],
      ["{2 , 5}", 2, 5],
      ["{ ,5}", 0, 5],
      ["{0}", 0, 0],
    ] as const) {
      expect(root(`a${written}`)).toEqual(repeat(byte("a"), min, max));
      expect(root(`a${written}?`)).toEqual(repeat(byte("a"), min, max, false));
    }
    expect(root("(ab)*")).toEqual(repeat(concatenation(byte("a"), byte("b")), 0, infinity));
    expect(root("(a*)+")).toEqual(repeat(repeat(byte("a"), 0, infinity), 1, infinity));
  });

  test("braces that are no quantifier are bytes", () => {
    for (const text of ["{a", "a{}", "a{ 1,2}", "a{1", "a{1,2", "a{-1}", "a{1;2}"]) {
      expect(root(text)).toEqual(concatenation(...[...text].map(byte)));
    }
  });

  test("tells which kinds of quantifiers there are", () => {
    expect(parseRegex("a*b{2}")).toMatchObject({ greedy: true, lazy: false });
    expect(parseRegex("a??")).toMatchObject({ greedy: false, lazy: true });
    expect(parseRegex("(a*)b+?")).toMatchObject({ greedy: true, lazy: true });
    expect(parseRegex("ab")).toMatchObject({ greedy: false, lazy: false });
  });
});

describe("classes", () => {
  const printable = Array.from({ length: 95 }, (_, index) => String.fromCharCode(32 + index)).join("");

  test("members and ranges", () => {
    expect(members("[abc0-9]")).toBe("0123456789abc");
    expect(members("[a-c-]")).toBe("-abc");
    expect(members("[-a]")).toBe("-a");
    expect(members("[]a]")).toBe("]a");
    expect(members("[a^]")).toBe("^a");
    expect(members("[[(.*]")).toBe("(*.[");
    expect(members("[\\x41-\\x43\\]\\-]")).toBe("-ABC]");
    expect(members("[+--]")).toBe("+,-");
    expect(members("[\xfd-\xff]")).toBe("\xfd\xfe\xff");
  });

  test("the complement", () => {
    expect(members("[^\\x00-\\x1f\\x7f-\\xff]")).toBe(printable);
    expect(members("[^]a]")).toHaveLength(254);
  });

  test("shorthands, alone and within", () => {
    expect(members("\\d")).toBe("0123456789");
    expect(members("\\s")).toBe("\t\n\v\f\r ");
    expect(members("\\w")).toBe("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz");
    for (const letter of "dsw") expect(members(`[\\${letter}\\${letter.toUpperCase()}]`)).toHaveLength(256);
    expect(members("[\\d\\n]")).toBe("\n0123456789");
  });

  test("before a hyphen a shorthand is its letter, as in libyara", () => {
    expect(members("[\\w-z]")).toBe("wxyz");
    expect(members("[\\d-f-]")).toBe("-def");
  });
});

describe("faults", () => {
  test.each([
    ["a**", 2, 'a second quantifier, "*", follows "*"'],
    ["a+{1,3}", 2, 'a second quantifier, "{1,3}", follows "+"'],
    ["a{2}{2}", 4, 'a second quantifier, "{2}", follows "{2}"'],
    ["a???", 3, 'a second quantifier, "?", follows "?"'],
    ["*a", 0, '"*" has nothing to repeat'],
    ["(?a)", 1, '"?" has nothing to repeat'],
    ["{2}", 0, '"{2}" has nothing to repeat'],
    ["a|+", 2, '"+" has nothing to repeat'],
    ["^*", 1, '"^" cannot be repeated'],
    ["\\b+", 2, '"\\b" cannot be repeated'],
    ["a{3,2}", 1, '"{3,2}" ends below its beginning'],
    ["a{32768}", 1, '"{32768}" repeats more than 32767 times'],
    ["a{1,99999999999}", 1, '"{1,99999999999}" repeats more than 32767 times'],
    ["a{40000,}", 1, '"{40000,}" ends below its beginning'],
    ["", 0, "the regular expression is empty"],
    ["|a", 0, 'an alternative is expected before "|"'],
    ["(|a)", 1, 'an alternative is expected before "|"'],
    ["()", 1, 'nothing stands between "(" and ")"'],
    ["a(b", 1, 'this "(" has no ")"'],
    ["a)b", 1, '")" without "(" before it'],
    ["a[b", 1, 'this "[" has no "]"'],
    ["[]", 0, 'this "[" has no "]"'],
    ["[^]", 0, 'this "[" has no "]"'],
    ["[z-a]", 1, 'the range "z-a" runs backwards'],
    ["[\\w-a]", 1, 'the range "\\w-a" runs backwards'],
    ["[a-\\]]", 1, 'the range "a-\\]" runs backwards'],
    ["[a\t]", 2, '"\\x09" must be written as an escape between "[" and "]"'],
    ["[\xe9]", 1, '"\\xe9" must be written as an escape between "[" and "]"'],
    ["a\\1", 1, '"\\1" refers back to a group, which YARA does not have'],
    ["\\x4", 0, 'two hex digits are expected behind "\\x"'],
    ["[\\xg0]", 1, 'two hex digits are expected behind "\\x"'],
    ["a\\", 1, "nothing follows the backslash"],
  ])("%s", (source, offset, message) => {
    expect(parseRegex(source)).toEqual({ offset, message });
  });
});

test("depth is no danger", () => {
  expect(parseRegex("(".repeat(100_000))).toMatchObject({ offset: 99_999 });
  expect("root" in parseRegex("(".repeat(100_000) + "a".repeat(10) + ")".repeat(100_000))).toBe(true);
});
