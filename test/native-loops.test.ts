/** The native loops against the plain ones, which say what the estimators are. */
import { describe, expect, test } from "bun:test";
import { NativeError } from "#kit/errors.ts";
import { loadLibrary } from "../ffi/index.ts";
import { estimatorLoops, iidLoops } from "../src/native-loops.ts";
import { iidData, Permutations, PLAIN_IID_LOOPS } from "../src/stats/sp800-90b/iid/index.ts";
import { assess, type Loops, PLAIN_LOOPS } from "../src/stats/sp800-90b/index.ts";
import { echo, noise, sequence, uniform } from "./stats/sp800-90b/sequences.ts";

const NATIVE = estimatorLoops();

/** Fewest symbols for which an estimator asks its loop. */
const LEAST: Readonly<Record<keyof Loops, number>> = {
  countSymbols: 0,
  countWaits: 0,
  countSteps: 0,
  countDistances: 0,
  countRepeats: 0,
  multiMcw: 4096,
  lag: 3,
  multiMmc: 4,
  lz78y: 18,
};

/** Loops that are asked of bits alone. */
const BITS_ONLY: readonly string[] = ["countWaits", "countSteps", "countDistances"] satisfies (keyof Loops)[];

function expectSame(symbols: Uint8Array, alphabetSize: number): void {
  const data = sequence(symbols, alphabetSize);
  for (const [name, least] of Object.entries(LEAST) as [keyof Loops, number][]) {
    if (symbols.length < least || (alphabetSize > 2 && BITS_ONLY.includes(name))) continue;
    const results = [NATIVE, PLAIN_LOOPS].map((loops) => loops[name](data));
    expect({ name, length: symbols.length, alphabetSize, result: results[0] }).toEqual({
      name,
      length: symbols.length,
      alphabetSize,
      result: results[1],
    });
  }
}

/** Pieces of a few texts one after another: long repeats at any distance. */
function patchwork(length: number, alphabetSize: number, seed: number): Uint8Array {
  const next = uniform(seed);
  const texts = Array.from({ length: 5 }, (_, i) => noise(40 + 97 * i, alphabetSize, seed + i));
  const symbols = new Uint8Array(length);
  for (let at = 0; at < length; ) {
    const text = texts[Math.floor(next() * texts.length)]!;
    const piece = text.subarray(Math.floor(next() * 8), text.length).subarray(0, length - at);
    symbols.set(piece, at);
    at += piece.length;
  }
  return symbols;
}

const ALPHABETS = [2, 3, 5, 16, 17, 256] as const;

describe("native loops give what the plain ones give", () => {
  test("they are those of the native library", () => {
    expect(NATIVE).not.toBe(PLAIN_LOOPS);
  });

  test("0 to 200 symbols", () => {
    for (let length = 0; length <= 200; length++) {
      for (const alphabetSize of ALPHABETS) {
        expectSame(noise(length, alphabetSize, length), alphabetSize);
        expectSame(new Uint8Array(length).fill(alphabetSize - 1), alphabetSize);
      }
    }
  });

  for (const alphabetSize of ALPHABETS) {
    test(`noise, biased and sticky data of ${alphabetSize} symbols`, () => {
      for (let seed = 1; seed <= 6; seed++) {
        const length = [4096, 4097, 5000, 6143, 8192, 20_000][seed - 1]!;
        expectSame(noise(length, alphabetSize, seed), alphabetSize);
        expectSame(noise(length, alphabetSize, seed, 0.95), alphabetSize);
        expectSame(echo(length, alphabetSize, seed, 1, 0.9), alphabetSize);
        expectSame(echo(length, alphabetSize, seed, 128, 0.99), alphabetSize);
        expectSame(patchwork(length, alphabetSize, seed), alphabetSize);
      }
    });
  }

  test("constant, periodic and rising data, and two equal halves", () => {
    const length = 70_000;
    expectSame(new Uint8Array(length), 2);
    for (const period of [2, 3, 63, 64, 65, 128, 1000]) {
      const symbols = Uint8Array.from({ length }, (_, i) => i % period);
      expectSame(
        symbols.map((symbol) => symbol & 1),
        2,
      );
      expectSame(symbols, 256);
    }
    expectSame(
      Uint8Array.from({ length }, (_, i) => Math.floor((256 * i) / length)),
      256,
    );
    const twice = noise(length, 256, 1);
    twice.copyWithin(length / 2, 0, length / 2);
    expectSame(twice, 256);
  });

  test("more pairs and contexts than the dictionaries take", () => {
    expectSame(noise(300_000, 256, 9), 256);
    expectSame(noise(300_000, 2, 10), 2);
    expectSame(patchwork(300_000, 256, 11), 256);
  });

  test("symbols of any value are counted, and one that does not fit is refused", () => {
    const symbols = noise(40_000, 7, 13).map((symbol) => 36 * symbol + 39);
    const data = sequence(symbols, 256);
    expect(NATIVE.countSymbols(data)).toEqual(PLAIN_LOOPS.countSymbols(data));
    for (const loops of [NATIVE, PLAIN_LOOPS])
      expect(() => assess(symbols, 7, { loops })).toThrow("a symbol does not fit 7 bits");
  });

  test("a whole assessment", () => {
    for (const bits of [8, 1]) {
      const symbols = noise(30_000, 2 ** bits, 12);
      expect(assess(symbols, bits, { details: true, loops: NATIVE })).toEqual(
        assess(symbols, bits, { details: true }),
      );
    }
  });
});

describe("native loops of the IID track", () => {
  const native = iidLoops();

  /** Compares the statistics of the data and, in some permutations, what was greater. */
  function expectSamePermutations(symbols: Uint8Array, bits: number, count = 0): void {
    const data = iidData(symbols, bits);
    const [fast, plain] = [native, PLAIN_IID_LOOPS].map((loops) => new Permutations(data, 7, loops));
    expect({ bits, length: symbols.length, original: fast!.original }).toEqual({
      bits,
      length: symbols.length,
      original: plain!.original,
    });
    expect(fast!.measure({ first: 0, count })).toEqual(plain!.measure({ first: 0, count }));
  }

  test("they are those of the native library, or the plain ones", () => {
    expect(native).not.toBe(PLAIN_IID_LOOPS);
    const missing = () => {
      throw new NativeError("native library libee.so: no such file");
    };
    expect(iidLoops(undefined, missing)).toBe(PLAIN_IID_LOOPS);
  });

  test("shuffle alike, and go on where they stopped", () => {
    for (const length of [0, 1, 2, 3, 255, 70_000, 2 ** 21 + 5]) {
      const [fast, plain] = [native, PLAIN_IID_LOOPS].map(({ shuffle }) => {
        const symbols = Uint8Array.from({ length }, (_, i) => i * 7);
        const state = Int32Array.of(1, -2, length, 4);
        for (let round = 0; round < 2; round++) shuffle(symbols, state);
        return { symbols, state };
      });
      expect(Buffer.compare(fast!.symbols, plain!.symbols)).toBe(0);
      expect(fast!.state).toEqual(plain!.state);
    }
  });

  for (const bits of [1, 2, 3, 5, 8]) {
    test(`noise, biased, sticky, repeating and rising data of ${bits} bits`, () => {
      const alphabetSize = 2 ** bits;
      for (let seed = 1; seed <= 4; seed++) {
        const length = [257, 300, 5003, 40_000][seed - 1]!;
        expectSamePermutations(noise(length, alphabetSize, seed), bits, 40);
        expectSamePermutations(noise(length, alphabetSize, seed, 0.99), bits, 20);
        expectSamePermutations(echo(length, alphabetSize, seed, 1, 0.9), bits);
        expectSamePermutations(patchwork(length, alphabetSize, seed), bits);
        expectSamePermutations(
          Uint8Array.from({ length }, (_, i) => Math.floor((alphabetSize * i) / length)),
          bits,
        );
      }
    });
  }

  test("every length of a last word of flags, and runs that begin and end anywhere in a word", () => {
    for (let length = 257; length < 257 + 70; length++) {
      for (const bits of [1, 8]) {
        expectSamePermutations(noise(length, 2 ** bits, length), bits);
        const steps = Uint8Array.from({ length }, (_, i) =>
          i > 0 && (i < length % 64 || i > 2 * (length % 90)) ? 1 : 0,
        );
        expectSamePermutations(steps, bits, 2);
      }
    }
  });

  test("recorded values with gaps, and blocks of bzip2 that end inside a number", () => {
    const gaps = noise(5000, 7, 1).map((symbol) => 33 * symbol + 5);
    expectSamePermutations(gaps, 8, 40);
    for (let length = 127_500; length < 127_530; length += 3)
      expectSamePermutations(noise(length, 250, length), 8);
    expectSamePermutations(noise(300_000, 256, 3), 8);
    expectSamePermutations(noise(300_000, 2, 3), 1);
    // Two blocks of one text again and again: its rotations are told apart by nothing but their ends.
    expectSamePermutations(
      Uint8Array.from({ length: 250_000 }, (_, i) => i % 100),
      8,
    );
  });

  test("end with an error when they are told to", () => {
    const stop = new Int32Array(new SharedArrayBuffer(4));
    const loops = iidLoops(stop);
    const data = iidData(noise(40_000, 256, 1), 8);
    const meter = loops.meterFor(data);
    const [wanted, out] = [new Uint8Array(19).fill(1), new Float64Array(19)];
    meter.measure(data.symbols, wanted, out);
    Atomics.store(stop, 0, 1);
    expect(() => meter.measure(data.symbols, wanted, out)).toThrow(/ECANCELED/);
    expect(() => loops.shuffle(data.symbols.slice(), Int32Array.of(1, 2, 3, 4))).toThrow(/ECANCELED/);
    expect(() => loops.countRepeats(data)).toThrow(/ECANCELED/);
  });

  test("refuse symbols that the data have not, and permutations of another length", () => {
    const data = iidData(noise(1000, 4, 1), 2);
    const meter = loadLibrary().estimatorLoops().meterFor(data);
    const [wanted, out] = [new Uint8Array(19).fill(1), new Float64Array(19)];
    expect(() => meter.measure(new Uint8Array(1000).fill(4), wanted, out)).toThrow(/EINVAL/);
    expect(() => meter.measure(new Uint8Array(999), wanted, out)).toThrow(RangeError);
    expect(() => meter.measure(data.symbols, wanted, new Float64Array(18))).toThrow(RangeError);
  });
});

describe("native loops", () => {
  test("end with an error when they are told to, and not before", () => {
    const stop = new Int32Array(new SharedArrayBuffer(4));
    const loops = estimatorLoops(stop);
    const run = (bits: number) =>
      Object.values(loops).map((loop) => {
        try {
          loop(sequence(noise(40_000, 2 ** bits, 1), 2 ** bits));
          return "done";
        } catch (error) {
          if (!(error instanceof NativeError)) throw error;
          return error.message;
        }
      });
    expect(new Set([...run(1), ...run(8)])).toEqual(new Set(["done"]));
    Atomics.store(stop, 0, 1);
    for (const message of [...run(1), ...run(8)]) expect(message).toContain("ECANCELED");
  });

  test("are replaced by the plain ones where the library cannot be loaded", () => {
    const missing = () => {
      throw new NativeError("native library libee.so: no such file");
    };
    expect(estimatorLoops(undefined, missing)).toBe(PLAIN_LOOPS);
  });

  test("refuse symbols that the alphabet has not, and none", () => {
    const native = loadLibrary().estimatorLoops();
    expect(() => native.countRepeats(sequence(Uint8Array.of(0, 1, 2), 2))).toThrow(/EINVAL/);
    expect(() => native.countRepeats(sequence(new Uint8Array(), 2))).toThrow(RangeError);
    expect(() => native.predict("mcw", sequence(new Uint8Array(100), 2))).toThrow(/EINVAL/);
  });
});
