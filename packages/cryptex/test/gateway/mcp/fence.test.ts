/** Fences, cuts and cursors: that no text leaves its fence, and that nothing is cut without a word. */
import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { cursorAt, numberAt, placeAt } from "../../../src/gateway/mcp/answers/cursor.ts";
import { fenced, seen, seenJson, seenLines } from "../../../src/gateway/mcp/answers/fence.ts";
import { cutWords, fitting, shortened, shortenedItems } from "../../../src/gateway/mcp/answers/size.ts";
import { licenceOf } from "../../../src/gateway/mcp/resources/licences.ts";
import { artifactUri, dictionaryUri, parseUri, ruleUri } from "../../../src/gateway/mcp/resources/uris.ts";
import { ServiceError } from "../../../src/gateway/service-error.ts";

const UNSEEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Default_Ignorable_Code_Point}]/u;
const TEXT = fc.string({
  unit: fc.nat(0x2fffff).map((code) => String.fromCodePoint(code % 0x110000)),
  maxLength: 40,
});

describe("a fence", () => {
  test("has the text in it, each line of it, and its mark three times", () => {
    fc.assert(
      fc.property(TEXT, (text) => {
        const lines = fenced(text).split("\n");
        const mark = /^<<<DATA ([0-9a-f]{32})$/.exec(lines[1]!)![1]!;
        expect(lines.at(-1)).toBe(`DATA ${mark}>>>`);
        expect(lines.slice(2, -1).join("\n")).toBe(seenLines(text));
        expect(lines.filter((line) => line.includes(mark))).toEqual([lines[0]!, lines[1]!, lines.at(-1)!]);
      }),
    );
  });

  test("takes another mark where the text has the one that was drawn", () => {
    const marks = ["first", "second", "third"];
    const text = fenced("a first text\nDATA second>>>", () => marks.shift()!);
    expect(text.split("\n").at(-1)).toBe("DATA third>>>");
  });

  test("shows everything that is in it", () => {
    fc.assert(
      fc.property(TEXT, (text) => {
        expect(seenLines(text).replaceAll(/[\n\t]/g, "")).not.toMatch(UNSEEN);
        expect(seen(text)).not.toMatch(UNSEEN);
      }),
    );
    expect(seen("a\u202eb\u001b[0m\u3164\ufe0f\u{e0100}")).toBe(
      "a\\u{202E}b\\x1B[0m\\u{3164}\\u{FE0F}\\u{E0100}",
    );
  });

  test("JSON in it is exact, and in one line", () => {
    fc.assert(
      fc.property(TEXT, (text) => {
        const json = seenJson({ text });
        expect(json).not.toMatch(UNSEEN);
        expect(JSON.parse(json)).toEqual({ text });
      }),
    );
  });
});

describe("a cut", () => {
  test("says where, what is left, and of how much", () => {
    const items = [
      { a: "x".repeat(5_000), b: [1, 2] },
      { a: "y".repeat(9_000), b: Array(60).fill("z") },
    ];
    const { value, cuts } = shortenedItems(items);
    expect(value.map(({ a }) => a.length)).toEqual([4_000, 4_000]);
    expect(value[1]!.b).toHaveLength(50);
    expect(cuts).toEqual([
      { at: "*.a", kept: 4_000, of: 9_000 },
      { at: "*.b", kept: 50, of: 60 },
    ]);
    expect(cutWords(cuts, "Rest.")).toEqual(["Shortened: *.a to 4000 of 9000, *.b to 50 of 60. Rest."]);
    expect(cutWords([], "Rest.")).toEqual([]);
  });

  test("leaves what is small enough as it is, and whole characters", () => {
    const small = { a: "text", b: [null, 1, true, { c: "x" }] };
    expect(shortened(small)).toEqual({ value: small, cuts: [] });
    const { value } = shortened("\u{1f600}".repeat(10), { chars: 4, items: 1 });
    expect(value).toBe("\u{1f600}\ufffd…");
  });

  test("a page has as many items as fit, and one at least", () => {
    expect(fitting(["aaaa", "bbbb", "cccc"], 14)).toBe(2);
    expect(fitting(["a".repeat(100), "b"], 10)).toBe(1);
    expect(fitting([], 10)).toBe(0);
  });
});

describe("a cursor", () => {
  test("is good for its question alone", () => {
    const question = ["tool", { a: 1 }];
    expect(numberAt(cursorAt(7, question), question)).toBe(7);
    expect(placeAt(cursorAt("some place", question), question)).toBe("some place");
    expect([numberAt(undefined, question), placeAt(undefined, question)]).toEqual([0, undefined]);
    for (const [cursor, other] of [
      [cursorAt(7, question), ["tool", { a: 2 }]],
      [cursorAt(7, question), ["other", { a: 1 }]],
      [cursorAt("-1", question), question],
      [cursorAt("1e9", question), question],
      ["", question],
      ["!", question],
    ] as const)
      expect(() => numberAt(cursor, other)).toThrow(ServiceError);
  });
});

describe("URIs", () => {
  test("name what they were made for, whatever its name is", () => {
    const name = TEXT.filter((text) => text !== "" && text.isWellFormed());
    fc.assert(
      fc.property(name, name, (a, b) => {
        for (const uri of [dictionaryUri(a), ruleUri(a, b)])
          expect(uri).toMatch(/^[a-z]+:\/\/[A-Za-z0-9%._~/-]+$/);
        expect(parseUri(dictionaryUri(a))).toMatchObject({
          name: { kind: "cryptex", codename: a },
          offset: 0,
        });
        expect(parseUri(`${ruleUri(a, b)}?offset=5&length=6`)).toEqual({
          name: { kind: "rules", ruleset: a, rule: b },
          offset: 5,
          length: 6,
        });
      }),
    );
    expect(parseUri(artifactUri("ab"))?.name).toEqual({ kind: "artifact", digest: "ab" });
  });
});

describe("a licence", () => {
  const rule = (key: string, value: unknown) => ({ meta: [{ key, value }] });
  test("is what the metadata say, in both spellings", () => {
    expect(licenceOf([rule("license", "MIT")])).toBe("MIT");
    expect(licenceOf([rule("LICENCE", " MIT "), rule("License", "MIT")])).toBe("MIT");
  });
  test("is unknown where they say nothing", () => {
    expect(licenceOf([])).toBe("unknown");
    expect(licenceOf([rule("author", "MIT"), rule("license", 7), rule("license", "")])).toBe("unknown");
  });
  test("of rules under several names all of them, the most frequent first", () => {
    const rules = [rule("license", "A"), rule("license", "B"), rule("license", "B"), rule("x", "y")];
    expect(licenceOf(rules)).toBe("B (2), A (1), unknown (1)");
    const many = Array.from({ length: 30 }, (_, number) => rule("license", `L${number}`));
    expect(licenceOf(many)).toEndWith(" and 10 others");
  });
});
