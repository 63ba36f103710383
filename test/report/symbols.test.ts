import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { packLowBits } from "../../src/conditioning/pack-bits.ts";
import { unpackSymbols } from "../../src/report/symbols.ts";

describe("unpackSymbols", () => {
  test("undoes packing, for every width", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 8 }), fc.uint8Array({ maxLength: 80 }), (bits, raw) => {
        const symbols = raw.map((symbol) => symbol & ((1 << bits) - 1));
        const unpacked = unpackSymbols(packLowBits(symbols, bits).bytes, bits);
        // Up to seven bits of padding may look like further symbols.
        expect([...unpacked.subarray(0, symbols.length)]).toEqual([...symbols]);
        expect(unpacked.length - symbols.length).toBeLessThan(8 / bits);
      }),
      { seed: 1, numRuns: 200 },
    );
  });

  test("refuses other widths", () => {
    for (const bits of [0, 9, 1.5]) expect(() => unpackSymbols(new Uint8Array(1), bits)).toThrow(RangeError);
  });
});
