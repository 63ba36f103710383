/** Holds what a scan reports, and that a scanner carries nothing over from one file to the next. */
import { describe, expect, test } from "bun:test";
import { elfFile, matching, newEngine, peFile, rulesOf, scan } from "./support.ts";

const engine = newEngine();

/** YARA-X 1.20.0 loses a match of one of the two rules, by their order. */
describe("two rules that share a string, one of them with a limit on the file's size", () => {
  const limited = 'rule limited { strings: $s = "completed.1" condition: filesize < 100 and $s }';
  const free = 'rule free { strings: $s = "completed.1" condition: $s }';
  const short = "completed.1";
  const long = `${"x".repeat(200)}completed.1`;
  test.each([
    ["limited first", `${limited}\n${free}`, 1],
    ["limited last", `${free}\n${limited}`, 0],
  ])("%s", (_, source, unlimited) => {
    expect(matching(engine, source, short)).toEqual([0, 1]);
    expect(matching(engine, source, long)).toEqual([unlimited]);
  });
});

describe("reach", () => {
  test("a regular expression of 3,000 bytes", () => {
    const source = "rule r { strings: $ = /foo.{0,2990}bar/ condition: any of them }";
    expect(matching(engine, source, `foo${"x".repeat(2990)}bar`)).toEqual([0]);
    expect(matching(engine, source, `foo${"x".repeat(2991)}bar`)).toEqual([]);
  });

  test.each([5000, 10_000])("a jump of %d bytes", (length) => {
    const source = `rule r { strings: $ = { 66 6f 6f [0-${length}] 62 61 72 } condition: any of them }`;
    expect(matching(engine, source, `foo${"x".repeat(length)}bar`)).toEqual([0]);
    expect(matching(engine, source, `foo${"x".repeat(length + 1)}bar`)).toEqual([]);
  });
});

describe("matches", () => {
  test("by offset, with the number of their string; those of private strings and rules are left out", () => {
    const rules = rulesOf(
      engine,
      `private rule hidden { strings: $a = "aa" condition: $a }
       rule shown { strings: $ = "zz" private $b = "bb" $c = "cc" $d = { 61 61 [0-5000] 62 62 } condition: any of them }
       rule not_matching { strings: $a = "cc" condition: $a }`,
    );
    expect(scan(engine, rules, "bb..aa..bb..zz").matches).toEqual([
      {
        rule: 1,
        strings: [
          {
            string: 1,
            total: 2,
            matches: [
              { offset: 0, length: 2 },
              { offset: 8, length: 2 },
            ],
          },
          { string: 3, total: 1, matches: [{ offset: 4, length: 6 }] },
        ],
      },
    ]);
  });

  test("the key of a string with xor, zero as well; and none for other strings", () => {
    const text = "secret";
    const hidden = [...text].map((letter) => String.fromCharCode(letter.charCodeAt(0) ^ 0x5a)).join("");
    const rules = rulesOf(
      engine,
      `rule r { strings: $a = "${text}" xor $b = "${text}" condition: any of them }`,
    );
    expect(scan(engine, rules, `${text} ${hidden}`).matches[0]!.strings).toEqual([
      {
        string: 0,
        total: 2,
        matches: [
          { offset: 0, length: 6, xorKey: 0 },
          { offset: 7, length: 6, xorKey: 0x5a },
        ],
      },
      { string: 1, total: 1, matches: [{ offset: 0, length: 6 }] },
    ]);
  });

  test("no more than asked for are listed, from the first on, and all are counted", () => {
    const rules = rulesOf(engine, 'rule r { strings: $a = "ab" condition: #a == 5000 }');
    const data = "ab".repeat(5000);
    const strings = scan(engine, rules, data, { maxMatches: 3 }).matches[0]!.strings;
    expect(strings).toEqual([
      { string: 0, total: 5000, matches: [0, 2, 4].map((offset) => ({ offset, length: 2 })) },
    ]);
    expect(scan(engine, rules, data, { maxMatches: 0 }).matches[0]!.strings[0]).toMatchObject({
      total: 5000,
      matches: [],
    });
    expect(scan(engine, rules, data, { maxMatches: 10_000 }).matches[0]!.strings[0]!.matches).toHaveLength(
      5000,
    );
  });

  test("of an empty file", () => {
    expect(matching(engine, "rule r { condition: filesize == 0 }", "")).toEqual([0]);
  });

  test("with rules that lie above 2 GiB, where addresses are negative to JavaScript", () => {
    const high = newEngine();
    high.buffer(2 ** 31 - 1);
    const rules = rulesOf(high, 'rule r { strings: $a = "needle" condition: $a and n == 1 }', { n: 0n });
    const { matches } = scan(high, rules, "a needle", { externals: { n: 1n } });
    expect(matches).toEqual([
      { rule: 0, strings: [{ string: 0, total: 1, matches: [{ offset: 2, length: 6 }] }] },
    ]);
    expect(high.load(rules.save()).count).toBe(1);
    expect(high.memoryBytes).toBeGreaterThan(2 ** 31);
    rules.free();
  });
});

describe("externals", () => {
  const compiled = { filename: "", count: 7n, share: 0.5, quick: true };
  const rules = () =>
    rulesOf(
      engine,
      `rule named { condition: filename == "a b" }
       rule counted { condition: count == 9223372036854775807 }
       rule shared { condition: share == 2.0 }
       rule slow { condition: not quick }
       rule as_compiled { condition: filename == "" and count == 7 and share == 0.5 and quick }
       rule letters { condition: filename matches /^\\xc3\\xa4$/ }`,
      compiled,
    );
  const numbers = (
    held: ReturnType<typeof rules>,
    externals?: Readonly<Record<string, string | number | bigint | boolean>>,
  ) => scan(engine, held, "", externals ? { externals } : {}).matches.map(({ rule }) => rule);

  test("hold for one scan, then those of compile time are back", () => {
    const held = rules();
    expect(numbers(held)).toEqual([4]);
    expect(numbers(held, { filename: "a b", count: 2n ** 63n - 1n })).toEqual([0, 1]);
    expect(numbers(held, { share: 2, quick: false })).toEqual([2, 3]);
    expect(numbers(held, { filename: "ä" })).toEqual([5]);
    expect(numbers(held)).toEqual([4]);
  });

  test("loaded rules have them as well", () => {
    const loaded = engine.load(rules().save());
    expect(numbers(loaded)).toEqual([4]);
    expect(numbers(loaded, { filename: "a b" })).toEqual([0]);
    expect(numbers(loaded)).toEqual([4]);
  });

  test.each([
    ["unknown", { other: 1 }, 'the rules know no external "other"'],
    ["of another type", { filename: 1 }, 'the external "filename" has another type'],
    ["a float for an integer", { count: 1.5 }, 'the external "count" has another type'],
    ["too large", { count: 2n ** 63n }, 'the external "count" is beyond 64 bits: 9223372036854775808'],
    ["with a zero byte", { filename: "a\0b" }, 'the external "filename" has a zero byte in it'],
  ])("%s: refused, and the next scan is as before", (_, externals, message) => {
    const held = rules();
    expect(() => numbers(held, externals)).toThrow(message);
    expect(numbers(held)).toEqual([4]);
  });

  test("are refused in the same way when rules are compiled", () => {
    expect(() => rulesOf(engine, "", { a: "x\0" })).toThrow('the external "a" has a zero byte in it');
    expect(() => rulesOf(engine, "", { a: -(2n ** 63n) - 1n })).toThrow("beyond 64 bits");
  });
});

describe("a scanner is used again", () => {
  test("the entry point is that of the file", () => {
    const rules = rulesOf(
      engine,
      "rule r { condition: entrypoint == 0x200 } rule e { condition: entrypoint == 0x80 }",
    );
    const number = (data: Uint8Array | string) => scan(engine, rules, data).matches.map(({ rule }) => rule);
    expect(number(peFile())).toEqual([0]);
    expect(number(elfFile())).toEqual([1]);
    expect(number("text")).toEqual([]);
    expect(number(peFile())).toEqual([0]);
  });

  test("values of modules are those of the file", () => {
    const rules = rulesOf(
      engine,
      'import "pe" import "elf" rule p { condition: pe.is_pe } rule e { condition: defined elf.type }',
    );
    const number = (data: Uint8Array | string) => scan(engine, rules, data).matches.map(({ rule }) => rule);
    expect(number(peFile())).toEqual([0]);
    expect(number(elfFile())).toEqual([1]);
    expect(number("")).toEqual([]);
  });

  test("two sets of rules in turns", () => {
    const first = rulesOf(engine, 'rule a { strings: $a = "one" condition: $a }');
    const second = rulesOf(engine, 'rule b { condition: true } rule c { strings: $a = "two" condition: $a }');
    expect(scan(engine, first, "one two").matches).toHaveLength(1);
    expect(scan(engine, second, "one two").matches).toHaveLength(2);
    first.free();
    expect(scan(engine, second, "one two").matches).toHaveLength(2);
    expect(() => scan(engine, first, "")).toThrow("freed");
    first.free();
  });
});

describe("a rule that is disabled", () => {
  const source = `
    rule base { strings: $a = "base" condition: $a }
    rule needs { condition: base }
    rule inverse { condition: not base }
    rule other { strings: $a = "base" condition: $a }`;
  const rules = rulesOf(engine, source);
  const numbers = () => scan(engine, rules, "base").matches.map(({ rule }) => rule);

  test("is left out, is undefined to others, and comes back", () => {
    expect(numbers()).toEqual([0, 1, 3]);
    rules.setEnabled(0, false);
    // "not" of what is undefined is undefined.
    expect(numbers()).toEqual([3]);
    rules.setEnabled(0, false);
    rules.setEnabled(0, true);
    expect(numbers()).toEqual([0, 1, 3]);
    expect(() => rules.setEnabled(4, false)).toThrow("there is no rule 4: there are 4");
  });

  test("does not take a namespace with it if it is global", () => {
    const held = rulesOf(engine, "global rule never { condition: false } rule always { condition: true }");
    const matches = () => scan(engine, held, "").matches.map(({ rule }) => rule);
    expect(matches()).toEqual([]);
    held.setEnabled(0, false);
    expect(matches()).toEqual([1]);
    held.setEnabled(0, true);
    expect(matches()).toEqual([]);
  });

  test("is not searched for: a string of it that spoils scans no longer does", () => {
    const held = rulesOf(
      engine,
      `rule bad { strings: $a = ${TOO_MANY_FIBERS} condition: $a } rule good { condition: true }`,
    );
    expect(scan(engine, held, FIBERS).givenUp).toHaveLength(1);
    held.setEnabled(0, false);
    expect(scan(engine, held, FIBERS).givenUp).toEqual([]);
  });

  test("is saved as if it was enabled", () => {
    rules.setEnabled(1, false);
    const loaded = engine.load(rules.save());
    expect(scan(engine, loaded, "base").matches.map(({ rule }) => rule)).toEqual([0, 1, 3]);
    expect(numbers()).toEqual([0, 3]);
    rules.setEnabled(1, true);
  });
});

/** Each `b` behind the `a` waits for a `c`: more than libyara follows at a time (1,024). */
const TOO_MANY_FIBERS = "/a.{0,3000}b.{0,3000}c/";
const FIBERS = `a${"b".repeat(1100)}`;

describe("strings that the engine gives up on are named", () => {
  test("too many fibers: the rest of the rules are evaluated", () => {
    const rules = rulesOf(
      engine,
      `rule a { strings: $ok = "ab" $bad = ${TOO_MANY_FIBERS} condition: any of them }
       rule b { strings: $worse = /a.{0,3000}b.{0,3001}d/ condition: $worse }
       rule c { strings: $ok = "bb" condition: #ok == 1099 }`,
    );
    const result = scan(engine, rules, FIBERS);
    expect(result.outcome).toBe("done");
    expect(result.matches.map(({ rule }) => rule)).toEqual([0, 2]);
    const reason = "its regular expression needs too many fibers";
    expect(result.givenUp).toEqual([
      { rule: 0, string: 1, reason },
      { rule: 1, string: 0, reason },
    ]);
    // The next file is searched for all of them.
    expect(scan(engine, rules, "a1b2c").matches[0]!.strings.map(({ string }) => string)).toEqual([1]);
  });

  test("too many fibers in a condition: no rule can be named", () => {
    const rules = rulesOf(engine, `rule a { condition: text matches ${TOO_MANY_FIBERS} }`, { text: "" });
    expect(scan(engine, rules, "", { externals: { text: FIBERS } })).toMatchObject({
      outcome: "fibers",
      matches: [],
    });
    expect(scan(engine, rules, "", { externals: { text: "abc" } })).toMatchObject({
      outcome: "done",
      matches: [{ rule: 0 }],
    });
  });

  test("more than a million matches", () => {
    const rules = rulesOf(
      engine,
      'rule many { strings: $a = "y" $b = "x" condition: any of them } rule chained { strings: $a = { 78 [0-5000] 7a } condition: $a }',
    );
    const data = new Uint8Array(1_000_002).fill(0x78);
    const result = scan(engine, rules, data, { maxMatches: 1 });
    expect(result.outcome).toBe("done");
    expect(result.matches).toEqual([
      { rule: 0, strings: [{ string: 1, total: 1_000_000, matches: [{ offset: 0, length: 1 }] }] },
    ]);
    const reason = "it has more than 1,000,000 matches";
    expect(result.givenUp).toEqual([
      { rule: 0, string: 1, reason },
      { rule: 1, string: 0, reason },
    ]);
    expect(scan(engine, rules, data.subarray(0, 1_000_000), { maxMatches: 1 }).givenUp).toEqual([]);
  });
});
