/** Recurrences: the search against a plain count, and generators that are found. */
import { describe, expect, test } from "bun:test";
import { UNIT_BYTES } from "../../ffi/deep-loops.ts";
import { loadLibrary } from "../../ffi/index.ts";
import { RECURRENCES } from "../../src/deep/families/recurrences.ts";
import type { Family } from "../../src/deep/family.ts";
import { findCongruential } from "../../src/stats/deep/congruential.ts";
import { keystream } from "../support/keystream.ts";
import { hostLibrary } from "../support/native-builds.ts";
import {
  bytesOf,
  laggedFibonacci,
  lcg32,
  powerLcg,
  subtractWithBorrow,
  weyl,
} from "./arithmetic-generators.ts";
import { corrected, observe } from "./observe.ts";

/** Only the search for three terms, which takes most of the time. */
const THREE_TERMS: Family = { ...RECURRENCES, parts: (loops) => RECURRENCES.parts(loops).slice(0, 1) };

const searched = (data: Uint8Array) => observe(THREE_TERMS, data)[0]!;

/** G. Marsaglia's R250-like generator with XOR, of two taps: S. Kirkpatrick, E. Stoll, J. Comput. Phys. 40 (1981) 517–526. */
function twoTaps(): () => number {
  const words = new Uint32Array(keystream(4 * 250, 79).buffer);
  let i = 0;
  return () => {
    words[i] = words[i]! ^ words[(i + 103) % 250]!;
    const word = words[i]!;
    i = (i + 1) % 250;
    return word;
  };
}

describe("three terms", () => {
  test("are found in lagged Fibonacci generators with their lags, in both orders of bytes", () => {
    for (const isLittleEndian of [true, false]) {
      const data = bytesOf(laggedFibonacci(1279, 418), UNIT_BYTES, isLittleEndian);
      const { lane, p } = searched(data);
      expect(p).toBe(0);
      // The lowest bytes, which get no carry, agree as well.
      expect(lane).toMatch(/^x\[n\] = x\[n − 418\] \+ x\[n − 1279\] in (first|last) bytes of 32-bit words$/);
    }
  });

  test("are found in subtract-with-borrow and in XOR", () => {
    expect(searched(bytesOf(subtractWithBorrow(), UNIT_BYTES)).lane).toContain("x[n − 24] − x[n − 37]");
    expect(searched(bytesOf(twoTaps(), UNIT_BYTES)).lane).toContain("x[n − 147] XOR x[n − 250]");
  });

  test("are counted as they are", () => {
    // Each third byte is the sum of two others.
    const data = keystream(UNIT_BYTES, 3);
    for (let i = 4321; i < data.length; i += 3) data[i] = data[i - 4321]! + data[i - 20]!;
    let agreeing = 0;
    for (let n = 4500 + 64; n < 4500 + 64 + 2048; n++) {
      const difference = (data[n]! - data[n - 4321]! - data[n - 20]!) & 255;
      if (difference <= 1 || difference === 255) agreeing++;
    }
    const { lane, statistic, n } = searched(data);
    expect(lane).toBe("x[n] = x[n − 20] + x[n − 4321] in all bytes");
    expect([statistic, n]).toEqual([agreeing, 2048]);
  });

  test("end with the first pair of lags that fits constant data", () => {
    const { lane, statistic, p } = searched(new Uint8Array(UNIT_BYTES));
    expect([lane, statistic, p]).toEqual(["x[n] = x[n − 1] + x[n − 2] in all bytes", 2048, 0]);
  });

  test("are the same without wide vectors, however often and whenever they are asked for", async () => {
    const data = bytesOf(laggedFibonacci(55, 24), 3 * UNIT_BYTES);
    const observations = observe(THREE_TERMS, data);
    expect(observe(THREE_TERMS, data, [1])).toEqual(observations);
    const plain = loadLibrary({ path: await hostLibrary("EE_DEEP_PLAIN") });
    expect(observe(THREE_TERMS, data, [2], plain.deepLoops())).toEqual(observations);
    const part = THREE_TERMS.parts(loadLibrary().deepLoops())[0]!;
    const state = new Uint8Array(part.stateBytes);
    part.feed(state, data.subarray(0, UNIT_BYTES), 0);
    const first = part.conclude(state, UNIT_BYTES);
    part.feed(state, data.subarray(UNIT_BYTES), UNIT_BYTES);
    expect(part.conclude(state, data.length)).toEqual(first);
  });
});

describe("differences", () => {
  test("betray congruential generators of 32, 48 and 64 bits, also by their highest bits", () => {
    for (const [next, bytes] of [
      [lcg32(), UNIT_BYTES],
      [powerLcg(48), UNIT_BYTES],
      [powerLcg(64), 4 * UNIT_BYTES],
      [weyl(0x9e3779b9), UNIT_BYTES],
    ] as const) {
      for (const isLittleEndian of [true, false]) {
        const data = bytesOf(next, bytes, isLittleEndian);
        expect(findCongruential(data).p).toBeLessThan(1e-12);
      }
    }
    const upper = powerLcg(64);
    const bytes = Uint8Array.from({ length: 4 * UNIT_BYTES }, () => upper() >>> 24);
    expect(findCongruential(bytes).p).toBeLessThan(1e-12);
  });

  test("of 64-bit words need their highest half alone", () => {
    const upper = powerLcg(64);
    const data = keystream(8 * UNIT_BYTES, 6);
    const view = new DataView(data.buffer);
    for (let at = 4; at < data.length; at += 8) view.setUint32(at, upper(), true);
    expect(findCongruential(data).p).toBeLessThan(1e-12);
  });

  test("of good words are close as often as chance has it", () => {
    // p of good data is at least what its number of trials makes of the best of them.
    const ps = Array.from({ length: 60 }, (_, seed) => findCongruential(keystream(UNIT_BYTES, 20 + seed)).p);
    expect(Math.min(...ps)).toBeGreaterThan(0.0005);
  });
});

test("good streams pass", () => {
  for (const size of [1, 40]) {
    expect(corrected(observe(RECURRENCES, keystream(size * UNIT_BYTES, size), [3]))).toBeGreaterThan(0.001);
  }
});
