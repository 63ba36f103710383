import { expect, test } from "bun:test";
import fc from "fast-check";
import { xorFold } from "../../src/conditioning/xor-fold.ts";

test("folds groups from the least significant bit", () => {
  expect(xorFold(Uint8Array.of(0b11_010_110), 8, 3)).toEqual(Uint8Array.of(0b111));
  expect(xorFold(Uint8Array.of(0xa5, 0xff, 0x0f), 8, 4)).toEqual(Uint8Array.of(0xf, 0, 0xf));
  expect(xorFold(Uint8Array.of(0b0111, 0b0011), 8, 1)).toEqual(Uint8Array.of(1, 0));
});

test("to the same width it only cuts off what lies above", () => {
  expect(xorFold(Uint8Array.of(0xff, 0x12), 4, 4)).toEqual(Uint8Array.of(0x0f, 0x02));
});

test("one symbol out for each in, below 2^outBits, linear over XOR", () => {
  const width = fc.integer({ min: 1, max: 8 });
  fc.assert(
    fc.property(fc.uint8Array(), fc.uint8Array(), width, width, (a, b, x, y) => {
      const symbolBits = Math.max(x, y);
      const outBits = Math.min(x, y);
      const n = Math.min(a.length, b.length);
      const sum = Uint8Array.from({ length: n }, (_, i) => a[i]! ^ b[i]!);
      const folded = [a, b, sum].map((symbols) => xorFold(symbols, symbolBits, outBits));
      expect(folded[0]).toHaveLength(a.length);
      expect(folded[0]!.every((symbol) => symbol < 2 ** outBits)).toBe(true);
      for (let i = 0; i < n; i++) expect(folded[2]![i]).toBe(folded[0]![i]! ^ folded[1]![i]!);
    }),
    { seed: 7 },
  );
});

test("one bit out is the parity of the symbol", () => {
  for (let symbol = 0; symbol < 256; symbol++) {
    const parity = symbol.toString(2).replaceAll("0", "").length % 2;
    expect(xorFold(Uint8Array.of(symbol), 8, 1)[0]).toBe(parity);
  }
});

test("widths out of range are refused", () => {
  expect(() => xorFold(new Uint8Array(1), 4, 5)).toThrow(RangeError);
  expect(() => xorFold(new Uint8Array(1), 0, 0)).toThrow(RangeError);
  expect(() => xorFold(new Uint8Array(1), 9, 1)).toThrow(RangeError);
});
