/** Values come back from text as they went in, to the last bit. */
import { expect, test } from "bun:test";
import fc from "fast-check";
import { exactText, exactValue } from "../../src/fleet/exact-text.ts";

const anyNumber = fc.oneof(
  fc.double(),
  fc.constantFrom(NaN, Infinity, -Infinity, -0, 0, 5e-324, 1.7976931348623157e308),
);

const anyArray = fc.oneof(
  fc.uint8Array(),
  fc.uint8ClampedArray(),
  fc.int8Array(),
  fc.int16Array(),
  fc.uint16Array(),
  fc.int32Array(),
  fc.uint32Array(),
  fc.float32Array(),
  fc.float64Array(),
  fc.bigInt64Array(),
  fc.bigUint64Array(),
);

const { value: anyValue } = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: "small" },
    anyNumber,
    fc.string({ unit: "binary" }),
    fc.boolean(),
    fc.constantFrom(null, undefined),
    fc.bigInt(),
    anyArray,
    fc.array(tie("value")),
    fc.dictionary(fc.oneof(fc.string(), fc.constantFrom("$", "v", "__proto__", "constructor")), tie("value")),
  ),
}));

/** Compares also what `toEqual` takes for the same: −0 and 0, what is undefined and what is not there. */
function same(a: unknown, b: unknown): boolean {
  return Bun.deepEquals(a, b, true) && JSON.stringify(shapeOf(a)) === JSON.stringify(shapeOf(b));
}

function shapeOf(value: unknown): unknown {
  if (typeof value === "number") return Object.is(value, -0) ? "-0" : String(value);
  if (typeof value !== "object" || value === null) return `${typeof value} ${String(value)}`;
  if (ArrayBuffer.isView(value))
    return [value.constructor.name, [...new Uint8Array(value.buffer, value.byteOffset, value.byteLength)]];
  return [Array.isArray(value), Object.entries(value).map(([key, item]) => [key, shapeOf(item)])];
}

test("any value comes back, with the order of its members", () => {
  fc.assert(
    fc.property(anyValue, (value) => {
      const text = exactText(value);
      expect(text.isWellFormed() && !text.includes("\0")).toBe(true); // or no ledger keeps it
      const back = exactValue(text);
      expect(same(back, value)).toBe(true);
      expect(exactText(back)).toBe(text);
    }),
    { seed: 1, numRuns: 2_000 },
  );
});

test("a part of a larger memory travels alone", () => {
  const whole = Float64Array.from([1, 2, 3, 4]);
  expect(exactValue(exactText(whole.subarray(1, 3)))).toEqual(Float64Array.from([2, 3]));
});

test("bytes may travel apart", () => {
  const apart: Uint8Array[] = [];
  const value = { a: new Uint8Array(10).fill(7), b: [new Uint8Array(2)] };
  const text = exactText(value, (bytes) => (bytes.length > 5 ? apart.push(bytes) - 1 : undefined));
  expect(text.length).toBeLessThan(80);
  expect(exactValue(text, (number) => apart[number]!)).toEqual(value);
  expect(() => exactValue(text)).toThrow("no bytes have come");
});

test("what is no value, and a text that is none, are refused", () => {
  for (const value of [() => 1, Symbol("s"), new Map(), new Date(0), new DataView(new ArrayBuffer(1))]) {
    expect(() => exactText([value])).toThrow("is no value that travels");
  }
  for (const text of [
    "",
    "{",
    '{"$":"Map","v":""}',
    '{"$":"constructor"}',
    '{"$":"Float64Array","v":"AAAA"}',
    '{"$":"bigint","v":"x"}',
  ]) {
    expect(() => exactValue(text), text).toThrow();
  }
});
