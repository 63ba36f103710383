import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { Refusal } from "#kit/http/refusal.ts";
import { encodeAnu, MAX_LENGTH, parseAnuRequest } from "../../../src/faces/http/anu.ts";
import { MAX_REQUEST_BYTES } from "../../../src/faces/http/random-answer.ts";

const parse = (query: string) => parseAnuRequest(new URLSearchParams(query));

function refusal(query: string): Refusal {
  try {
    parse(query);
  } catch (error) {
    if (error instanceof Refusal) return error;
  }
  throw new Error(`${query} was not refused`);
}

describe("requests", () => {
  test("size is that of the type's elements; a given one counts for hex16 alone", () => {
    expect(parse("length=3&type=uint8")).toEqual({ type: "uint8", length: 3, size: 1 });
    expect(parse("length=3&type=uint16&size=9")).toEqual({ type: "uint16", length: 3, size: 2 });
    expect(parse("length=3&type=hex16")).toEqual({ type: "hex16", length: 3, size: 1 });
    expect(parse("type=hex16&size=1024&length=1024&_=123")).toEqual({
      type: "hex16",
      length: 1024,
      size: 1024,
    });
    expect(parse(`type=uint8&length=${MAX_LENGTH}`).length).toBe(MAX_LENGTH);
  });

  for (const [query, about] of [
    ["", "type is missing"],
    ["length=1", "type is missing"],
    ["length=1&type=", "type '' is unknown"],
    ["length=1&type=uint32", "type 'uint32' is unknown"],
    ["length=1&type=UINT8", "unknown"],
    ["length=1&type=toString", "unknown"],
    ["type=uint8", "length is missing"],
    ["type=uint8&length=", "length must be"],
    ["type=uint8&length=0", "length must be"],
    ["type=uint8&length=65537", "length must be"],
    ["type=uint8&length=-1", "length must be"],
    ["type=uint8&length=1.5", "length must be"],
    ["type=uint8&length=1e3", "length must be"],
    ["type=uint8&length=0x10", "length must be"],
    ["type=uint8&length= 5", "length must be"],
    ["type=uint8&length=٣", "length must be"],
    ["type=uint8&length=99999999999999999999", "length must be"],
    ["type=uint8&length=1&length=2", "length is given more than once"],
    ["type=hex16&length=1&size=0", "size must be"],
    ["type=hex16&length=1&size=1025", "size must be"],
    ["type=uint8&length=1&size=x", "size must be"],
    ["type=hex16&length=1025&size=1024", `at most ${MAX_REQUEST_BYTES} bytes, not ${1025 * 1024}`],
  ] as const) {
    test(`refused: ${query || "nothing"}`, () => {
      const { status, message } = refusal(query);
      expect(status).toBe(400);
      expect(message).toContain(about);
    });
  }

  test("what was sent is repeated in short", () => {
    expect(refusal(`type=${"x".repeat(10_000)}`).message.length).toBeLessThan(100);
  });
});

describe("answers hold every bit of the bytes", () => {
  const bytes = fc.uint8Array({ minLength: 1, maxLength: 300 });

  test("uint8", () => {
    fc.assert(
      fc.property(bytes, (data) => {
        const answer = JSON.parse(encodeAnu({ type: "uint8", length: data.length, size: 1 }, data));
        expect(answer).toEqual({ type: "uint8", length: data.length, data: [...data], success: true });
      }),
    );
    const most = new Uint8Array(MAX_LENGTH).fill(255);
    expect(JSON.parse(encodeAnu({ type: "uint8", length: MAX_LENGTH, size: 1 }, most)).data).toEqual([
      ...most,
    ]);
  });

  test("uint16", () => {
    fc.assert(
      fc.property(bytes, (half) => {
        const data = Buffer.concat([half, half]);
        const answer = JSON.parse(encodeAnu({ type: "uint16", length: half.length, size: 2 }, data));
        expect(answer.data).toEqual(Array.from({ length: half.length }, (_, i) => data.readUInt16BE(2 * i)));
        expect(answer).not.toHaveProperty("size");
      }),
    );
  });

  test("hex16: 2 × size lower-case digits a block", () => {
    fc.assert(
      fc.property(bytes, fc.integer({ min: 1, max: 40 }), (block, length) => {
        const size = block.length;
        const data = Buffer.concat(Array.from({ length }, () => block));
        const answer = JSON.parse(encodeAnu({ type: "hex16", length, size }, data));
        const blocks = Array.from({ length }, () => Buffer.from(block).toString("hex"));
        expect(answer).toEqual({ type: "hex16", length, size, data: blocks, success: true });
      }),
    );
  });
});
