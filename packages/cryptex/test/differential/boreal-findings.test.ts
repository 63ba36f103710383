/**
 * Where random tests found another engine, boreal 1.4.0, to answer otherwise than libyara 4.5.4. Each row is what libyara
 * answers, with the reason. YARA-X 1.23.0 answers the same, but takes two quantifiers in a row, and refuses [\\d-z].
 */
import { describe, expect, test } from "bun:test";
import { engineCode } from "../../src/engine/engine-file.ts";
import { Libyara } from "../../src/engine/libyara.ts";
import { scanWithEngine } from "./ours.ts";

type Row = readonly [what: string, rule: string, data: string, places: readonly string[] | "no match"];

const rows: readonly Row[] = [
  [
    "a jump of more than 4 KiB: an unbounded one has no limit",
    "rule r { strings: $a = { 48 44 52 [-] 54 41 49 } condition: $a }",
    `HDR${".".repeat(5000)}TAI`,
    ["$a@0+512"],
  ],
  [
    "at the 1,001st place of a string: libyara keeps a million, and of a string that is asked for at one place, that one",
    'rule r { strings: $a = "ab" condition: $a at 2000 }',
    "ab".repeat(1001),
    ["$a@2000+2"],
  ],
  [
    "the number of places beyond a thousand",
    'rule r { strings: $a = "ab" condition: #a == 1001 and @a[1001] == 2000 }',
    "ab".repeat(1001),
    Array.from({ length: 1001 }, (_, index) => `$a@${2 * index}+2`).sort(),
  ],
  ["a comment that ends with the file", "rule r { condition: true } // end", "", []],
  [
    "a word boundary in an alternative, which is the shorter way back",
    "rule r { strings: $a = /(\\bbat|\\w)\\w/ condition: $a }",
    "a bat flew",
    ["$a@2+2", "$a@3+2", "$a@6+2", "$a@7+2", "$a@8+2"],
  ],
  [
    "a lazy option is left out first, and the first alternative goes first",
    "rule r { strings: $a = /Q??(Qab|\\w)/ condition: $a }",
    "Qab",
    ["$a@0+3", "$a@1+1", "$a@2+1"],
  ],
  [
    "a lone class that is negated, without case: a is not [^a]",
    "rule r { strings: $a = /[^a]/i condition: $a }",
    "a",
    "no match",
  ],
  [
    "a boundary in the first alternative, of which the second one is as long",
    "rule r { strings: $a = /(\\Bat|\\D)\\D/ condition: $a }",
    "bat",
    ["$a@0+2", "$a@1+2"],
  ],
  [
    "39 terms: sums have no limit of depth",
    `rule r { condition: ${Array.from({ length: 39 }, () => "1").join(" + ")} > 0 }`,
    "",
    [],
  ],
  ["25 parentheses", `rule r { condition: ${"(".repeat(25)}true${")".repeat(25)} }`, "", []],
  [
    "an escaped letter that begins a range is that letter: from d to z",
    "rule r { strings: $a = /x[\\d-z]y/ condition: $a }",
    "x-y x5y xzy xgy",
    ["$a@12+3", "$a@8+3"],
  ],
];

function answer(rule: string, data: string) {
  const files = [{ name: "data", bytes: Buffer.from(data, "latin1") }];
  return scanWithEngine({ source: rule, files, externals: [] }, [{ name: "r", strings: ["$a", "$b"] }])
    .get("data")
    ?.get("r");
}

describe("matches", () => {
  test.each(rows)("%s", (_, rule, data, places) => {
    expect(answer(rule, data) ?? "no match").toEqual(places);
  });
});

const refused: readonly (readonly [what: string, rule: string, message: string])[] = [
  ["two quantifiers in a row", "rule r { strings: $a = /test_\\w+{1,3}/ condition: $a }", "syntax error"],
  ["a line feed in a text", 'rule r { strings: $a = "a\nb" condition: $a or true }', "unterminated string"],
  ["a keyword as a name", "rule them { condition: true }", "syntax error"],
  ["greedy and lazy in one expression", "rule r { strings: $a = /a+?b*/ condition: $a }", "greedy"],
  [
    "a share of 0 %, which would always be there",
    'rule r { strings: $a = "a" $b = "b" condition: 0% of them }',
    "percentage must be between 1 and 100",
  ],
  ["a constant that overflows", "rule r { condition: 0x7fffffffffffffff + 1 < 0 }", "overflow"],
];

describe("is refused, with the reason", () => {
  test.each(refused)("%s", (_, rule, message) => {
    const { rules, diagnostics } = new Libyara(engineCode()).compile(Buffer.from(rule), {});
    expect(rules).toBeUndefined();
    expect(diagnostics.find(({ level }) => level === "error")?.message).toContain(message);
  });
});
