import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { commonPrefixLengths, suffixArray } from "../../../src/stats/math/suffix-array.ts";

function plainSuffixArray(text: ArrayLike<number>): number[] {
  const letters = Array.from(text, (symbol) => String.fromCharCode(symbol)).join("");
  return Array.from(text, (_, i) => i).sort((a, b) => (letters.slice(a) < letters.slice(b) ? -1 : 1));
}

function plainCommonPrefix(text: ArrayLike<number>, a: number, b: number): number {
  let length = 0;
  while (Math.max(a, b) + length < text.length && text[a + length] === text[b + length]) length++;
  return length;
}

describe("suffix array", () => {
  test("orders the suffixes of any text", () => {
    const texts = fc
      .integer({ min: 1, max: 6 })
      .chain((alphabetSize) =>
        fc
          .array(fc.integer({ min: 0, max: alphabetSize - 1 }), { maxLength: 60 })
          .map((text) => ({ text, alphabetSize })),
      );
    fc.assert(
      fc.property(texts, fc.boolean(), ({ text, alphabetSize }, wide) => {
        const array = wide ? Int32Array.from(text) : Uint8Array.from(text);
        const order = suffixArray(array, alphabetSize);
        expect([...order]).toEqual(plainSuffixArray(text));
        const lengths = commonPrefixLengths(array, order);
        for (let i = 0; i < text.length; i++) {
          expect(lengths[i]).toBe(i === 0 ? 0 : plainCommonPrefix(text, order[i - 1]!, order[i]!));
        }
      }),
      { seed: 1, numRuns: 500 },
    );
  });

  test("takes constant and periodic texts", () => {
    const n = 300_000;
    const constant = new Uint8Array(n);
    const order = suffixArray(constant, 1);
    expect(order.every((at, i) => at === n - 1 - i)).toBe(true);
    expect(commonPrefixLengths(constant, order).every((length, i) => length === i)).toBe(true);

    const period = Uint8Array.from({ length: n }, (_, i) => i % 3);
    const lengths = commonPrefixLengths(period, suffixArray(period, 3));
    expect(lengths.reduce((longest, length) => Math.max(longest, length), 0)).toBe(n - 3);
  });
});
