import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { loadLibrary } from "../../../ffi/index.ts";
import { encoder, type Format } from "../../../src/faces/pipe/encode.ts";
import type { Host } from "../../../src/platform/host.ts";

function encodeAll(format: Format, pieces: readonly Uint8Array[], host?: Pick<Host, "native">): Buffer {
  const encode = encoder(format, host);
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

  describe("hex by the native library", () => {
    const native = { ok: true, library: loadLibrary() } as const;
    const piece = (length: number, first: number) =>
      Uint8Array.from({ length }, (_, i) => first + 7 * i + (i >> 8));

    test("of pieces long and short in turn", () => {
      const parts = [70_000, 3, 65_536, 0, 65_535, 262_144, 70_001].map(piece);
      expect(encodeAll("hex", parts, { native }).toString()).toBe(Buffer.concat(parts).toString("hex"));
    });

    test("what was made stands until the next but one", () => {
      const encode = encoder("hex", { native });
      const parts = [0, 1, 2, 3].map((first) => piece(65_536 + 16 * first, first));
      let previous = Buffer.from(encode.encode(parts[0]!).buffer, 0, 2 * 65_536);
      for (const [i, part] of parts.slice(1).entries()) {
        const text = encode.encode(part);
        expect(previous.equals(Buffer.from(parts[i]!.toHex()))).toBe(true);
        previous = Buffer.from(text.buffer, text.byteOffset, text.length);
      }
    });

    test("every byte, any length, inside the view and nowhere else", () => {
      fc.assert(
        fc.property(fc.uint8Array({ maxLength: 300 }), fc.nat(40), (bytes, offset) => {
          const text = new Uint8Array(2 * bytes.length + 2 * offset).fill(0x21);
          native.library.writeHex(bytes, text.subarray(offset, offset + 2 * bytes.length));
          const frame = "!".repeat(offset);
          expect(Buffer.from(text).toString()).toBe(frame + bytes.toHex() + frame);
        }),
        { seed: 6 },
      );
      expect(() => native.library.writeHex(new Uint8Array(2), new Uint8Array(5))).toThrow(RangeError);
    });

    test("where there is none, as before", () => {
      const absent = { native: { ok: false, reason: "a test" } } as const;
      const parts = [piece(70_000, 1)];
      expect(encodeAll("hex", parts, absent).toString()).toBe(parts[0]!.toHex());
    });
  });
});
