import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { assessBlock, BLOCK, FIRST_BLOCK, OnlineEstimate } from "../../src/health/online-estimate.ts";
import { keystream, uniforms } from "../support/keystream.ts";

/** Draws `n` independent symbols with these probabilities. */
function draw(probabilities: readonly number[], n: number, seed: number): Uint8Array {
  return Uint8Array.from(uniforms(n, seed), (u) => {
    let symbol = 0;
    for (let rest = u; symbol < probabilities.length - 1; symbol++) {
      rest -= probabilities[symbol]!;
      if (rest < 0) break;
    }
    return symbol;
  });
}

/** Draws a chain that repeats its last symbol with probability `stay`, else takes one of `k` others evenly. */
function sticky(stay: number, k: number, n: number, seed: number): Uint8Array {
  let symbol = 0;
  return Uint8Array.from(uniforms(n, seed), (u) => {
    if (u >= stay) symbol = (symbol + 1 + Math.floor(((u - stay) / (1 - stay)) * k)) % (k + 1);
    return symbol;
  });
}

describe("one block", () => {
  test("constant symbols hold nothing", () => {
    for (const symbol of [0, 1, 255]) expect(assessBlock(new Uint8Array(BLOCK).fill(symbol), 8)).toBe(0);
  });

  test("periods of 2 to 8 symbols hold nothing, whatever the pattern", () => {
    for (let period = 2; period <= 8; period++) {
      for (let seed = 1; seed <= 20; seed++) {
        const bits = seed % 2 === 0 ? 1 : 8;
        const pattern = keystream(period, seed).map((byte) => byte % 2 ** bits);
        const block = Uint8Array.from({ length: FIRST_BLOCK }, (_, i) => pattern[i % period]!);
        expect(assessBlock(block, bits)).toBeLessThan(1e-9);
      }
    }
  });

  test("a counter holds next to nothing: the successor is learnt in one round", () => {
    const ramp = Uint8Array.from({ length: BLOCK }, (_, i) => i);
    expect(assessBlock(ramp, 8)).toBeLessThan(0.01);
  });

  test("uniform symbols reach the ceiling of the block length", () => {
    expect(assessBlock(keystream(BLOCK, 1), 8)).toBeWithin(6, 7);
    expect(assessBlock(keystream(FIRST_BLOCK, 1), 8)).toBeWithin(5.5, 6.6);
    expect(
      assessBlock(
        keystream(BLOCK, 2).map((b) => b & 15),
        4,
      ),
    ).toBeWithin(3.4, 4);
    expect(
      assessBlock(
        keystream(BLOCK, 3).map((b) => b & 1),
        1,
      ),
    ).toBeWithin(0.85, 1);
  });

  test("independent biased symbols: a little below −log₂ of the greatest probability", () => {
    for (const probabilities of [
      [0.5, 0.5],
      [0.9, 0.1],
      [0.5, 0.25, 0.125, 0.125],
      [0.25, 0.25, 0.25, 0.25],
      [0.05, 0.8, 0.15],
    ]) {
      const minEntropy = -Math.log2(Math.max(...probabilities));
      const estimate = assessBlock(draw(probabilities, BLOCK, 4), 2);
      expect(estimate).toBeWithin(0.8 * minEntropy - 0.05, minEntropy);
    }
  });

  test("a sticky chain is capped near −log₂ of staying, though every value is equally common", () => {
    for (const [stay, k] of [
      [0.9, 1],
      [0.75, 1],
      [0.9, 15],
      [0.5, 255],
      [0.6, 255],
    ] as const) {
      const minEntropy = -Math.log2(stay);
      expect(assessBlock(sticky(stay, k, BLOCK, 5), 8)).toBeWithin(
        0.8 * minEntropy - 0.05,
        minEntropy + 0.02,
      );
    }
  });

  test("two interleaved sticky chains are seen by the lag", () => {
    const a = sticky(0.9, 255, BLOCK / 2, 6);
    const b = sticky(0.9, 255, BLOCK / 2, 7);
    const block = Uint8Array.from({ length: BLOCK }, (_, i) => (i % 2 === 0 ? a : b)[i >> 1]!);
    expect(assessBlock(block, 8)).toBeWithin(0.08, -Math.log2(0.9) + 0.02);
  });

  test("a random walk is seen by the successor predictor", () => {
    let position = 0;
    const walk = keystream(BLOCK, 8).map((byte) => {
      position = (position + (byte & 1 ? 1 : 255)) & 255;
      return position;
    });
    expect(assessBlock(walk, 8)).toBeLessThan(1.3);
  });

  test("one long run in a good block lowers the estimate more than its share", () => {
    const block = keystream(BLOCK, 9);
    const before = assessBlock(block, 8);
    expect(assessBlock(block.fill(7, 1000, 1060), 8)).toBeLessThan(Math.min(0.5, before));
  });

  test("is a number from 0 to symbolBits for any symbols", () => {
    const blocks = fc.tuple(
      fc.integer({ min: 0, max: 255 }),
      fc.uint8Array({ minLength: 1, maxLength: 700 }),
    );
    fc.assert(
      fc.property(blocks, fc.integer({ min: 1, max: 8 }), ([mask, pattern], symbolBits) => {
        const block = Uint8Array.from({ length: 600 }, (_, i) => pattern[i % pattern.length]! & mask);
        const estimate = assessBlock(block, symbolBits);
        expect(estimate).toBeWithin(0, symbolBits + Number.EPSILON);
      }),
      { seed: 3, numRuns: 300 },
    );
  });

  test("lengths out of range are refused", () => {
    expect(() => assessBlock(new Uint8Array(511), 8)).toThrow(RangeError);
    expect(() => assessBlock(new Uint8Array(BLOCK + 1), 8)).toThrow(RangeError);
  });
});

describe("running", () => {
  test("0 until the first block is full, whatever the batches", () => {
    for (const batch of [1, 100, 1024, FIRST_BLOCK]) {
      const estimate = new OnlineEstimate(8);
      const symbols = keystream(FIRST_BLOCK, 10);
      for (let i = 0; i < FIRST_BLOCK; i += batch) {
        expect(estimate.bitsPerSymbol).toBe(0);
        estimate.update(symbols.subarray(i, i + batch));
      }
      expect(estimate.bitsPerSymbol).toBe(assessBlock(symbols, 8));
    }
  });

  test("is the lower of the last two blocks, and the same in batches of any size", () => {
    const symbols = keystream(FIRST_BLOCK + 4 * BLOCK, 11);
    const block = (i: number) => symbols.subarray(FIRST_BLOCK + i * BLOCK, FIRST_BLOCK + (i + 1) * BLOCK);
    const expected = Math.min(assessBlock(block(2), 8), assessBlock(block(3), 8));
    for (const batch of [1, 333, 5000, symbols.length]) {
      const estimate = new OnlineEstimate(8);
      for (let i = 0; i < symbols.length; i += batch) estimate.update(symbols.subarray(i, i + batch));
      expect(estimate.bitsPerSymbol).toBe(expected);
    }
  });

  test("a source that goes constant earns little after one block and nothing after two, wherever it happens", () => {
    for (
      let constantFrom = FIRST_BLOCK + BLOCK;
      constantFrom < FIRST_BLOCK + 2 * BLOCK;
      constantFrom += 100
    ) {
      const symbols = keystream(constantFrom + 2 * BLOCK, 12).fill(3, constantFrom);
      const estimate = new OnlineEstimate(8);
      estimate.update(symbols.subarray(0, constantFrom));
      expect(estimate.bitsPerSymbol).toBeGreaterThan(5.5);
      estimate.update(symbols.subarray(constantFrom, constantFrom + BLOCK));
      expect(estimate.bitsPerSymbol).toBeLessThan(0.5);
      estimate.update(symbols.subarray(constantFrom + BLOCK));
      expect(estimate.bitsPerSymbol).toBe(0);
    }
  });

  test("a source that recovers earns again after two good blocks, or after a reset and the first block", () => {
    const estimate = new OnlineEstimate(8);
    estimate.update(new Uint8Array(FIRST_BLOCK));
    estimate.update(keystream(BLOCK, 13));
    expect(estimate.bitsPerSymbol).toBe(0);
    estimate.update(keystream(BLOCK, 14));
    expect(estimate.bitsPerSymbol).toBeGreaterThan(5.5);
    estimate.reset();
    expect(estimate.bitsPerSymbol).toBe(0);
    estimate.update(keystream(FIRST_BLOCK, 15));
    expect(estimate.bitsPerSymbol).toBeGreaterThan(5.5);
  });

  test("a width out of range is refused", () => {
    expect(() => new OnlineEstimate(0)).toThrow(RangeError);
    expect(() => new OnlineEstimate(9)).toThrow(RangeError);
  });
});
