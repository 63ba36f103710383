import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { bitString, unpackBits } from "../../../src/stats/bits.ts";
import { BerlekampMassey } from "../../../src/stats/math/berlekamp-massey.ts";
import { BinaryMatrixRank } from "../../../src/stats/math/binary-matrix-rank.ts";
import { bitWords, onesBetween, onesIn, wordAt } from "../../../src/stats/math/bit-words.ts";
import {
  countCyclicPatterns,
  countPatterns,
  shorterPatterns,
} from "../../../src/stats/math/pattern-counts.ts";

/** Word-parallel algorithms against their definitions, bit by bit. */

const BITS = fc
  .uint8Array({ minLength: 1, maxLength: 60 })
  .chain((bytes) => fc.integer({ min: 1, max: 8 * bytes.length }).map((length) => bitString(bytes, length)));

const check = <T>(property: fc.IProperty<T>): void => fc.assert(property, { seed: 1, numRuns: 300 });

describe("words of bits", () => {
  test("hold the bits, first one most significant, and zeros after the end", () => {
    check(
      fc.property(BITS, (bits) => {
        const words = bitWords(bits);
        const single = unpackBits(bits);
        expect(words.length).toBe(Math.ceil(bits.length / 32) + 2);
        for (let at = 0; at < bits.length; at++) {
          let wanted = 0;
          for (let i = 0; i < 32; i++) wanted = (wanted << 1) | (single[at + i] ?? 0);
          expect(wordAt(words, at)).toBe(wanted);
        }
      }),
    );
  });

  test("count ones", () => {
    check(
      fc.property(BITS, fc.nat(480), fc.nat(480), (bits, a, b) => {
        const [from, to] = [Math.min(a, b, bits.length), Math.min(Math.max(a, b), bits.length)];
        const wanted = unpackBits(bits)
          .subarray(from, to)
          .reduce((sum, bit) => sum + bit, 0);
        expect(onesBetween(bitWords(bits), from, to)).toBe(wanted);
      }),
    );
    expect([0, -1, 1, 1 << 31, 0x55555555].map(onesIn)).toEqual([0, 32, 1, 1, 16]);
  });
});

describe("pattern counts", () => {
  test("are those of the windows", () => {
    check(
      fc.property(BITS, fc.integer({ min: 1, max: 12 }), fc.nat(30), (bits, m, from) => {
        fc.pre(from + m <= bits.length);
        const text = unpackBits(bits).join("");
        const wanted = new Uint32Array(1 << m);
        for (let at = from; at + m <= text.length; at++)
          wanted[Number.parseInt(text.slice(at, at + m), 2)]!++;
        expect(countPatterns(bitWords(bits), m, from, bits.length - m + 1)).toEqual(wanted);
      }),
    );
  });

  test("bent to a circle, also for shorter patterns", () => {
    check(
      fc.property(BITS, fc.integer({ min: 1, max: 12 }), (bits, m) => {
        fc.pre(m <= bits.length);
        const text = unpackBits(bits).join("");
        const wanted = new Uint32Array(1 << m);
        for (let at = 0; at < text.length; at++) {
          wanted[Number.parseInt((text + text).slice(at, at + m), 2)]!++;
        }
        const counts = countCyclicPatterns(bits, m);
        expect(counts).toEqual(wanted);
        if (m > 1) expect(shorterPatterns(counts)).toEqual(countCyclicPatterns(bits, m - 1));
      }),
    );
  });
});

/** Massey's algorithm as printed, with polynomials as whole numbers. */
function slowComplexity(bits: Uint8Array): number {
  let [c, b, complexity, last] = [1n, 1n, 0, -1];
  for (let n = 0; n < bits.length; n++) {
    let discrepancy = 0;
    for (let i = 0; i <= complexity; i++) if ((c >> BigInt(i)) & 1n) discrepancy ^= bits[n - i]!;
    if (discrepancy === 0) continue;
    const before = c;
    c ^= b << BigInt(n - last);
    if (2 * complexity <= n) [complexity, last, b] = [n + 1 - complexity, n, before];
  }
  return complexity;
}

describe("linear complexity", () => {
  test("is that of Massey's algorithm, for blocks anywhere, one register after the other", () => {
    const register = new BerlekampMassey(480);
    check(
      fc.property(BITS, fc.nat(40), (bits, start) => {
        fc.pre(start < bits.length);
        const found = register.linearComplexity(bitWords(bits), start, bits.length - start);
        expect(found).toBe(slowComplexity(unpackBits(bits).subarray(start)));
      }),
    );
  });

  test("with long stretches of zeros", () => {
    check(
      fc.property(
        fc.array(fc.nat(399), { maxLength: 4 }),
        fc.integer({ min: 1, max: 400 }),
        (ones, length) => {
          const bytes = new Uint8Array(50);
          for (const at of ones) bytes[at >> 3]! |= 0x80 >> (at & 7);
          const bits = bitString(bytes, length);
          const found = new BerlekampMassey(length).linearComplexity(bitWords(bits), 0);
          expect(found).toBe(slowComplexity(unpackBits(bits)));
        },
      ),
    );
  });

  test("of all 2^12 blocks of 12 bits is distributed as SP 800-22 §3.10 says", () => {
    const counts = new Array<number>(13).fill(0);
    const register = new BerlekampMassey(12);
    for (let block = 0; block < 1 << 12; block++)
      counts[register.linearComplexity(Int32Array.of(block << 20, 0, 0), 0)]!++;
    const wanted = counts.map((_, L) => (L === 0 ? 1 : 2 ** Math.min(24 - 2 * L, 2 * L - 1)));
    expect(counts).toEqual(wanted);
  });
});

/** Gaussian elimination on whole numbers. */
function slowRank(rows: bigint[]): number {
  let rank = 0;
  for (let rest = rows; rest.length > 0; ) {
    const [pivot, ...others] = rest;
    const low = pivot! & -pivot!;
    if (pivot !== 0n) rank++;
    rest = pivot === 0n ? others : others.map((row) => (row & low ? row ^ pivot! : row));
  }
  return rank;
}

test("rank is that of Gaussian elimination, for any shape", () => {
  check(
    fc.property(
      fc.integer({ min: 1, max: 40 }),
      fc.integer({ min: 1, max: 70 }),
      fc.nat(20),
      fc.infiniteStream(fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, fc.nat(255))),
      (rows, columns, start, stream) => {
        const length = start + rows * columns;
        const bytes = Uint8Array.from({ length: Math.ceil(length / 8) }, () => stream.next().value);
        const bits = bitString(bytes, length);
        const text = unpackBits(bits).join("");
        const wanted = slowRank(
          Array.from({ length: rows }, (_, r) =>
            BigInt(`0b${text.slice(start + r * columns, start + (r + 1) * columns)}`),
          ),
        );
        const matrix = new BinaryMatrixRank(rows, columns);
        expect(matrix.rank(bitWords(bits), start)).toBe(wanted);
        expect(matrix.rank(bitWords(bits), start)).toBe(wanted);
      },
    ),
  );
});
