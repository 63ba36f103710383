/** Recurrences with carry: the C loop against divsteps of whole numbers, generators. */
import { describe, expect, test } from "bun:test";
import { loadLibrary } from "../../ffi/index.ts";
import { CARRY_RECURRENCE } from "../../src/deep/families/carry-recurrence.ts";
import { type Digits, FirstBytes, LIMB_BITS } from "../../src/deep/linear/digits.ts";
import { keystream } from "../support/keystream.ts";
import { fill32, fill64, swapBytes } from "./linear-generators.ts";
import { corrected, observe } from "./observe.ts";

const UNIT = 2 ** 16;

/** Tells of each step if g is odd before it: divsteps on numbers of any size. */
function oddSteps(number: bigint, n: number): boolean[] {
  let [delta, f, g] = [1, 1n, number];
  return Array.from({ length: n }, () => {
    const isOdd = (g & 1n) === 1n;
    if (isOdd && delta > 0) [delta, f, g] = [1 - delta, g, (g - f) >> 1n];
    else [delta, g] = [1 + delta, (isOdd ? g + f : g) >> 1n];
    return isOdd;
  });
}

function expected(number: bigint, n: number): number[] {
  let [longest, before, run] = [0, 0, 0];
  for (const [i, isOdd] of oddSteps(number, n).entries()) {
    run = isOdd ? 0 : run + 1;
    if (run > longest) [longest, before] = [run, i + 1 - run];
  }
  return [longest, before];
}

function numberOf(bytes: Uint8Array): bigint {
  return BigInt(`0x${Buffer.from(bytes).reverse().toString("hex")}`);
}

/** Takes digits out of words, each least significant byte first. */
function digitsOf(data: Uint8Array, { wordBytes, digitBytes, first, fromTop }: Digits): Uint8Array {
  const bytes: number[] = [];
  for (let word = 0; word + wordBytes <= data.length; word += wordBytes) {
    const digit = [...data.subarray(word + first, word + first + digitBytes)];
    bytes.push(...(fromTop ? digit.reverse() : digit));
  }
  return Uint8Array.from(bytes);
}

function measure(digits: Digits, data: Uint8Array, pieces = [data.length]): number[] {
  const loops = loadLibrary().deepLoops();
  const layout = new FirstBytes([digits]);
  const state = new Uint8Array(layout.bytes);
  layout.prepare(state);
  for (let at = 0, i = 0; at < data.length; at += pieces[i++ % pieces.length]!) {
    loops.feed("first_bytes")(state, data.subarray(at, at + pieces[i % pieces.length]!), at);
  }
  layout.ask(state, digits, digits.bits);
  const figures = new Float64Array(2);
  loops.measure("carry_recurrence")(state, figures);
  return [...figures];
}

function digits(
  wordBytes: number,
  digitBytes: number,
  first: number,
  fromTop: boolean,
  limbs: number,
): Digits {
  return { wordBytes, digitBytes, first, fromTop, bits: limbs * LIMB_BITS };
}

/** Multiply-with-carry, x = a·x[n − r] + carry modulo 2^32; complemented (G. Marsaglia, "Random number generators", 2003: CMWC4096). */
function multiplyWithCarry(factor: bigint, seeds: Uint32Array, isComplemented = false): () => number {
  const state = Uint32Array.from(seeds);
  let at = 0;
  let carry = 362436n;
  return () => {
    const t = factor * BigInt(state[at]!) + carry;
    carry = t >> 32n;
    const x = Number(t & 0xffffffffn);
    state[at] = isComplemented ? 0xffffffff - x : x;
    const out = state[at]!;
    at = (at + 1) % state.length;
    return out;
  };
}

/** Subtract-with-borrow of base 2^32, lags 10 and 24 (G. Marsaglia, A. Zaman, 1991). */
function subtractWithBorrow(seeds: Uint32Array): () => number {
  const state = Uint32Array.from(seeds);
  let [at, borrow] = [0, 0];
  return () => {
    const difference = state[(at + 14) % 24]! - state[at]! - borrow;
    borrow = difference < 0 ? 1 : 0;
    state[at] = difference;
    const out = state[at]!;
    at = (at + 1) % 24;
    return out;
  };
}

function seeds(n: number): Uint32Array {
  return new Uint32Array(keystream(4 * n, 51).buffer);
}

describe("loop", () => {
  test("steps as divsteps of whole numbers do, whatever the digits and pieces", () => {
    const data = keystream(3 * UNIT, 52);
    const kinds = [
      digits(1, 1, 0, false, 17),
      digits(2, 2, 0, true, 9),
      digits(8, 8, 0, true, 33),
      digits(4, 2, 2, true, 12),
      digits(8, 4, 4, false, 20),
      digits(1, 1, 0, false, 1),
    ];
    for (const kind of kinds) {
      const number = numberOf(digitsOf(data.subarray(0, 8 * kind.bits), kind));
      for (const pieces of [[3 * UNIT], [UNIT]]) {
        expect(measure(kind, data, pieces)).toEqual(expected(number, kind.bits));
      }
    }
  });

  test("and where nothing or little is left", () => {
    const kind = digits(1, 1, 0, false, 40);
    const one = new Uint8Array(UNIT);
    one[200] = 64;
    for (const data of [new Uint8Array(UNIT), one, new Uint8Array(UNIT).fill(0xff), fill32(UNIT, () => 77)]) {
      expect(measure(kind, data)).toEqual(expected(numberOf(data), kind.bits));
    }
  });

  test("each bit decides whether its own step is odd, and no step before", () => {
    const odd = (number: bigint) => oddSteps(number, 300);
    const number = numberOf(keystream(64, 53));
    for (const bit of [0, 1, 64, 199, 299]) {
      const other = odd(number ^ (1n << BigInt(bit)));
      const steps = odd(number);
      expect(other.slice(0, bit)).toEqual(steps.slice(0, bit));
      expect(other[bit]).toBe(!steps[bit]);
    }
  });

  test("ends soon after it is told to", () => {
    const stop = new Int32Array(new SharedArrayBuffer(4));
    stop[0] = 1;
    const loops = loadLibrary().deepLoops(stop);
    const layout = new FirstBytes([digits(1, 1, 0, false, 1000)]);
    const state = new Uint8Array(layout.bytes);
    layout.prepare(state);
    expect(() => loops.feed("first_bytes")(state, keystream(UNIT, 54), 0)).toThrow("ECANCELED");
    layout.ask(state, layout.digits[0]!, 62_000);
    expect(() => loops.measure("carry_recurrence")(state, new Float64Array(2))).toThrow("ECANCELED");
  });
});

const FOUND = 1e-15;

const MWC = 4294957665n;

const KNOWN_BAD: readonly (readonly [name: string, state: number, make: () => Uint8Array])[] = [
  ["multiply-with-carry", 64, () => fill32(UNIT, multiplyWithCarry(MWC, seeds(1)))],
  [
    "multiply-with-carry, most significant byte first",
    64,
    () => swapBytes(fill32(UNIT, multiplyWithCarry(MWC, seeds(1))), 4),
  ],
  [
    "multiply-with-carry in the low half of words",
    64,
    () => {
      const [low, high] = [multiplyWithCarry(MWC, seeds(1)), seeds(UNIT / 8).values()];
      return fill64(UNIT, () => (BigInt(high.next().value ?? 0) << 32n) | BigInt(low()));
    },
  ],
  ["CMWC4096", 131_104, () => fill32(UNIT, multiplyWithCarry(18782n, seeds(4096), true))],
  ["subtract-with-borrow", 768, () => fill32(UNIT, subtractWithBorrow(seeds(24)))],
  [
    "a counter",
    192,
    () => {
      let i = 0xfedcba9876543n;
      return fill64(UNIT, () => i++);
    },
  ],
];

describe("family", () => {
  test.each(KNOWN_BAD)("finds %s", (_, state, make) => {
    const observations = observe(CARRY_RECURRENCE, make());
    expect(corrected(observations)).toBeLessThan(FOUND);
    const told = Number(/carry of some (\d+) bits/.exec(observations[0]!.suspicion)?.[1]);
    expect(told / state).toBeGreaterThan(0.6);
    expect(told / state).toBeLessThan(1.4);
  });

  test("passes good data", () => {
    for (const [seed, units] of [1, 2, 16, 32].entries()) {
      const observations = observe(CARRY_RECURRENCE, keystream(units * UNIT, 60 + seed));
      expect(observations).toHaveLength(1);
      expect(corrected(observations)).toBeGreaterThan(2 ** -10);
    }
    expect(observe(CARRY_RECURRENCE, new Uint8Array(33 * UNIT))).toEqual([]);
  });
});
