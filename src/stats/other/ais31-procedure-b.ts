import type { BitString } from "../bits.ts";
import { onesBetween, wordAt } from "../math/bit-words.ts";
import { digamma } from "../math/polygamma.ts";
import type { BasicTest, BasicTestKind, Procedure } from "./ais31-verdict.ts";

/** Elements of each subsequence in steps 1–4. */
const ELEMENTS = 100_000;

/**
 * A subsequence fails its test if four times the fewest possible words do not fill it. Fair bits take 1.01 times the
 * fewest; constant data would never fill it.
 */
const PATIENCE = 4;

/** Steps 1 and 2: distance from uniformity that fails. */
const T6_SINGLE = 0.025;
const T6_TRANSITION = 0.02;

/** Steps 3 and 4: the 0.9999 point of χ² with one degree of freedom, 15.137, as the standard rounds it. */
const T7_LIMIT = 15.13;

/** Step 5: bytes that only fill the table, and bytes that are tested. */
const T8_START = 2560;
const T8_TESTED = 256_000;
const T8_LIMIT = 7.976;

/** Bits that one run reads at least, if every word is used: 6,968,480. Fair data take some 15,000 more. */
export const PROCEDURE_B_BITS = ELEMENTS * (1 + 2 * 2 + 4 * 3 + 8 * 4) + 8 * (T8_START + T8_TESTED);

const KINDS: readonly BasicTestKind[] = [
  {
    id: "t6-single",
    title: "T6 uniformity of bits",
    lower: null,
    upper: T6_SINGLE,
    params: { bits: ELEMENTS },
  },
  {
    id: "t6-transition",
    title: "T6 transitions",
    lower: null,
    upper: T6_TRANSITION,
    params: { elements: ELEMENTS },
  },
  {
    id: "t7-pairs",
    title: "T7 dependence on the bit two before",
    lower: null,
    upper: T7_LIMIT,
    params: { elements: ELEMENTS },
  },
  {
    id: "t7-triples",
    title: "T7 dependence on the bit three before",
    lower: null,
    upper: T7_LIMIT,
    params: { elements: ELEMENTS },
  },
  {
    id: "t8-entropy",
    title: "T8 entropy",
    lower: T8_LIMIT,
    upper: null,
    params: { wordBits: 8, start: T8_START, tested: T8_TESTED },
  },
];

/**
 * AIS 20/31 test procedure B, nine basic tests on about 7 million bits, each step on fresh bits:
 * 1. T6: |P(1) − ½| < 0.025 over 100,000 bits;
 * 2. T6: |P(1 | 0) − P(1 | 1)| < 0.02: does a bit depend on the one before?
 * 3. T7: does it on the bit two before, the one between being s? For s = 0, 1, χ² ≤ 15.13;
 * 4. T7: does it on the bit three before, the two between being s? For four s, χ² ≤ 15.13;
 * 5. T8: Coron's entropy of bytes > 7.976.
 */
export const PROCEDURE_B: Procedure = {
  id: "procedure-b",
  title: "Procedure B",
  section: "2.4.4.2",
  kinds: KINDS,
  run,
};

function run(bits: BitString, words: Int32Array, start: number) {
  const tests: BasicTest[] = [];
  const outOfData = (neededBits: number) =>
    // Two failures decide, whatever the rest would be.
    tests.filter((test) => !test.passed).length > 1
      ? { end: bits.length, tests }
      : { neededBits: Math.max(neededBits, start + PROCEDURE_B_BITS) };

  // Step 1.
  let at = start + ELEMENTS;
  if (at > bits.length) return outOfData(at);
  const deviation = Math.abs(onesBetween(words, start, at) / ELEMENTS - 0.5);
  tests.push({ test: "t6-single", value: deviation, passed: deviation < T6_SINGLE });

  // Steps 2 to 4: words of 2, 3 and 4 bits, sorted by all bits but the last.
  for (const [width, test] of [
    [2, "t6-transition"],
    [3, "t7-pairs"],
    [4, "t7-triples"],
  ] as const) {
    const sorted = sortWords(words, at, bits.length, width);
    if ("neededBits" in sorted) return outOfData(sorted.neededBits);
    at = sorted.end;
    const half = sorted.ones.length / 2;
    for (let s = 0; s < half; s++) {
      // The first bit of a word is the one furthest back; those between are the same in both.
      const value = width === 2 ? difference(sorted.ones, s, half) : homogeneity(sorted.ones, s, half);
      const passed = sorted.full && (width === 2 ? value < T6_TRANSITION : value <= T7_LIMIT);
      tests.push({ test, value, passed });
    }
  }

  // Step 5.
  const end = at + 8 * (T8_START + T8_TESTED);
  if (end > bits.length) return outOfData(end);
  const entropy = coronEntropy(words, at);
  tests.push({ test: "t8-entropy", value: entropy, passed: entropy > T8_LIMIT });
  return { end, tests };
}

/**
 * Groups words of `width` bits by their beginning, which is all but the last bit. For each beginning, counts the last bits
 * that are 1 among the first 100,000 words.
 */
function sortWords(
  words: Int32Array,
  start: number,
  limit: number,
  width: number,
):
  | { readonly neededBits: number }
  | { readonly end: number; readonly ones: Int32Array; readonly full: boolean } {
  const beginnings = 2 ** (width - 1);
  const fill = new Int32Array(beginnings);
  const ones = new Int32Array(beginnings);
  let toFill = beginnings;
  let at = start;
  const lastChance = start + PATIENCE * beginnings * ELEMENTS * width;
  for (; toFill > 0 && at < lastChance; at += width) {
    if (at + width > limit) return { neededBits: start + beginnings * ELEMENTS * width };
    const word = wordAt(words, at) >>> (32 - width);
    const beginning = word >> 1;
    if (fill[beginning] === ELEMENTS) continue;
    ones[beginning]! += word & 1;
    if (++fill[beginning]! === ELEMENTS) toFill--;
  }
  return { end: at, ones, full: toFill === 0 };
}

function difference(ones: Int32Array, s: number, half: number): number {
  return Math.abs(ones[s]! - ones[s + half]!) / ELEMENTS;
}

/** T7: χ² of two samples of 100,000 bits against having one probability of a one. */
function homogeneity(ones: Int32Array, s: number, half: number): number {
  const a = ones[s]!;
  const b = ones[s + half]!;
  const p = (a + b) / (2 * ELEMENTS);
  // Each of the four terms has the same numerator, (a − b)²/4.
  return p === 0 || p === 1 ? 0 : (a - b) ** 2 / (2 * ELEMENTS * p * (1 - p));
}

/**
 * T8: J.-S. Coron's refinement of Maurer's test ("On the security of random sources", PKC 1999): the mean of
 * g(distance to the last occurrence of the same byte), g(i) = (1 + 1/2 + … + 1/(i − 1))/ln 2, whose
 * expectation for independent bytes is their Shannon entropy. A byte not seen before counts from the start.
 */
function coronEntropy(words: Int32Array, start: number): number {
  const last = new Int32Array(256).fill(-1);
  let sum = 0;
  for (let i = 0; i < T8_START + T8_TESTED; i++) {
    const byte = wordAt(words, start + 8 * i) >>> 24;
    if (i >= T8_START) sum += coronWeight(i - last[byte]!);
    last[byte] = i;
  }
  return sum / T8_TESTED;
}

/** g(i) for the distances in good data. For longer ones ψ(i) + γ is the harmonic sum to i − 1. */
const WEIGHTS: Float64Array = (() => {
  const weights = new Float64Array(8192);
  for (let i = 2; i < weights.length; i++) weights[i] = weights[i - 1]! + 1 / (i - 1) / Math.LN2;
  return weights;
})();
const EULER_GAMMA = 0.5772156649015329;

function coronWeight(distance: number): number {
  return distance < WEIGHTS.length ? WEIGHTS[distance]! : (digamma(distance) + EULER_GAMMA) / Math.LN2;
}
