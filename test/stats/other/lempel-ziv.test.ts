import { expect, test } from "bun:test";
import fc from "fast-check";
import { bitString } from "../../../src/stats/bits.ts";
import { countComponents, lempelZivComplexity } from "../../../src/stats/other/lempel-ziv.ts";
import { aesBytes, BAD } from "./sample-data.ts";

function parse(text: string) {
  const padded = text.padEnd(Math.ceil(text.length / 8) * 8, "0");
  const bytes = Uint8Array.from(padded.match(/.{8}/g) ?? [], (byte) => Number.parseInt(byte, 2));
  return bitString(bytes, text.length);
}

/** The definition, word by word. */
function byDefinition(text: string): number {
  let components = 0;
  for (let at = 0; at < text.length; components++) {
    let length = 1;
    while (
      at + length <= text.length &&
      text.slice(0, at + length - 1).includes(text.slice(at, at + length))
    ) {
      length++;
    }
    at += length;
  }
  return components;
}

test("the paper's example has six components: 0·001·10·100·1000·101", () => {
  expect(countComponents(parse("0001101001000101"))).toBe(6);
});

test("any bits, against the definition", () => {
  // Words over few letters repeat, which is where states are split.
  const pieces = fc.array(fc.constantFrom("0", "1", "01", "001", "0110", "11111111"), { maxLength: 40 });
  fc.assert(
    fc.property(pieces, (words) => {
      const text = words.join("");
      expect(countComponents(parse(text))).toBe(byDefinition(text));
    }),
    { seed: 2, numRuns: 1000 },
  );
});

test("random bits come out near 1, simple ones near 0", () => {
  const value = (bytes: Uint8Array) => {
    const result = lempelZivComplexity(bitString(bytes));
    if (result.kind !== "estimate") throw new Error(result.kind);
    return result.value;
  };
  expect(value(aesBytes(1, 125_000))).toBeCloseTo(1.01, 1);
  expect(value(BAD["constant"]!(125_000))).toBeLessThan(1e-4);
  expect(value(BAD["counter"]!(125_000))).toBeLessThan(0.01);
  expect(value(BAD["repeated block"]!(125_000))).toBeLessThan(0.1);
});

test("fewer than 1,000 bits are refused, more than 1,000,000 not read", () => {
  expect(lempelZivComplexity(bitString(new Uint8Array(124))).kind).toBe("not-applicable");
  expect(lempelZivComplexity(bitString(new Uint8Array(125))).kind).toBe("estimate");
  expect(lempelZivComplexity(bitString(new Uint8Array(200_000))).n).toBe(1_000_000);
});
