import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { Refusal } from "#kit/http/refusal.ts";
import { anuArray } from "../../../src/faces/http/anu.ts";
import { arrayAnswer, type ElementArray, MAX_ELEMENTS } from "../../../src/faces/http/element-array.ts";
import { numbersArray } from "../../../src/faces/http/quantum-numbers.ts";
import { MAX_REQUEST_BYTES } from "../../../src/faces/http/random-answer.ts";

type Contract = (query: URLSearchParams) => ElementArray;

/** Kind, elements, and bytes of each. */
function parse(query: string, contract: Contract = anuArray): object {
  const { kind, length, size } = contract(new URLSearchParams(query));
  return { kind, length, size };
}

/** The answer that has these bytes. */
function answered(query: string, bytes: Uint8Array, contract: Contract = anuArray) {
  const answer = arrayAnswer(contract(new URLSearchParams(query)));
  expect(answer.bytes).toBe(bytes.length);
  const text = answer.whole(bytes) as string;
  if (answer.length !== undefined) expect(text.length).toBe(answer.length);
  expect(text.length).toBeLessThanOrEqual(answer.mostLength);
  return JSON.parse(text);
}

function refusal(query: string, contract: Contract = anuArray): Refusal {
  try {
    contract(new URLSearchParams(query));
  } catch (error) {
    if (error instanceof Refusal) return error;
  }
  throw new Error(`${query} was not refused`);
}

describe("requests", () => {
  test("size is that of the type's elements; a given one counts for hex16 alone", () => {
    expect(parse("length=3&type=uint8")).toEqual({ kind: "uint8", length: 3, size: 1 });
    expect(parse("length=3&type=uint16&size=9")).toEqual({ kind: "uint16", length: 3, size: 2 });
    expect(parse("length=3&type=hex16")).toEqual({ kind: "hex", length: 3, size: 1 });
    const most = "type=hex16&size=1024&length=1024&_=123";
    expect(parse(most)).toEqual({ kind: "hex", length: 1024, size: 1024 });
    expect(parse(`type=uint8&length=${MAX_ELEMENTS}`)).toMatchObject({ length: MAX_ELEMENTS });
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
        const answer = answered(`length=${data.length}&type=uint8`, data);
        expect(answer).toEqual({ type: "uint8", length: data.length, data: [...data], success: true });
      }),
    );
    const most = new Uint8Array(MAX_ELEMENTS).fill(255);
    expect(answered(`length=${MAX_ELEMENTS}&type=uint8`, most).data).toEqual([...most]);
  });

  test("uint16", () => {
    fc.assert(
      fc.property(bytes, (half) => {
        const data = Buffer.concat([half, half]);
        const answer = answered(`length=${half.length}&type=uint16`, data);
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
        const answer = answered(`length=${length}&type=hex16&size=${size}`, data);
        const blocks = Array.from({ length }, () => Buffer.from(block).toString("hex"));
        expect(answer).toEqual({ type: "hex16", length, size, data: blocks, success: true });
      }),
    );
  });
});

describe("the present contract", () => {
  test("size is in units of two digits with hex8, of four with hex16, and nothing with numbers", () => {
    const sizeOf = (query: string) => parse(`length=2&${query}`, numbersArray);
    expect(sizeOf("type=hex8&size=4")).toEqual({ kind: "hex", length: 2, size: 4 });
    expect(sizeOf("type=hex16&size=4")).toEqual({ kind: "hex", length: 2, size: 8 });
    expect(sizeOf("type=hex8")).toEqual({ kind: "hex", length: 2, size: 1 });
    expect(sizeOf("type=hex16")).toEqual({ kind: "hex", length: 2, size: 2 });
    expect(sizeOf("type=uint8&size=7")).toEqual({ kind: "uint8", length: 2, size: 1 });
    expect(sizeOf("type=uint16&size=1024&_=5")).toEqual({ kind: "uint16", length: 2, size: 2 });
  });

  test("answers have the fields of that service, in its order, and the length as a text", () => {
    const bytes = Uint8Array.of(0x00, 0x01, 0x02, 0x03, 0xfc, 0xfd, 0xfe, 0xff);
    const text = (query: string) => JSON.stringify(answered(query, bytes, numbersArray));
    expect(text("length=8&type=uint8")).toBe(
      '{"success":true,"type":"uint8","length":"8","data":[0,1,2,3,252,253,254,255]}',
    );
    expect(text("length=4&type=uint16")).toBe(
      '{"success":true,"type":"uint16","length":"4","data":[1,515,64765,65279]}',
    );
    expect(text("length=2&type=hex8&size=4")).toBe(
      '{"success":true,"type":"hex8","length":"2","data":["00010203","fcfdfeff"]}',
    );
    expect(text("length=2&type=hex16&size=2")).toBe(
      '{"success":true,"type":"hex16","length":"2","data":["00010203","fcfdfeff"]}',
    );
  });

  for (const [query, about] of [
    ["length=1", "type is missing: hex8, hex16, uint8, uint16"],
    ["type=uint8", "length is missing: a whole number from 1 to 1024"],
    ["length=1&type=hex32", "type 'hex32' is unknown"],
    ["length=1&type=HEX8", "unknown"],
    ["length=1&type=hasOwnProperty", "unknown"],
    ["length=1&type=", "unknown"],
    ["length=1025&type=uint8", "length must be a whole number from 1 to 1024, not '1025'"],
    ["length=0&type=uint8", "length must be"],
    ["length=-1&type=uint8", "length must be"],
    ["length=1.0&type=uint8", "length must be"],
    ["length=1e2&type=uint8", "length must be"],
    ["length=&type=uint8", "length must be"],
    ["length=NaN&type=uint8", "length must be"],
    ["length=9999999999999999999999&type=uint8", "length must be"],
    ["length=1&length=1&type=uint8", "length is given more than once"],
    ["length=1&type=uint8&type=hex8", "type is given more than once"],
    ["length=1&type=hex8&size=1&size=2", "size is given more than once"],
    ["length=1&type=hex8&size=0", "size must be a whole number from 1 to 10"],
    ["length=1&type=hex16&size=11", "size must be"],
    ["length=1&type=hex16&size=", "size must be"],
    ["length=1&type=uint8&size=-1", "size must be"],
    ["length=1&type=uint8&size=1025", "size must be"],
    ["length=1&type=uint8&count=3", "unknown parameter: count"],
  ] as const) {
    test(`refused: ${query}`, () => {
      const { status, message } = refusal(query, numbersArray);
      expect(status).toBe(400);
      expect(message).toContain(about);
    });
  }
});
