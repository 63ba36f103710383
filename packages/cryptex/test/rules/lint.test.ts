/** Each finding of lint: a rule that has it, and one beside it that has not. */
import { describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ENGINE } from "../../src/engine/engine-file.ts";
import { makeLibyara } from "../../src/engine/own-engine.ts";
import { atomsOf } from "../../src/rules/atoms.ts";
import { lintRules } from "../../src/rules/lint.ts";
import { conditionFindings } from "../../src/rules/lint-conditions.ts";
import type { Finding } from "../../src/rules/lint-finding.ts";
import { stringFindings } from "../../src/rules/lint-strings.ts";
import { parseRuleFile } from "../../src/rules/parser.ts";
import { RuleFolder } from "../support/rule-folder.ts";

function lint(files: Readonly<Record<string, string>>): Finding[] {
  using folder = new RuleFolder(files);
  const report = lintRules(folder.request(), { facts: ENGINE, newInstance: makeLibyara });
  return report.findings.map((finding) => ({ ...finding, file: folder.short(finding.file) }));
}

const codes = (files: Readonly<Record<string, string>>) =>
  lint(files).map(({ severity, code }) => `${severity} ${code}`);

/** A rule with one string that the condition asks for. */
const withString = (string: string) => `rule r { strings: $a = ${string}\n condition: $a }`;
const withCondition = (condition: string) =>
  `import "pe" rule r { strings: $a = "abcdef" $b = "ghijkl" condition: pe.is_pe and ($a or #b > 0) and (${condition}) }`;
const plainCondition = (condition: string) => `rule r { condition: ${condition} }`;

interface Case {
  readonly code: string;
  readonly has: readonly string[];
  readonly hasNot: readonly string[];
}

const ERRORS: readonly Case[] = [
  {
    code: "syntax",
    has: ["rule r { condition: and }", withString("/a+{2}/")],
    hasNot: ["rule r { condition: true }"],
  },
  {
    code: "unclosed-comment",
    has: ["rule r { condition: true } /* and so on"],
    hasNot: ["rule r { condition: true } /* */"],
  },
  {
    code: "missing-import",
    has: ["rule r { condition: pe.is_pe }"],
    hasNot: ['import "pe" rule r { condition: pe.is_pe }'],
  },
  {
    code: "missing-module",
    has: ['import "cuckoo" rule r { condition: cuckoo.sync.mutex(/a/) }'],
    hasNot: ['import "math" rule r { condition: math.min(1, 2) == 1 }'],
  },
  {
    code: "undefined-name",
    has: ["rule r { condition: nobody }"],
    hasNot: ['rule r { condition: filename == "a" }'],
  },
  {
    code: "lost-dependency",
    has: ["rule a { condition: nobody } rule r { condition: a }"],
    hasNot: ["rule a { condition: true } rule r { condition: a }"],
  },
  {
    code: "circle",
    has: ["rule a { condition: b } rule b { condition: a }"],
    hasNot: ["rule a { condition: true } rule b { condition: a }"],
  },
  { code: "include", has: ['include "not-there.inc"'], hasNot: [] },
  {
    code: "unused-string",
    has: ['rule r { strings: $a = "abcdef" condition: true }'],
    hasNot: ['rule r { strings: $a = "abcdef" condition: $a }'],
  },
  {
    code: "refused",
    has: ["rule r : tag tag { condition: true }"],
    hasNot: ["rule r : tag gat { condition: true }"],
  },
];

const WARNINGS: readonly Case[] = [
  {
    code: "slow-string",
    has: [withString("/[0-9]{3}/"), withString('"a"'), withString("{ 00 00 }")],
    hasNot: [withString('"abcd"')],
  },
  {
    code: "unbounded-dot",
    has: [withString("/abcdef.*ghijkl/")],
    hasNot: [withString("/abcdef.{0,100}ghijkl/")],
  },
  {
    code: "leading-repeat",
    has: [withString("/\\w+abcdef/"), withString("/[a-z]{1,5000}abcdef/")],
    hasNot: [withString("/\\w{1,5}abcdef/"), withString("/abcdef\\w+/"), withString("/abc(\\w+)def/")],
  },
  {
    code: "too-many-ways",
    has: [withString("/abcd.{0,3000}b.{0,3000}c/"), withString("/abcd(b{0,30}){0,30}c/")],
    hasNot: [withString("/abcd.{0,3000}c/"), withString("/abcd[a-z]{0,900}-[a-z]{0,900}/")],
  },
  {
    code: "always-false",
    has: [
      withCondition("3 of ($a, $b)"),
      plainCondition("filesize < 0"),
      plainCondition("uint16(0) == 0x504B0304"),
      plainCondition("uint8(4) > 255"),
      plainCondition("int16(0) == 0xFFFF"),
      plainCondition("-1 == filesize"),
    ],
    hasNot: [
      withCondition("2 of ($a, $b)"),
      plainCondition("filesize > 0"),
      plainCondition("uint32(0) == 0xFFFFFFFF"),
    ],
  },
  {
    code: "always-true",
    has: [
      plainCondition("filesize >= 0"),
      withCondition("#a >= 0"),
      plainCondition("uint8(0) != 256"),
      plainCondition("0 <= filesize"),
    ],
    hasNot: [plainCondition("filesize >= 1"), withCondition("#a > 0"), plainCondition("uint8(0) != 255")],
  },
  {
    code: "several-at-one-offset",
    has: [withCondition("2 of ($a, $b) at 0")],
    hasNot: [withCondition("any of ($a, $b) at 0")],
  },
  { code: "zero-of", has: [withCondition("0 of ($a, $b)")], hasNot: [withCondition("none of ($a, $b)")] },
  {
    code: "entrypoint",
    has: [withCondition("$a at entrypoint")],
    hasNot: [withCondition("$a at pe.entry_point")],
  },
  {
    code: "text-as-condition",
    has: [plainCondition('"abcdef"')],
    hasNot: [plainCondition('filename == "abcdef"')],
  },
  {
    code: "many-atoms",
    // 47 strings of 256 keys.
    has: [
      `rule r { strings: ${Array.from({ length: 47 }, (_, i) => `$ = "string${i}" xor`).join(" ")} condition: any of them }`,
    ],
    hasNot: [
      `rule r { strings: ${Array.from({ length: 46 }, (_, i) => `$ = "string${i}" xor`).join(" ")} condition: any of them }`,
    ],
  },
  {
    code: "unbounded-loop",
    has: [
      plainCondition("for any i in (0..filesize) : (uint8(i) == 1)"),
      plainCondition("for any i in (1..filesize - 4) : (uint8(i) == 1)"),
      plainCondition("for any i in (0..10000000) : (uint8(i) == 1)"),
      withCondition("for any i in (1..#a) : (for any j in (1..#b) : (@a[i] < @b[j]))"),
      plainCondition("for any i in (0..filesize) : (uint8(i) == 1) and filesize < 100"),
    ],
    hasNot: [
      plainCondition("filesize < 100KB and for any i in (0..filesize) : (uint8(i) == 1)"),
      plainCondition("for any i in (0..100) : (uint8(i) == 1)"),
      withCondition("for any i in (1..#a) : (@a[i] < 10)"),
      withCondition("for any i in (1..3) : (for any j in (1..#b) : (@a[i] < @b[j]))"),
      withCondition("for any of them : (for any i in (1..#) : (@[i] < 10))"),
    ],
  },
  {
    code: "index-zero",
    has: [
      withCondition("@a[0] < 10"),
      withCondition("!b[0] < 10"),
      withCondition("for any i in (0..#a) : (@a[i] < 10)"),
    ],
    hasNot: [
      withCondition("@a[1] < 10"),
      withCondition('pe.sections[0].name == "x"'),
      withCondition("for any i in (0..3) : (@a[i + 1] < 10)"),
    ],
  },
  {
    code: "byte-order",
    has: [
      plainCondition("uint16(0) == 0x4D5A"),
      plainCondition("0x4D5A == uint16(0)"),
      plainCondition("uint16be(0) == 0x5A4D"),
      plainCondition("uint32(0) == 0x504B0304"),
      plainCondition("uint32(uint32(0x3C)) == 0x50450000"),
      plainCondition("uint32be(0) == 0x464C457F"),
    ],
    hasNot: [
      plainCondition("uint16(0) == 0x5A4D"),
      plainCondition("uint16be(0) == 0x4D5A"),
      plainCondition("uint32(0) == 0x04034B50"),
      plainCondition("uint16(0) == 0x1234"),
      // Both orders, on purpose.
      plainCondition("uint16(0) == 0x5A4D or uint16(0) == 0x4D5A"),
      // A program from back to front.
      plainCondition("uint16(filesize - 2) == 0x4D5A"),
      // Mach-O has both.
      plainCondition("uint32(0) == 0xFEEDFACE"),
    ],
  },
];

const HINTS: readonly Case[] = [
  {
    code: "unused-string",
    has: ['rule r { strings: $a = "abcdef" $_b = "ghijkl" condition: $a }'],
    hasNot: [
      'rule r { strings: $a = "abcdef" $_b = "ghijkl" condition: all of them }',
      'rule r { strings: $a = "abcdef" $_b = "ghijkl" condition: $a and #_b > 2 }',
      'rule r { strings: $a = "abcdef" $_b = "ghijkl" condition: $a and any of ($_*) }',
    ],
  },
  {
    code: "duplicate-string",
    has: [
      'rule r { strings: $a = "abcdef" $b = "abcdef" condition: 2 of them }',
      "rule r { strings: $ = {41 42 43 44} $ = { 41 42 43 44 } condition: 2 of them }",
    ],
    hasNot: ['rule r { strings: $a = "abcdef" $b = "abcdef" wide condition: 2 of them }'],
  },
  {
    code: "short-string",
    has: [
      withString('"abc"'),
      withString("{ 4D 5A 90 }"),
      withString("{ 4D 5A ?? ?? }"),
      withString('"ab" wide ascii'),
    ],
    hasNot: [
      withString('"abcd"'),
      withString('"abc" wide'),
      withString("{ 4D 5A 90 ?? 00 }"),
      withString("/abc/"),
    ],
  },
  {
    code: "leading-wildcard",
    has: [withString("{ ?? 41 42 43 44 }")],
    hasNot: [withString("{ 4? 41 42 43 44 }"), withString("{ 41 42 43 44 ?? }")],
  },
  {
    code: "nocase-without-letters",
    has: [withString('"1234-5678" nocase'), withString("/1234-5678/i")],
    hasNot: [
      withString('"1234x5678" nocase'),
      withString("/1234[a-z]5678/i"),
      withString('"1234-5678"'),
      withString("/1234\\w5678/i"),
    ],
  },
  {
    code: "nested-repeat",
    has: [withString("/abcd(e+)+f/")],
    hasNot: [withString("/abcd(e+f)+g/"), withString("/abcd(e+){2}/")],
  },
  {
    code: "whole-file",
    has: [
      'import "hash" rule r { condition: hash.md5(0, filesize) == "d41d8cd98f00b204e9800998ecf8427e" }',
      'import "math" rule r { condition: math.entropy(0, filesize) > 7 and filesize < 1MB }',
    ],
    hasNot: [
      'import "hash" rule r { condition: filesize < 1MB and hash.md5(0, filesize) == "d41d8cd98f00b204e9800998ecf8427e" }',
      'import "math" rule r { condition: 2000 > filesize and (math.entropy(0, filesize) > 7 or true) }',
      'import "math" rule r { condition: math.entropy(0, 4096) > 7 }',
      'import "math" rule r { condition: uint16(0) == 0x5A4D and math.entropy(0, filesize) > 7 }',
    ],
  },
];

for (const [severity, cases] of [
  ["error", ERRORS],
  ["warning", WARNINGS],
  ["hint", HINTS],
] as const) {
  for (const { code, has, hasNot } of cases) {
    describe(`${severity} ${code}`, () => {
      test.each(has)("%s", (rule) => expect(codes({ "r.yar": rule })).toContain(`${severity} ${code}`));
      test.each(hasNot)("not: %s", (rule) =>
        expect(codes({ "r.yar": rule })).not.toContain(`${severity} ${code}`),
      );
    });
  }
}

describe("what a set shows", () => {
  const A = 'rule a { strings: $a = "abcdef" condition: $a }\n';

  test("global-rule: in a set of several files alone", () => {
    const global = "global rule g { condition: filesize > 10 }\n";
    expect(codes({ "a.yar": A, "g.yar": global })).toEqual(["warning global-rule"]);
    expect(codes({ "g.yar": global + A })).toEqual([]);
  });

  test("unused-import: not where another file needs it, nor where a faulty rule may", () => {
    const unused = `import "pe"\n${A}`;
    const borrower = 'import "math"\nrule b { condition: pe.is_pe and math.min(1, 2) == 1 }';
    expect(codes({ "a.yar": unused })).toEqual(["warning unused-import"]);
    expect(lint({ "a.yar": unused })[0]).toMatchObject({ line: 1, rule: null, file: "a.yar" });
    expect(codes({ "a.yar": unused, "b.yar": borrower })).toEqual([]);
    expect(codes({ "a.yar": `import "pe"\nrule b { condition: pe. }\n${A}` })).toEqual(["error syntax"]);
    expect(codes({ "index.yar": 'import "pe"\ninclude "a.inc"', "a.inc": A })).toEqual([]);
  });

  test("same-name: other text under one name; duplicate-rule: the same text", () => {
    const other = 'rule a { strings: $a = "ghijkl" condition: $a }\n';
    expect(codes({ "a.yar": A, "b.yar": other })).toEqual(["warning same-name"]);
    expect(lint({ "a.yar": A, "b.yar": other })[0]).toMatchObject({ file: "b.yar", rule: "a" });
    expect(codes({ "a.yar": A, "b.yar": A })).toEqual(["hint duplicate-rule"]);
    expect(codes({ "a.yar": A, "b.yar": A.replaceAll("a ", "b ") })).toEqual([]);
  });

  test("ambiguous-name: a third file that names one of two", () => {
    const other = 'rule a { strings: $a = "ghijkl" condition: $a }\n';
    expect(codes({ "a.yar": A, "b.yar": other, "c.yar": "rule c { condition: a }" })).toContain(
      "error ambiguous-name",
    );
  });

  test("unreadable: a path that is not there", () => {
    using folder = new RuleFolder();
    const compiler = { facts: ENGINE, newInstance: makeLibyara };
    const { findings } = lintRules(folder.request(["missing.yar"]), compiler);
    expect(findings).toMatchObject([{ code: "unreadable", severity: "error", line: null, rule: null }]);
  });
});

test("findings come in the order of the text, each with its line", () => {
  const text = [
    'import "math"', // 1
    "rule first {",
    "  strings:",
    '    $a = "a"', // 4
    "    $b = /ghijkl.*x/", // 5
    "  condition:",
    "    $a and $b and", // 7
    "    uint16(0) == 0x4D5A", // 8
    "}",
    "rule second { condition: nobody }", // 10
  ].join("\n");
  expect(
    lint({ "b.yar": "rule third { condition: filesize < 0 }", "a.yar": text }).map(
      ({ file, line, code }) => `${file}:${line} ${code}`,
    ),
  ).toEqual([
    "a.yar:1 unused-import",
    "a.yar:4 slow-string",
    "a.yar:5 unbounded-dot",
    "a.yar:8 byte-order",
    "a.yar:10 undefined-name",
    "b.yar:1 always-false",
  ]);
});

test("a slow string is told why: its atoms, and how often they stand in random bytes", () => {
  const [none] = lint({ "a.yar": withString("/[0-9]{3}/") });
  expect(none!.message).toContain("no fixed bytes");
  const [poor] = lint({ "a.yar": withString("/[0-9]@[0-9]/") });
  expect(poor!.message).toContain("40 alone: it is tried at about 4,096 places");
});

test("conditions and strings of any length: time grows no faster than they do", () => {
  const many = (count: number, text: string, between: string) =>
    Array.from({ length: count }, () => text).join(between);
  const text = [
    `rule loops { condition: ${many(5000, "for any i in (0..filesize) : (uint8(i) == 1)", " and ")} }`,
    `rule hashes { condition: filesize < 10 and (${many(5000, 'hash.md5(0, filesize) == "a"', " or ")}) }`,
    `rule values { condition: for any x in (${many(800_000, "1", ",")}) : (x == 1) }`,
    `rule choices { strings: $a = { 01 ?? (${many(300_000, "02", "|")}) } condition: $a }`,
  ].join("\n");
  const { rules, faults } = parseRuleFile(Buffer.from(text));
  expect(faults).toEqual([]);
  const found = rules.map((rule) => [...stringFindings(rule), ...conditionFindings(rule)]);
  expect(found.map(({ length }) => length)).toEqual([5000, 0, 0, 0]);
  expect(atomsOf(rules[3]!.strings[0]!).entries).toBe(1);
});

describe("docs/LINT.md", () => {
  const document = readFileSync(join(import.meta.dir, "../../docs/LINT.md"), "utf8");
  const documented = [...document.matchAll(/^\| `([a-z-]+)` \| (error|warning|hint)/gm)].map(
    ([, code, severity]) => `${severity} ${code}`,
  );

  test("has each finding", () => {
    const tested = [
      ...ERRORS.map(({ code }) => `error ${code}`),
      ...WARNINGS.map(({ code }) => `warning ${code}`),
      ...HINTS.map(({ code }) => `hint ${code}`),
      ...["error ambiguous-name", "error unreadable", "error engine-breaks", "warning engine-warning"],
      ...["warning global-rule", "warning unused-import", "warning same-name", "hint duplicate-rule"],
    ];
    expect(documented.toSorted()).toEqual(tested.toSorted());
  });
});

test("good rules have no findings", () => {
  expect(
    codes({
      "a.yar": `
import "pe"
private rule is_pe { condition: uint16(0) == 0x5A4D and uint32(uint32(0x3C)) == 0x00004550 }
rule good : tag {
  meta: author = "somebody"
  strings:
    $text = "a good string" wide
    $both = "another one" ascii wide nocase fullword
    $hex = { 55 8B EC 83 EC ?? 53 56 [2-6] 57 }
    $url = /https?:\\/\\/[a-z0-9.-]{4,60}\\/gate\\.php/
  condition:
    is_pe and filesize < 2MB and pe.number_of_sections > 2 and (2 of them or #text > 3)
    and for all i in (1..#hex) : (@hex[i] > 0x200)
}`,
    }),
  ).toEqual([]);
});
