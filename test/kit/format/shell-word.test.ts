import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { shellWord, splitWords } from "#kit/format/shell-word.ts";

describe("words of a command line", () => {
  test.each([
    ["infnoise --raw", ["infnoise", "--raw"]],
    ["  a\t b\n", ["a", "b"]],
    ["", []],
    ["'a b'1 \"d e\"2", ["a b1", "d e2"]],
    ["'' \"\"", ["", ""]],
    [String.raw`a\ b "q\"\\\$\n"`, ["a b", String.raw`q"\$\n`]],
    ["sh -c 'a | b > c; $x'", ["sh", "-c", "a | b > c; $x"]],
    ["*.bin ~ #", ["*.bin", "~", "#"]],
    ["a\\\nb \\\n c", ["ab", "c"]],
    ['"a\\\nb" "c\\\\\nd"', ["ab", "c\\\nd"]],
    ["a\u00a0b\r", ["a\u00a0b\r"]],
  ])("%j", (line, words) => {
    expect(splitWords(line)).toEqual(words);
  });

  test.each(["a 'b", 'a "b', "a \\", '"\\"'])("a quote without its end: %j", (line) => {
    expect(() => splitWords(line)).toThrow("ends it");
  });

  test.each(["a | b", "a > b", "a; b", "a & b", "$HOME/x", "`a`", '"$x"', '"`x`"', "(a)"])(
    "for a shell only: %j",
    (line) => {
      expect(() => splitWords(line)).toThrow("is for a shell");
    },
  );

  test("are the same after they were quoted, whatever they are", () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: "binary" })), (words) => {
        expect(splitWords(words.map(shellWord).join(" "))).toEqual(words);
      }),
    );
  });
});
