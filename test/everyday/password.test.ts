import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import {
  alphabetOf,
  CLASSES,
  classOf,
  parseAlphabet,
  requireChoice,
  withoutLookalikes,
} from "../../src/everyday/alphabet.ts";
import { passphrase, passphraseBits, WORDS, wordsFor } from "../../src/everyday/passphrase.ts";
import { MOST_LENGTH, Passwords } from "../../src/everyday/password.ts";
import { countResults, ScriptedDraws, spreadOf } from "../support/scripted-draws.ts";

/** Every text of a length. */
function textsOf(alphabet: readonly string[], length: number): string[] {
  if (length === 0) return [""];
  return textsOf(alphabet, length - 1).flatMap((text) => alphabet.map((character) => text + character));
}

describe("passwords", () => {
  test("numbers give each password that has what is required, once, and no other", () => {
    const alphabets = fc.uniqueArray(fc.constantFrom(..."abAB12!?"), { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(alphabets, fc.nat({ max: 15 }), fc.nat({ max: 4 }), (alphabet, mask, length) => {
        const required = CLASSES.filter(
          (each, i) => mask & (1 << i) && alphabet.some((character) => classOf(character) === each),
        );
        const passwords = new Passwords(alphabet, required);
        const fitting = textsOf(alphabet, length).filter((text) =>
          required.every((each) => [...text].some((character) => classOf(character) === each)),
        );
        const count = passwords.count(length);
        expect(count).toBe(BigInt(fitting.length));
        const all = Array.from({ length: Number(count) }, (_, i) => passwords.at(BigInt(i), length));
        expect(all.sort()).toEqual(fitting.sort());
        if (count > 0n) expect(passwords.bits(length)).toBeCloseTo(Math.log2(fitting.length), 10);
      }),
      { seed: 7, numRuns: 200 },
    );
  });

  test("all streams of a byte give each password equally often", async () => {
    const passwords = new Passwords([..."aB1"], ["upper"]);
    const counts = await countResults(1, 256, (draws) => passwords.draw(2, draws));
    expect(spreadOf(counts)).toEqual({ results: 3 ** 2 - 2 ** 2, each: [32] });
  });

  test("the figures of what people ask for", () => {
    expect(new Passwords(alphabetOf(["lower", "upper", "digits"]), []).bits(22)).toBeCloseTo(
      22 * Math.log2(62),
      9,
    );
    const all = new Passwords(alphabetOf(CLASSES), CLASSES);
    // 94⁴ less those without one class, and so on, is 4! × 26 × 26 × 10 × 32.
    expect(all.count(4)).toBe(24n * 26n * 26n * 10n * 32n);
    expect(all.bits(4)).toBeCloseTo(Math.log2(24 * 26 * 26 * 10 * 32), 10);
  });

  test("the length for some bits is the least one, also with what is required", () => {
    for (const required of [[], CLASSES]) {
      const passwords = new Passwords(alphabetOf(CLASSES), required);
      for (const bits of [1, 30, 128, 256, 4096]) {
        const length = passwords.lengthFor(bits);
        expect(passwords.count(length)).toBeGreaterThanOrEqual(1n << BigInt(bits));
        expect(passwords.count(length - 1)).toBeLessThan(1n << BigInt(bits));
      }
    }
    expect(new Passwords(["0", "1"], []).lengthFor(128)).toBe(128);
    expect(() => new Passwords(["0", "1"], []).lengthFor(MOST_LENGTH + 1)).toThrow(
      "more than 1024 characters",
    );
  });

  test("the longest ones are made whole", () => {
    const passwords = new Passwords(alphabetOf(CLASSES), CLASSES);
    const text = passwords.at(passwords.count(MOST_LENGTH) - 1n, MOST_LENGTH);
    expect(text.length).toBe(MOST_LENGTH);
    expect(new Set([...text].map(classOf)).size).toBe(4);
  });

  test("what cannot be is refused", () => {
    expect(() => new Passwords([..."abc"], ["digits"])).toThrow("the alphabet has no digits");
    expect(() => new Passwords(alphabetOf(CLASSES), CLASSES).bits(3)).toThrow("no room for one of each");
    expect(() => requireChoice(["a"])).toThrow("leaves no choice");
    expect(() => requireChoice([])).toThrow("leaves no choice");
  });
});

describe("alphabets", () => {
  test("classes are those of ASCII, 94 characters in all, and each is of its class", () => {
    const all = alphabetOf(CLASSES);
    expect(all.length).toBe(94);
    expect(new Set(all).size).toBe(94);
    expect(all.every((character) => character > " " && character < "\x7f")).toBe(true);
    for (const each of CLASSES) expect(alphabetOf([each]).every((c) => classOf(c) === each)).toBe(true);
    expect(withoutLookalikes(alphabetOf(["digits"])).join("")).toBe("34679");
  });

  test("of one's own may have any characters that stand for themselves", () => {
    expect(parseAlphabet("äß😀 ", "--alphabet")).toEqual(["ä", "ß", "😀", " "]);
    expect(classOf("ä")).toBe("lower");
    expect(classOf("Ω")).toBe("upper");
    expect(classOf("٣")).toBe("digits");
    expect(classOf("漢")).toBe("symbols");
  });

  for (const [text, reason] of [
    ["abca", "'a' is there twice"],
    ["Åx\u212b", "'Å' is there twice"],
    ["a\u0300b\u0300\u0300", "U+0300"],
    ["a\nb", "U+000A"],
    ["a\u200db", "U+200D"],
    ["a\ud800b", "U+D800"],
    ["\uac00\u1100a\u1161", "U+1100"],
    ["🇦🇧", "U+1F1E6"],
    ["👍🏻", "U+1F3FB"],
    ["a\ufffdb", "not UTF-8"],
    [String.fromCodePoint(...Array.from({ length: 10_001 }, (_, i) => 0x20_000 + i)), "10000 are the most"],
  ] as const) {
    test(`${JSON.stringify(text.slice(0, 8))} is refused: ${reason}`, () => {
      expect(() => parseAlphabet(text, "--alphabet")).toThrow(reason);
    });
  }
});

describe("passphrases", () => {
  test("the list has 7,776 different words, and none begins with another one", () => {
    expect(WORDS.length).toBe(6 ** 5);
    const sorted = [...WORDS].sort();
    expect(new Set(sorted).size).toBe(WORDS.length);
    expect(sorted.filter((word, i) => sorted[i + 1]?.startsWith(word))).toEqual([]);
    expect(WORDS.every((word) => /^[a-z-]{3,9}$/.test(word))).toBe(true);
  });

  test("all streams of two bytes give each word equally often, in the form that is wished", async () => {
    const form = { words: 1, separator: "-", capitalize: true };
    const counts = await countResults(2, 256, (draws) => passphrase(form, draws));
    expect(spreadOf(counts)).toEqual({ results: 7776, each: [8] });
    expect(counts.has("Yo-yo")).toBe(true);
  });

  test("words stand apart by the separator", async () => {
    const draws = () => new ScriptedDraws(Uint8Array.of(0, 0, 0, 1, 0, 2));
    const of = (separator: string) => passphrase({ words: 3, separator, capitalize: false }, draws());
    expect(await of(" ")).toBe("abacus abdomen abdominal");
    expect(await of("")).toBe("abacusabdomenabdominal");
  });

  test("hold 12.9 bits a word", () => {
    expect(passphraseBits(6)).toBeCloseTo(77.549, 3);
    expect([77, 78, 128, 1].map(wordsFor)).toEqual([6, 7, 10, 1]);
  });
});
