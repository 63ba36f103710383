import { expect, test } from "bun:test";
import fc from "fast-check";
import {
  BLOCK_BYTES,
  BlockConditioner,
  FULL_ENTROPY_INPUT_BITS,
  OUTPUT_BITS,
} from "../../src/conditioning/sha256.ts";
import vectors from "../vectors/sha256.json";

function condition(parts: Iterable<Uint8Array>): Uint8Array {
  const conditioner = new BlockConditioner();
  for (const part of parts) conditioner.update(part);
  return conditioner.finish();
}

for (const { name, message, repeat, digest } of vectors.cases) {
  test(`known answer: ${name}`, () => {
    const whole = Buffer.from(message.repeat(repeat), "latin1");
    const block = condition([whole]);
    expect(Buffer.from(block).toString("hex")).toBe(digest);
    expect(block.length * 8).toBe(OUTPUT_BITS);
  });
}

test("parts given one by one make the same block, and the next block starts afresh", () => {
  const conditioner = new BlockConditioner();
  const parts = [Uint8Array.of(1, 2, 3), new Uint8Array(100).fill(7), new Uint8Array(0)];
  for (let round = 0; round < 2; round++) {
    for (const part of parts) conditioner.update(part);
    const block = conditioner.finish();
    expect(block).toEqual(condition(parts));
    expect(block).toHaveLength(BLOCK_BYTES);
  }
});

test("320 bits go into a block", () => {
  expect(FULL_ENTROPY_INPUT_BITS).toBe(320);
});

test("parts are concatenated, wherever the borders are", () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 100 }), { maxLength: 8 }), (parts) => {
      expect(condition(parts)).toEqual(condition([Buffer.concat(parts)]));
    }),
    { seed: 5 },
  );
});

test("a bit changed anywhere changes about half of the block", () => {
  const input = new Uint8Array(40);
  const base = condition([input]);
  for (let bit = 0; bit < 320; bit++) {
    const block = condition([input.with(bit >> 3, 1 << (bit & 7))]);
    const distance = block.reduce(
      (sum, byte, i) => sum + (byte ^ base[i]!).toString(2).replaceAll("0", "").length,
      0,
    );
    // 128 ± 8 expected; 8.25 standard deviations on either side: for fresh inputs a false alarm below 2^−43 in all.
    expect(distance).toBeWithin(62, 195);
  }
});

test("a part that is no Uint8Array is refused", () => {
  // @ts-expect-error a number is no bytes
  expect(() => condition([1])).toThrow(TypeError);
});
