import { describe, expect, test } from "bun:test";
import { toBitString } from "../../../../src/stats/sp800-90b/alphabet.ts";
import { assessIid, PermutationTally } from "../../../../src/stats/sp800-90b/iid/index.ts";
import { mostCommonValue } from "../../../../src/stats/sp800-90b/most-common-value.ts";
import { keystream } from "../../../support/keystream.ts";
import { rejectionOf } from "../../../support/rejection.ts";
import { assessAlone } from "./assess-alone.ts";

describe("known-good data pass", () => {
  // The seeds are fixed: what passes once passes always.
  for (const bits of [1, 2, 3, 4, 8]) {
    test(`keystream, ${bits} bits`, async () => {
      const result = await assessAlone(
        keystream(20_000, 11).map((byte) => byte >> (8 - bits)),
        bits,
      );
      expect(result).toMatchObject({ passed: true, permutation: { passed: true } });
      expect(result.minEntropy).toBeGreaterThan(0.9 * bits - 0.5);
    });
  }

  test("biased but independent symbols", async () => {
    const biased = keystream(20_000, 12).map((byte) => (byte < 200 ? 0 : byte < 240 ? 7 : byte & 3));
    expect(await assessAlone(biased, 3)).toMatchObject({ passed: true });
  });

  test("bits are estimated as if they were written out, as many as are asked for", () => {
    const symbols = keystream(2000, 16).map((byte) => byte % 5);
    for (const limit of [undefined, 1, 2, 3, 4, 2999, 3000, 3001, 6000, 7000]) {
      const { hBitstring } = assessIid(symbols, 3, new PermutationTally(), { truncateBitString: limit });
      const written = mostCommonValue(toBitString(symbols, 3, limit));
      expect(hBitstring).toBe(written.kind === "estimate" ? written.minEntropy : 0);
    }
  });

  test("two symbols that are not 0 and 1", async () => {
    const two = keystream(20_000, 13).map((byte) => (byte < 100 ? 9 : 200));
    expect(await assessAlone(two, 8)).toMatchObject({ passed: true, hBitstring: null });
  });
});

describe("known-bad data fail", () => {
  const random = keystream(4000, 14);
  let state = 1;
  const bad: Record<string, [Uint8Array, number]> = {
    "a ramp": [random.map((_, i) => i), 8],
    "period 7 with noise": [random.map((byte, i) => (byte < 20 ? byte & 15 : i % 7)), 4],
    "symbols sorted": [random.slice().sort(), 8],
    "each symbol twice": [random.map((_, i) => random[i >> 1]!), 8],
    "a random walk": [random.map(walk()), 8],
    "low bits of a linear congruential generator": [
      random.map(() => {
        state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
        return state & 15;
      }),
      4,
    ],
    "bits that alternate": [random.map((_, i) => i & 1), 1],
  };
  for (const [name, [symbols, bits]] of Object.entries(bad)) {
    test(name, async () => {
      // A tenth of the permutations is enough for statistics that none of them reaches.
      const result = await assessAlone(symbols, bits, { permutations: 1000, complete: false });
      expect(result).toMatchObject({ passed: false, permutation: { passed: false } });
    });
  }
});

function walk(): (byte: number) => number {
  let place = 128;
  return (byte) => {
    place = (place + (byte < 128 ? 1 : 255)) & 255;
    return place;
  };
}

describe("degenerate data", () => {
  const parts = ["independence", "goodnessOfFit", "longestRepeat", "permutation"] as const;

  test("no symbols, one symbol, all equal: nothing applies, no entropy", async () => {
    for (const symbols of [[], [3], new Array(1000).fill(3)]) {
      const result = await assessAlone(Uint8Array.from(symbols), 4);
      for (const part of parts) expect(result[part].kind, part).toBe("not-applicable");
      expect(result).toMatchObject({ minEntropy: 0, hOriginal: 0, hBitstring: null, passed: null });
    }
  });

  test("tiny data run or say why not", async () => {
    for (let length = 2; length <= 300; length += length < 50 ? 1 : 25) {
      for (const bits of [1, 8]) {
        const symbols = keystream(length, 15).map((byte) => byte >> (8 - bits));
        const result = await assessAlone(symbols, bits, { permutations: 20 });
        const enough = bits === 1 ? length > 256 : length > 32;
        expect(result.permutation.kind, `${length}`).toBe(enough ? "permutation" : "not-applicable");
        expect(Number.isFinite(result.minEntropy)).toBe(true);
      }
    }
  });

  test("one odd symbol among equal ones", async () => {
    for (const at of [0, 500, 999]) {
      const symbols = new Uint8Array(1000).fill(1, at, at + 1);
      await assessAlone(symbols, 1, { permutations: 100 });
    }
  });

  test("wrong types and ranges", async () => {
    expect(await rejectionOf(assessAlone([0, 1] as unknown as Uint8Array, 1))).toBeInstanceOf(TypeError);
    expect(await rejectionOf(assessAlone(Uint8Array.of(0, 2), 1))).toBeInstanceOf(RangeError);
    expect(await rejectionOf(assessAlone(Uint8Array.of(0, 1), 9))).toBeInstanceOf(RangeError);
  });
});
