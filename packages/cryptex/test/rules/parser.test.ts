import { describe, expect, test } from "bun:test";
import { binary, integer, name, parse, parseCondition, parseHexString, parseRule, textOf } from "./parsed.ts";

const them = { kind: "them" };
const boolean = (value: boolean): object => ({ kind: "boolean", value });
const string = (id: string): object => ({ kind: "string", id });

describe("a file", () => {
  test("has imports, includes and rules with their lines", () => {
    const file = parse(
      'import "pe" import "math"\ninclude "a b.yar"\n\n// rule no { condition: true }\nprivate global rule one : x y\n{\n' +
        " condition:\n  true\n}\nrule two{condition:false}",
    );
    expect(file.faults).toEqual([]);
    expect(file.imports.map(({ module, line }) => [module, line])).toEqual([
      ["pe", 1],
      ["math", 1],
    ]);
    expect(file.includes).toEqual([{ path: "a b.yar", span: { start: 26, end: 43 }, line: 2 }]);
    const [one, two] = file.rules;
    expect(one).toMatchObject({
      name: "one",
      isPrivate: true,
      isGlobal: true,
      tags: ["x", "y"],
      line: 5,
      endLine: 9,
    });
    expect(two).toMatchObject({
      name: "two",
      isPrivate: false,
      isGlobal: false,
      tags: [],
      line: 10,
      endLine: 10,
    });
  });

  test("without rules is no fault", () => {
    for (const text of ["", " \t\r\n", "// nothing", "/* nothing */", "// nothing\r", "\xef\xbb\xbf"]) {
      expect(parse(text)).toEqual({ imports: [], includes: [], rules: [], faults: [] });
    }
  });

  test("may begin with a mark of byte order, which is counted", () => {
    const { rules } = parse("\xef\xbb\xbfrule a { condition: true }\r\n");
    expect(rules.map(({ span, nameSpan }) => [span, nameSpan])).toEqual([
      [
        { start: 3, end: 29 },
        { start: 8, end: 9 },
      ],
    ]);
  });

  test("says where a comment is left open behind its last rule: the engine is silent about what it hides", () => {
    const file = parse("rule a { condition: true }\n/* rule b { condition: true }");
    expect([file.rules.length, file.faults.length, file.unclosedComment]).toEqual([1, 0, 27]);
  });

  test("a modifier may stand twice, as for libyara", () => {
    expect(parseRule("private private rule a { condition: true }").isPrivate).toBe(true);
  });

  test("words that look like rules are none in comments, strings, regular expressions and hex strings", () => {
    const text = [
      "rule first {",
      "  meta:",
      '    note = "} rule fake { condition: true }" // } rule fake { condition: true }',
      "  strings:",
      '    $text = "\\"} rule fake { condition: true } /*"',
      "    $hex = { 41 // } rule fake { condition: true }",
      "             42 /* }",
      "  rule fake { condition: true }",
      "             */ 43 }",
      '    $regex = /[}{"]{0}rule fake { condition: true }\\/\\*/ // } rule fake { condition: true }',
      "    $tail = /x/ /* } rule fake { condition: true }",
      "rule fake { condition: true } */",
      "  condition:",
      '    any of them and "}" != "rule fake { condition: true }"',
      "}",
      "rule second { condition: true } rule third { condition: true }",
    ].join("\n");
    const { rules, faults } = parse(text);
    expect(faults).toEqual([]);
    expect(rules.map((rule) => [rule.name, rule.line, rule.endLine])).toEqual([
      ["first", 1, 15],
      ["second", 16, 16],
      ["third", 16, 16],
    ]);
    expect(rules[0]!.strings.map(({ id, line }) => [id, line])).toEqual([
      ["$text", 5],
      ["$hex", 6],
      ["$regex", 10],
      ["$tail", 11],
    ]);
  });
});

describe("meta", () => {
  test("values", () => {
    const { meta } = parseRule(
      'rule a { meta: s = "x\\ty\\"\\\\\\x00\\xff" s = "" n = 10 h = 0x1F o = 0o17 k = 2KB m = -3MB t = true f = false condition: true }',
    );
    expect(meta.map(({ key, value }) => [key, value])).toEqual([
      ["s", 'x\ty"\\\0\xff'],
      ["s", ""],
      ["n", 10n],
      ["h", 31n],
      ["o", 15n],
      ["k", 2048n],
      ["m", -3145728n],
      ["t", true],
      ["f", false],
    ]);
  });

  test("spans go from the key to the value", () => {
    const text = 'rule a { meta: one = "x"\n two = - 5 condition: true }';
    expect(parseRule(text).meta.map((meta) => textOf(text, meta))).toEqual(['one = "x"', "two = - 5"]);
  });
});

describe("strings", () => {
  const strings = (text: string) => parseRule(`rule a { strings: ${text} condition: any of them }`).strings;

  test("texts with their escapes, as bytes", () => {
    expect(strings('$a = "caf\xe9" $ = "\\x41\\n\\r\\t\\"\\\\/"')).toMatchObject([
      { id: "$a", kind: "text", value: "caf\xe9", modifiers: {} },
      { id: "$", kind: "text", value: 'A\n\r\t"\\/' },
    ]);
  });

  test("as libyara does, a raw NUL byte ends a text up to the next escape", () => {
    expect(strings('$a = "ab\0cd\\x41ef\0"')).toMatchObject([{ value: "abAef" }]);
  });

  test("modifiers", () => {
    const modifiers = (text: string) => strings(`$a = "abcd" ${text}`)[0]!.modifiers;
    expect(modifiers("ascii wide nocase fullword private")).toEqual({
      ascii: true,
      wide: true,
      nocase: true,
      fullword: true,
      private: true,
    });
    expect(modifiers("xor")).toEqual({ xor: [0, 255] });
    expect(modifiers("xor(7)")).toEqual({ xor: [7, 7] });
    expect(modifiers("xor ( 0x01 - 255 ) wide fullword")).toEqual({
      xor: [1, 255],
      wide: true,
      fullword: true,
    });
    expect(modifiers("base64 base64wide wide")).toEqual({ base64: "", base64wide: "", wide: true });
    const alphabet = "!@#$%^&*(){}[].,|ABCDEFGHIJ\tLMNOPQRSTUVWXYZabcdefghijklmnopqrstu";
    expect(modifiers(`base64("${alphabet.replace("\t", "\\t")}")`)).toEqual({ base64: alphabet });
  });

  test("spans take in the modifiers", () => {
    const text = 'rule a { strings: $a = "x" wide // c\n $b = /y/ private condition: all of them }';
    expect(parseRule(text).strings.map((each) => textOf(text, each))).toEqual([
      '$a = "x" wide',
      "$b = /y/ private",
    ]);
  });

  test("regular expressions, as they stand", () => {
    expect(strings("$a = /a\\/b[/]/is ascii $b = /x/i $c = /x/s".replace("[/]", "[\\/]"))).toMatchObject([
      {
        kind: "regex",
        regex: { source: "a\\/b[\\/]", nocase: true, dotAll: true },
        modifiers: { ascii: true },
      },
      { kind: "regex", regex: { source: "x", nocase: true, dotAll: false } },
      { kind: "regex", regex: { source: "x", nocase: false, dotAll: true } },
    ]);
  });

  test("hex strings", () => {
    const byte = (value: number, mask = 0xff, not = false): object => ({ kind: "byte", value, mask, not });
    expect(parseHexString(" 4a F? ?3 ?? ~41 ~4? ~?a ")).toEqual([
      byte(0x4a),
      byte(0xf0, 0xf0),
      byte(0x03, 0x0f),
      byte(0, 0),
      byte(0x41, 0xff, true),
      byte(0x40, 0xf0, true),
      byte(0x0a, 0x0f, true),
    ]);
    expect(parseHexString("41[1][2-4] [0-0][3-]42[ - ]/*]*/43")).toEqual([
      byte(0x41),
      { kind: "jump", min: 1, max: 1 },
      { kind: "jump", min: 2, max: 4 },
      { kind: "jump", min: 0, max: 0 },
      { kind: "jump", min: 3, max: Number.POSITIVE_INFINITY },
      byte(0x42),
      { kind: "jump", min: 0, max: Number.POSITIVE_INFINITY },
      byte(0x43),
    ]);
    expect(parseHexString("(41|(42 [1-2] 43|44))45")).toEqual([
      {
        kind: "alternatives",
        choices: [
          [byte(0x41)],
          [
            {
              kind: "alternatives",
              choices: [[byte(0x42), { kind: "jump", min: 1, max: 2 }, byte(0x43)], [byte(0x44)]],
            },
          ],
        ],
      },
      byte(0x45),
    ]);
  });
});

describe("conditions", () => {
  const a = name("a");
  const b = name("b");
  const c = name("c");

  test("constants and what is known of the file", () => {
    expect(parseCondition("true")).toEqual(boolean(true));
    expect(parseCondition("false")).toEqual(boolean(false));
    expect(parseCondition("9223372036854775807")).toEqual(integer(9223372036854775807n));
    expect(parseCondition("010")).toEqual(integer(10));
    expect(parseCondition("1.50")).toEqual({ kind: "float", value: 1.5 });
    expect(parseCondition('"\\x00a"')).toEqual({ kind: "text", value: "\0a" });
    expect(parseCondition("/x/i")).toEqual({
      kind: "regex",
      regex: { source: "x", nocase: true, dotAll: false },
    });
    expect(parseCondition("filesize")).toEqual({ kind: "filesize" });
    expect(parseCondition("entrypoint")).toEqual({ kind: "entrypoint" });
  });

  test("operators bind as in the grammar, the weakest first", () => {
    const ladder = ["or", "and", "==", "|", "^", "&", "<<", "+", "*"];
    for (const [index, weak] of ladder.entries()) {
      for (const strong of ladder.slice(index + 1)) {
        expect(parseCondition(`a ${weak} b ${strong} c`)).toEqual(binary(weak, a, binary(strong, b, c)));
        if (weak !== "==") {
          expect(parseCondition(`a ${strong} b ${weak} c`)).toEqual(binary(weak, binary(strong, a, b), c));
        }
      }
    }
  });

  test("operators of one strength go from left to right", () => {
    for (const [one, other] of ["+-", "-+", "*\\", "\\%", "%*", "||", "^^", "&&"].map((pair) => [...pair])) {
      expect(parseCondition(`a ${one} b ${other} c`)).toEqual(binary(other!, binary(one!, a, b), c));
    }
    expect(parseCondition("a << b >> c")).toEqual(binary(">>", binary("<<", a, b), c));
    expect(parseCondition("a and b and c")).toEqual(binary("and", binary("and", a, b), c));
    expect(parseCondition("a or b or c")).toEqual(binary("or", binary("or", a, b), c));
  });

  test("every comparison", () => {
    const words = ["contains", "icontains", "startswith", "istartswith", "endswith", "iendswith", "iequals"];
    for (const operator of ["==", "!=", "<", "<=", ">", ">=", ...words]) {
      expect(parseCondition(`a + b ${operator} c`)).toEqual(binary(operator, binary("+", a, b), c));
    }
    const regex = { kind: "regex", regex: { source: "x", nocase: false, dotAll: true } };
    expect(parseCondition("a matches /x/s and b")).toEqual(binary("and", binary("matches", a, regex), b));
  });

  test("signs, not and defined", () => {
    const negate = (operand: object): object => ({ kind: "negate", operand });
    expect(parseCondition("-a * ~b")).toEqual(binary("*", negate(a), { kind: "complement", operand: b }));
    expect(parseCondition("- -1")).toEqual(negate(negate(integer(1))));
    expect(parseCondition("-a.b[0]")).toMatchObject({ kind: "negate", operand: { kind: "index" } });
    expect(parseCondition("not a == b and c")).toEqual(
      binary("and", { kind: "not", operand: binary("==", a, b) }, c),
    );
    expect(parseCondition("defined not a or b")).toEqual(
      binary("or", { kind: "defined", operand: { kind: "not", operand: a } }, b),
    );
    expect(parseCondition("a and not b or c")).toEqual(
      binary("or", binary("and", a, { kind: "not", operand: b }), c),
    );
  });

  test("parentheses", () => {
    expect(parseCondition("((a + b)) * c")).toEqual(binary("*", binary("+", a, b), c));
    expect(parseCondition("(a or (b)) and ((c))")).toEqual(binary("and", binary("or", a, b), c));
  });

  test("fields, indexes and calls", () => {
    const member = (object: object, field: string): object => ({ kind: "member", object, field });
    expect(parseCondition('pe.sections[a + 1].name["x"](1, a or b, /x/).y()')).toEqual({
      kind: "call",
      callee: member(
        {
          kind: "call",
          callee: {
            kind: "index",
            object: member(
              { kind: "index", object: member(name("pe"), "sections"), index: binary("+", a, integer(1)) },
              "name",
            ),
            index: { kind: "text", value: "x" },
          },
          arguments: [
            integer(1),
            binary("or", a, b),
            { kind: "regex", regex: { source: "x", nocase: false, dotAll: false } },
          ],
        },
        "y",
      ),
      arguments: [],
    });
  });

  test("functions that read integers", () => {
    for (const type of ["int8", "uint8", "int16", "uint16be", "int32be", "uint32"]) {
      expect(parseCondition(`${type}(a + b)`)).toEqual({ kind: "read", type, offset: binary("+", a, b) });
    }
  });

  test("strings, their counts, offsets and lengths", () => {
    const range = { low: integer(0), high: binary("-", { kind: "filesize" }, integer(9)) };
    expect(parseCondition("$a")).toEqual(string("$a"));
    expect(parseCondition("$")).toEqual(string("$"));
    expect(parseCondition("$a at b + c and a")).toEqual(
      binary("and", { kind: "string", id: "$a", at: binary("+", b, c) }, a),
    );
    expect(parseCondition("$a in (0 .. filesize-9)")).toEqual({ kind: "string", id: "$a", in: range });
    expect(parseCondition("#a in (0..filesize-9) + 1")).toEqual(
      binary("+", { kind: "count", id: "$a", in: range }, integer(1)),
    );
    expect(parseCondition("# < #b")).toEqual(
      binary("<", { kind: "count", id: "$" }, { kind: "count", id: "$b" }),
    );
    expect(parseCondition("@a[b+c] - @")).toEqual(
      binary("-", { kind: "offset", id: "$a", index: binary("+", b, c) }, { kind: "offset", id: "$" }),
    );
    expect(parseCondition("!a[1] == !b")).toEqual(
      binary("==", { kind: "length", id: "$a", index: integer(1) }, { kind: "length", id: "$b" }),
    );
    expect(parseCondition("!a!=b")).toEqual(binary("!=", { kind: "length", id: "$a" }, b));
  });

  test("of", () => {
    const of = (quantifier: object, set: object, more: object = {}): object => ({
      kind: "of",
      quantifier,
      set,
      ...more,
    });
    const ids = (...list: string[]): object => ({ kind: "strings", ids: list });
    for (const kind of ["all", "any", "none"])
      expect(parseCondition(`${kind} of them`)).toEqual(of({ kind }, them));
    expect(parseCondition("1 + a of ($a, $b*, $)")).toEqual(
      of({ kind: "count", value: binary("+", integer(1), a) }, ids("$a", "$b*", "$")),
    );
    expect(parseCondition("a * 2 % of ($*)")).toEqual(
      of({ kind: "percent", value: binary("*", a, integer(2)) }, ids("$*")),
    );
    expect(parseCondition("any of (one, two *) or b")).toEqual(
      binary("or", of({ kind: "any" }, { kind: "rules", names: ["one", "two*"] }), b),
    );
    expect(parseCondition("50% of (one)")).toEqual(
      of({ kind: "percent", value: integer(50) }, { kind: "rules", names: ["one"] }),
    );
    expect(parseCondition("all of them at 1 + 1 and a")).toEqual(
      binary("and", of({ kind: "all" }, them, { at: binary("+", integer(1), integer(1)) }), a),
    );
    expect(parseCondition("not any of ($a) in (0..9)")).toEqual({
      kind: "not",
      operand: of({ kind: "any" }, ids("$a"), { in: { low: integer(0), high: integer(9) } }),
    });
  });

  test("loops", () => {
    expect(parseCondition("for 1 + a of ($a*) : ($ at 0 or b) and c")).toEqual(
      binary(
        "and",
        {
          kind: "for-of",
          quantifier: { kind: "count", value: binary("+", integer(1), a) },
          set: { kind: "strings", ids: ["$a*"] },
          body: binary("or", { kind: "string", id: "$", at: integer(0) }, b),
        },
        c,
      ),
    );
    const loop = (variables: string[], iterator: object): object => ({
      kind: "for-in",
      quantifier: { kind: "any" },
      variables,
      iterator,
      body: boolean(true),
    });
    expect(parseCondition("for any i in (1..a) : (true)")).toEqual(
      loop(["i"], { kind: "range", range: { low: integer(1), high: a } }),
    );
    expect(parseCondition('for any s in ("x", "y") : (true)')).toEqual(
      loop(["s"], {
        kind: "values",
        values: [
          { kind: "text", value: "x" },
          { kind: "text", value: "y" },
        ],
      }),
    );
    expect(parseCondition("for any i in (7) : (true)")).toEqual(
      loop(["i"], { kind: "values", values: [integer(7)] }),
    );
    expect(parseCondition("for any k, v in pe.version_info : (true)")).toEqual(
      loop(["k", "v"], {
        kind: "object",
        object: { kind: "member", object: name("pe"), field: "version_info" },
      }),
    );
    expect(parseCondition("for all of them : (for any i in (1..2) : (true))")).toEqual({
      kind: "for-of",
      quantifier: { kind: "all" },
      set: them,
      body: loop(["i"], { kind: "range", range: { low: integer(1), high: integer(2) } }),
    });
  });

  test("tokens need no blanks between them where the scanner needs none", () => {
    expect(parseCondition("1or 2KBand 3")).toEqual(
      binary("or", integer(1), binary("and", integer(2048), integer(3))),
    );
  });

  test("spans take in parentheses and nothing else", () => {
    const text = "rule a { condition: ( b + c ) * -d or (e) }";
    const { condition } = parseRule(text);
    if (condition.kind !== "binary" || condition.left.kind !== "binary") throw new Error("not two operators");
    expect(textOf(text, condition)).toBe("( b + c ) * -d or (e)");
    expect(textOf(text, condition.left)).toBe("( b + c ) * -d");
    expect(textOf(text, condition.left.left)).toBe("( b + c )");
    expect(textOf(text, condition.left.right)).toBe("-d");
    expect(textOf(text, condition.right)).toBe("(e)");
  });
});

describe("names that a condition uses", () => {
  const used = (condition: string, before = "") => {
    const text = `${before}rule a { condition: ${condition} }`;
    const { modules, names, ruleWildcards } = parseRule(text);
    for (const { name: used, spans } of names) {
      for (const span of spans) expect(textOf(text, { span })).toBe(used);
    }
    for (const { name: used, spans } of ruleWildcards) {
      for (const span of spans) expect(textOf(text, { span }).replace(" ", "")).toBe(`${used}*`);
    }
    const counts = (uses: typeof names) =>
      Object.fromEntries(uses.map(({ name, spans }) => [name, spans.length]));
    return { modules, names: counts(names), ruleWildcards: counts(ruleWildcards) };
  };

  test("rules and externals, with every place", () => {
    expect(used("(one) and two and (one or any of (one, three, ap_*, ap_ *))")).toEqual({
      modules: [],
      names: { one: 3, two: 1, three: 1 },
      ruleWildcards: { ap_: 2 },
    });
  });

  test("a name before a dot is a module, imported or not; another one is if it was imported before", () => {
    const nothing = { names: {}, ruleWildcards: {} };
    expect(used("pe.is_pe and pe.x(math.y)")).toEqual({ modules: ["pe", "math"], ...nothing });
    expect(used("pe", 'import "pe" ')).toEqual({ modules: ["pe"], ...nothing });
    expect(used("pe")).toEqual({ modules: [], names: { pe: 1 }, ruleWildcards: {} });
  });

  test("variables hide names within their loop, and not behind it", () => {
    expect(used("for any pe, i in x : (pe.y == i) and i")).toEqual({
      modules: [],
      names: { x: 1, i: 1 },
      ruleWildcards: {},
    });
    expect(used("for i j in (1..2) : (for any i in (j, k) : (i)) or j")).toEqual({
      modules: [],
      names: { i: 1, k: 1, j: 1 },
      ruleWildcards: {},
    });
  });
});
