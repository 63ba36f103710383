import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { addressQuery, isReplyTo } from "../../src/sources/acquire/network/dns-message.ts";
import { replyTo } from "../support/dns-reply.ts";

const query = addressQuery(0x1234, "a.root-servers.net");

test("a query is what RFC 1035 §4.1 says", () => {
  const name = [1, 97, 12, ...Buffer.from("root-servers"), 3, ...Buffer.from("net"), 0];
  expect([...query]).toEqual([0x12, 0x34, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, ...name, 0, 1, 0, 1]);
});

test("what is no name is refused", () => {
  for (const name of ["", "a..b", ".", "a.", "x".repeat(64)])
    expect(() => addressQuery(1, name)).toThrow(RangeError);
});

describe("a reply", () => {
  test("with an address, without one, or refusing, counts", () => {
    expect(isReplyTo(query, replyTo(query))).toBe(true);
    expect(isReplyTo(query, replyTo(query, { records: 0 }))).toBe(true);
    for (const code of [1, 2, 3, 5])
      expect(isReplyTo(query, replyTo(query, { records: 0, code }))).toBe(true);
  });

  test("with another identifier, question or kind does not", () => {
    const other = addressQuery(0x1235, "a.root-servers.net");
    expect(isReplyTo(query, replyTo(other))).toBe(false);
    expect(isReplyTo(query, replyTo(addressQuery(0x1234, "b.root-servers.net")))).toBe(false);
    // The question itself, sent back.
    expect(isReplyTo(query, query)).toBe(false);
    expect(isReplyTo(query, altered(replyTo(query), 2, 0x83))).toBe(false); // cut off
    expect(isReplyTo(query, altered(replyTo(query), 2, 0xa9))).toBe(false); // another operation
    expect(isReplyTo(query, altered(replyTo(query), 5, 2))).toBe(false); // two questions
  });

  test("cut short or with something behind it does not", () => {
    const whole = replyTo(query);
    for (let length = 0; length < whole.length; length++)
      expect(isReplyTo(query, whole.subarray(0, length))).toBe(false);
    expect(isReplyTo(query, Buffer.concat([whole, Buffer.of(0)]))).toBe(false);
  });

  test("of any other bytes neither counts nor throws", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 600 }), (bytes) => {
        // 48 bits of random bytes would have to agree.
        expect(isReplyTo(query, bytes)).toBe(false);
      }),
      { seed: 1, numRuns: 500 },
    );
  });

  test("with any garbage for records never throws", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        const reply = Buffer.concat([replyTo(query, { records: 0 }), bytes]);
        reply[7] = 1;
        isReplyTo(query, reply);
      }),
      { seed: 2, numRuns: 500 },
    );
  });
});

function altered(bytes: Buffer, at: number, value: number): Buffer {
  const copy = Buffer.from(bytes);
  copy[at] = value;
  return copy;
}
