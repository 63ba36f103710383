import { expect, test } from "bun:test";
import fc from "fast-check";
import { BitPacker, bitString, packLowBits, unpackBits, unpackSymbols } from "../../src/stats/bits.ts";

test("keeps the low bits, most significant first", () => {
  expect(packLowBits(Uint8Array.of(0b1111_0101, 0b0000_0011, 0b1000_0110), 3)).toEqual({
    bytes: Uint8Array.of(0b101_011_11, 0b0_0000000),
    length: 9,
  });
  expect(packLowBits(Uint8Array.of(1, 0, 1, 1), 1)).toEqual({ bytes: Uint8Array.of(0b1011_0000), length: 4 });
  expect(packLowBits(Uint8Array.of(0xa5, 0xf3), 4)).toEqual({ bytes: Uint8Array.of(0x53), length: 8 });
});

test("eight bits are the symbols themselves, none are nothing", () => {
  const symbols = Uint8Array.of(1, 2, 255);
  expect(packLowBits(symbols, 8)).toEqual({ bytes: symbols, length: 24 });
  expect(packLowBits(new Uint8Array(0), 5)).toEqual({ bytes: new Uint8Array(0), length: 0 });
});

test("equals the concatenated binary digits, for any symbols and width", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 50 }), fc.integer({ min: 1, max: 8 }), (symbols, bits) => {
      const digits = Array.from(symbols, (s) => (s % 2 ** bits).toString(2).padStart(bits, "0")).join("");
      const { bytes, length } = packLowBits(symbols, bits);
      expect(length).toBe(digits.length);
      expect(bytes.length).toBe(Math.ceil(length / 8));
      const unpacked = Array.from(bytes, (b) => b.toString(2).padStart(8, "0")).join("");
      expect(unpacked).toBe(digits.padEnd(8 * bytes.length, "0"));
    }),
    { seed: 6 },
  );
});

test("groups of different widths share bytes", () => {
  const packer = new BitPacker(13);
  packer.push(0b101, 3);
  packer.push(0b1111_0000, 8);
  packer.push(0b01, 2);
  expect(packer.finish()).toEqual({ bytes: Uint8Array.of(0b101_11110, 0b000_01_000), length: 13 });
});

test("widths out of range are refused", () => {
  for (const bits of [0, 9, 1.5, Number.NaN])
    expect(() => packLowBits(Uint8Array.of(1), bits)).toThrow(RangeError);
});

test("unpacking undoes packing, for every width", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 8 }), fc.uint8Array({ maxLength: 80 }), (bits, raw) => {
      const symbols = raw.map((symbol) => symbol & ((1 << bits) - 1));
      const packed = packLowBits(symbols, bits);
      const unpacked = unpackSymbols(packed.bytes, bits);
      // Up to seven bits of padding may look like further symbols.
      expect([...unpacked.subarray(0, symbols.length)]).toEqual([...symbols]);
      expect(unpacked.length - symbols.length).toBeLessThan(8 / bits);
      if (bits === 1) expect(unpackBits(packed)).toEqual(symbols);
    }),
    { seed: 1, numRuns: 200 },
  );
  for (const bits of [0, 9, 1.5]) expect(() => unpackSymbols(new Uint8Array(1), bits)).toThrow(RangeError);
});

test("a string of bits is no longer than its bytes", () => {
  expect(bitString(Uint8Array.of(1, 2))).toEqual({ bytes: Uint8Array.of(1, 2), length: 16 });
  for (const length of [-1, 17, 0.5]) expect(() => bitString(new Uint8Array(2), length)).toThrow(RangeError);
});
