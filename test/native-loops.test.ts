/** The native loops against the plain ones, which say what the estimators are. */
import { describe, expect, test } from "bun:test";
import { NativeError } from "#kit/errors.ts";
import { loadLibrary } from "../ffi/index.ts";
import { estimatorLoops } from "../src/native-loops.ts";
import { assess, type Loops, PLAIN_LOOPS } from "../src/stats/sp800-90b/index.ts";
import { echo, noise, sequence, uniform } from "./stats/sp800-90b/sequences.ts";

const NATIVE = estimatorLoops();

/** Fewest symbols for which an estimator asks its loop. */
const LEAST: Readonly<Record<keyof Loops, number>> = {
  countRepeats: 0,
  multiMcw: 4096,
  lag: 3,
  multiMmc: 4,
  lz78y: 18,
};

function expectSame(symbols: Uint8Array, alphabetSize: number): void {
  const data = sequence(symbols, alphabetSize);
  for (const [name, least] of Object.entries(LEAST) as [keyof Loops, number][]) {
    if (symbols.length < least) continue;
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

  test("a whole assessment", () => {
    const symbols = noise(30_000, 256, 12);
    expect(assess(symbols, 8, { details: true, loops: NATIVE })).toEqual(
      assess(symbols, 8, { details: true }),
    );
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
