import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { encoder, type Format } from "../../src/cli/encode.ts";

function encodeAll(format: Format, pieces: readonly Uint8Array[]): Buffer {
  const encode = encoder(format);
  return Buffer.concat([...pieces.map((piece) => Buffer.from(encode.encode(piece))), encode.end()]);
}

const pieces = fc.array(fc.uint8Array({ maxLength: 50 }), { maxLength: 20 });

describe("encoder", () => {
  test("hex and base64 are those of the whole, however it is cut", () => {
    fc.assert(
      fc.property(pieces, (parts) => {
        const whole = Buffer.concat(parts);
        expect(encodeAll("raw", parts)).toEqual(whole);
        expect(encodeAll("hex", parts).toString()).toBe(whole.toString("hex"));
        expect(encodeAll("base64", parts).toString()).toBe(whole.toString("base64"));
      }),
      { seed: 3 },
    );
  });
});
