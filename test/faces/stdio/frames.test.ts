import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { UsageError } from "../../../src/errors.ts";
import {
  encodeFrame,
  type Frame,
  FrameReader,
  FULL_PIECE_BYTES,
  jsonBody,
  parseJsonBody,
} from "../../../src/faces/stdio/frames.ts";
import { TURN_BYTES } from "../../../src/rbg/generator.ts";

const anyFrame = fc.record({
  kind: fc.integer({ min: 0, max: 255 }),
  id: fc.nat(2 ** 32 - 1),
  body: fc.uint8Array({ maxLength: 300 }),
});

describe("frames", () => {
  test("a frame, byte by byte", () => {
    const frame = encodeFrame({ kind: 0x81, id: 0x01020304, body: Uint8Array.of(0xaa, 0xbb) });
    expect(Buffer.from(frame).toString("hex")).toBe("0700000081" + "04030201" + "aabb");
  });

  test("whatever the pieces, the same frames come out", () => {
    fc.assert(
      fc.property(
        fc.array(anyFrame, { maxLength: 5 }),
        fc.array(fc.integer({ min: 1, max: 40 })),
        (frames, cuts) => {
          const bytes = Buffer.concat(frames.map((frame) => encodeFrame(frame)));
          const reader = new FrameReader();
          const read: Frame[] = [];
          for (let at = 0, i = 0; at < bytes.length; i++) {
            const end = at + (cuts[i] ?? bytes.length);
            read.push(...reader.push(bytes.subarray(at, end)));
            at = end;
          }
          expect(reader.isInsideFrame).toBe(false);
          expect(read).toEqual(frames);
        },
      ),
    );
  });

  test("a frame owns its body", () => {
    const piece = encodeFrame({ kind: 1, id: 1, body: Uint8Array.of(1, 2, 3) });
    const [frame] = new FrameReader().push(piece);
    piece.fill(0);
    expect([...frame!.body]).toEqual([1, 2, 3]);
  });

  for (const length of [0, 4, 2 ** 21 + 1, 2 ** 32 - 1]) {
    test(`a length of ${length} is refused, before anything is kept for it`, () => {
      const head = new Uint8Array(4);
      new DataView(head.buffer).setUint32(0, length, true);
      expect(() => [...new FrameReader().push(head)]).toThrow(UsageError);
    });
  }

  test("lengths of 5 and 2^21 are accepted", () => {
    for (const length of [5, 2 ** 21]) {
      const frame = { kind: 1, id: 2, body: new Uint8Array(length - 5) };
      expect([...new FrameReader().push(encodeFrame(frame))]).toEqual([frame]);
    }
  });

  test("it is known where a stream breaks off", () => {
    const bytes = encodeFrame({ kind: 4, id: 9, body: new Uint8Array(0) });
    for (let end = 1; end < bytes.length; end++) {
      const reader = new FrameReader();
      expect([...reader.push(bytes.subarray(0, end))]).toEqual([]);
      expect(reader.isInsideFrame).toBe(true);
    }
  });

  test("JSON bodies are UTF-8, and nothing else passes", () => {
    expect(parseJsonBody(jsonBody({ a: "é" }))).toEqual({ a: "é" });
    for (const bad of [Uint8Array.of(0xff), Buffer.from("{"), new Uint8Array(0)]) {
      expect(() => parseJsonBody(bad)).toThrow(UsageError);
    }
  });
});

test("clients ask for no more full entropy at a time than one turn of the generator, for which the time limit counts", () => {
  expect(FULL_PIECE_BYTES).toBeLessThanOrEqual(TURN_BYTES);
});
