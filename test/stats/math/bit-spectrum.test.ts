/** The spectrum in parts against the transform as a whole. */
import { expect, test } from "bun:test";
import fc from "fast-check";
import { type BitString, bitString } from "../../../src/stats/bits.ts";
import { countBelow } from "../../../src/stats/math/bit-spectrum.ts";
import { realTransform } from "../../../src/stats/math/real-transform.ts";

/** Bits without pattern, the same every time. */
function bitsOf(n: number, seed = 1): BitString {
  let state = seed >>> 0;
  const bytes = Uint8Array.from({ length: Math.ceil(n / 8) }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state >>> 24;
  });
  return bitString(bytes, n);
}

/** Squared moduli of the first ⌊n/2⌋ values. */
function moduli({ bytes, length }: BitString): Float64Array {
  const signs = Float64Array.from({ length }, (_, i) => ((bytes[i >> 3]! >> (7 - (i & 7))) & 1) * 2 - 1);
  const spectrum = realTransform(signs);
  return Float64Array.from(
    { length: Math.floor(length / 2) },
    (_, k) => spectrum[2 * k]! ** 2 + spectrum[2 * k + 1]! ** 2,
  );
}

/** Compares the counts at limits between the moduli, where rounding decides nothing. */
function compare(bits: BitString): void {
  const sorted = moduli(bits).sort();
  for (const share of [0, 0.05, 0.5, 0.95, 1]) {
    const at = Math.round(share * (sorted.length - 1));
    const above = sorted[at + 1] ?? sorted[at]! * 2 + 2;
    const limit = (sorted[at]! + above) / 2;
    if (above - sorted[at]! < 1e-9 * bits.length ** 2) continue;
    expect(countBelow(bits, limit), `n = ${bits.length}, limit ${limit}`).toBe(at + 1);
  }
}

test("every length up to 400", () => {
  for (let n = 2; n <= 400; n++) compare(bitsOf(n, n));
});

test.each([1009, 8 * 1009, 16 * 61, 48 * 67, 8 * 101 * 3, 2 ** 14, 10_000, 30_011])("n = %d", (n) => {
  compare(bitsOf(n));
});

test("any bits of any length", () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 1, maxLength: 300 }), fc.nat(7), (bytes, less) => {
      const n = Math.max(2, 8 * bytes.length - less);
      compare(bitString(bytes, n));
    }),
  );
});

test("all values but none below 0, all below what no value can reach", () => {
  const bits = bitsOf(999);
  expect(countBelow(bits, 0)).toBe(0);
  expect(countBelow(bits, 999 ** 2 + 1)).toBe(499);
});
