import { expect, test } from "bun:test";
import fc from "fast-check";
import { outputWords } from "../../../../src/faces/http/dashboard/output-text.ts";

const bytes = Uint8Array.from([
  0x00, 0x01, 0xab, 0xff, 0x80, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
]);

test("hex, int and float of the same bytes", () => {
  expect(outputWords(bytes, "hex")).toEqual(["0001abff", "80000000", "ffffffff", "ffffffff"]);
  expect(outputWords(bytes, "int")).toEqual(["109567", "2147483648", "4294967295", "4294967295"]);
  // 0x1abff.8 / 2^32, and 1 - 2^-53, the largest there is.
  expect(outputWords(bytes, "float")).toEqual(["0.0000255106715485", "0.9999999999999999"]);
});

test("floats are in [0, 1), whatever the bytes", () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 8, maxLength: 8 }), (word) => {
      expect(outputWords(word, "float")[0]).toMatch(/^0\.\d{16}$/);
    }),
  );
});

test("a piece of a larger buffer, and bytes that fill no word", () => {
  expect(outputWords(bytes.subarray(2, 9), "hex")).toEqual(["abff8000"]);
  expect(outputWords(new Uint8Array(3), "int")).toEqual([]);
});
