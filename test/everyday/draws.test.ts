import { describe, expect, test } from "bun:test";
import gammainc from "@stdlib/math-base-special-gammainc";
import { formatBits, log2 } from "../../src/everyday/bits.ts";
import { Draws } from "../../src/everyday/draws.ts";
import { differentPlaces } from "../../src/everyday/pick.ts";
import { countResults, spreadOf } from "../support/scripted-draws.ts";

/** Counts up, so that a byte that is used twice, or left out, is seen. */
function counting() {
  const fetched: number[] = [];
  let next = 0;
  const draws = new Draws(async (out) => {
    fetched.push(out.length);
    for (let i = 0; i < out.length; i++) out[i] = next++ & 0xff;
  });
  return { draws, fetched };
}

describe("draws", () => {
  for (const range of [1, 2, 3, 5, 6, 7, 8, 100, 255, 256]) {
    test(`below ${range}: all one-byte streams give each value equally often`, async () => {
      const counts = await countResults(1, 256, (draws) => draws.place(range));
      expect(spreadOf(counts)).toEqual({ results: range, each: [256 / 2 ** Math.ceil(Math.log2(range))] });
    });
  }

  for (const range of [257, 300, 7776, 32_768, 65_535]) {
    test(`below ${range}: so do all streams of two bytes`, async () => {
      const counts = await countResults(2, 256, (draws) => draws.place(range));
      expect(spreadOf(counts)).toEqual({ results: range, each: [65_536 / 2 ** Math.ceil(Math.log2(range))] });
    });
  }

  test("a try that is not below is followed by another, of bytes of its own", async () => {
    const counts = await countResults(3, 8, (draws) => draws.place(5));
    // Of 8³ streams, 5/8 end with the first byte, 5/8 of the others with the second, and so on.
    expect(spreadOf(counts)).toEqual({ results: 5, each: [64 + 3 * 8 + 9] });
    expect(counts.get("")).toBe(27);
  });

  test("numbers of any size are below their bound, and reach its last bit", async () => {
    const range = 2n ** 200n + 1n;
    for (const [byte, value] of [
      [0x00, 0n],
      [0x02, BigInt(`0x${"02".repeat(25)}`)],
    ] as const) {
      expect(await new Draws(async (out) => void out.fill(byte)).below(range)).toBe(value);
    }
    const top = new Draws(async (out) => {
      out.fill(0);
      out[0] = 1;
    });
    expect(await top.below(range)).toBe(2n ** 200n);
  });

  test("no byte is used twice, none is left out, and what is fetched doubles up to 4 KiB", async () => {
    const { draws, fetched } = counting();
    const bytes: number[] = [];
    for (let i = 0; bytes.length < 20_000; i++) bytes.push(...(await draws.bytes(i % 50)));
    expect(bytes.every((byte, i) => byte === (i & 0xff))).toBe(true);
    expect(fetched.slice(0, 9)).toEqual([32, 64, 128, 256, 512, 1024, 2048, 4096, 4096]);
  });

  test("what is forgotten is not used", async () => {
    const { draws } = counting();
    expect(await draws.bytes(1)).toEqual(Uint8Array.of(0));
    draws.forget();
    expect(await draws.bytes(1)).toEqual(Uint8Array.of(32));
  });

  test("an error of the source is passed on", async () => {
    const draws = new Draws(() => Promise.reject(new Error("dry")));
    await expect(draws.place(6)).rejects.toThrow("dry");
  });

  test("orders of four, of the system's randomness: χ² with a false alarm in 2⁴⁰ runs", async () => {
    const draws = new Draws(async (out) => void crypto.getRandomValues(out));
    const samples = 24_000;
    const counts = new Map<string, number>();
    for (let i = 0; i < samples; i++) {
      const order = (await differentPlaces(4, 4, draws)).join("");
      counts.set(order, (counts.get(order) ?? 0) + 1);
    }
    expect(counts.size).toBe(24);
    const expected = samples / 24;
    const chi2 = [...counts.values()].reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
    expect(gammainc(chi2 / 2, 23 / 2, true, true)).toBeGreaterThan(2 ** -40);
  });
});

describe("bits", () => {
  test("logarithms of numbers of any size", () => {
    for (const bits of [0, 1, 53, 54, 1023, 1024, 5000]) expect(log2(1n << BigInt(bits))).toBe(bits);
    expect(log2(7776n ** 6n)).toBeCloseTo(6 * Math.log2(7776), 10);
    expect(log2((1n << 200n) - 1n)).toBeLessThanOrEqual(200);
  });

  test("are rounded down, but for what the last digits of a sum cost", () => {
    expect(formatBits(77.549)).toBe("77.5 bits");
    expect(formatBits(130.99)).toBe("130.9 bits");
    expect(formatBits(255.9999999999)).toBe("256 bits");
    expect(formatBits(1)).toBe("1 bit");
    expect(formatBits(0)).toBe("0 bits");
    expect(formatBits(18_488_884.09)).toBe("18,488,884 bits");
  });
});
