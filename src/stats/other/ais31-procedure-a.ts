import { wordAt } from "../math/bit-words.ts";
import { realTransform } from "../math/real-transform.ts";
import type { BasicTest, BasicTestKind, Procedure } from "./ais31-verdict.ts";
import { countDiffering } from "./autocorrelation.ts";
import { examineBlock } from "./fips140-2.ts";

/** T0: 2¹⁶ words of 48 bits. */
const WORDS = 2 ** 16;
const WORD_BYTES = 6;
const T0_BITS = 8 * WORD_BYTES * WORDS;

/** T1–T5: 257 sequences of 20,000 bits. */
const SEQUENCES = 257;
const SEQUENCE_BITS = 20_000;

/** Bits that one run of procedure A reads: 8,285,728. */
export const PROCEDURE_A_BITS = T0_BITS + SEQUENCES * SEQUENCE_BITS;

/** T3: inclusive limits for runs of 1 … 5 and ≥ 6 bits, zeros and ones alike. */
const RUNS = [
  [2267, 2733],
  [1079, 1421],
  [502, 748],
  [223, 402],
  [90, 223],
  [90, 223],
] as const;

/** T5: shifts tried on the first half of a sequence; the worst is tested on the second. */
const SHIFTS = 5000;

const KINDS: readonly BasicTestKind[] = [
  {
    id: "t0-disjointness",
    title: "T0 disjointness",
    lower: null,
    upper: 0,
    params: { words: WORDS, wordBits: 48 },
  },
  // 9654 < X < 10346, 1.03 < X < 57.4 and 2326 < Z < 2674 in the standard; T2 moves in steps of 0.0064.
  { id: "t1-monobit", title: "T1 monobit", lower: 9655, upper: 10345, params: { sequences: SEQUENCES } },
  { id: "t2-poker", title: "T2 poker", lower: 1.0304, upper: 57.3952, params: { sequences: SEQUENCES } },
  { id: "t3-runs", title: "T3 runs", lower: null, upper: 0, params: { sequences: SEQUENCES } },
  { id: "t4-long-run", title: "T4 long run", lower: null, upper: 33, params: { sequences: SEQUENCES } },
  {
    id: "t5-autocorrelation",
    title: "T5 autocorrelation",
    lower: 2327,
    upper: 2673,
    params: { sequences: SEQUENCES },
  },
];

/**
 * AIS 20/31 test procedure A: T0 once on 2¹⁶·48 bits, then T1–T5 on each of 257 further sequences of 20,000
 * bits, 1,286 basic tests. Bits are taken most significant first. The value of T0 is the number of words
 * that occurred before, that of T3 the number of run lengths outside their limits.
 */
export const PROCEDURE_A: Procedure = {
  id: "procedure-a",
  title: "Procedure A",
  section: "2.4.4.1",
  kinds: KINDS,
  run({ bytes, length }, words, start) {
    const end = start + PROCEDURE_A_BITS;
    if (end > length) return { neededBits: end };
    const repeated = countRepeated(bytes, start / 8);
    const tests: BasicTest[] = [{ test: "t0-disjointness", value: repeated, passed: repeated === 0 }];
    for (let at = start + T0_BITS; at < end; at += SEQUENCE_BITS) {
      tests.push(...testSequence(bytes.subarray(at / 8, (at + SEQUENCE_BITS) / 8), words, at));
    }
    return { end, tests };
  },
};

/** T1–T5 on one sequence of 20,000 bits, which starts at bit `at` of `words`. */
export function testSequence(bytes: Uint8Array, words: Int32Array, at: number): BasicTest[] {
  const { ones, squares, runs, longest } = examineBlock(bytes);
  const poker = (16 * squares) / 5000 - 5000;
  const runsOutside = runs
    .flat()
    .filter((count, i) => count < RUNS[i % 6]![0] || count > RUNS[i % 6]![1]).length;
  const differing = worstShift(words, at);
  return [
    { test: "t1-monobit", value: ones, passed: ones > 9654 && ones < 10346 },
    { test: "t2-poker", value: poker, passed: poker > 1.03 && poker < 57.4 },
    { test: "t3-runs", value: runsOutside, passed: runsOutside === 0 },
    { test: "t4-long-run", value: longest, passed: longest < 34 },
    { test: "t5-autocorrelation", value: differing, passed: differing > 2326 && differing < 2674 },
  ];
}

/**
 * T5: finds the shift τ whose Z_τ = Σ b_j ⊕ b_(j+τ), j < 5000, is furthest from 2500 on the first 10,000 bits (the first
 * of several) and returns Z_τ on the last 10,000.
 */
function worstShift(words: Int32Array, at: number): number {
  const counts = differencesByShift(words, at);
  let shift = 1;
  for (let tau = 2; tau <= SHIFTS; tau++) {
    if (Math.abs(counts[tau]! - SHIFTS / 2) > Math.abs(counts[shift]! - SHIFTS / 2)) shift = tau;
  }
  return countDiffering(words, at + SEQUENCE_BITS / 2, SHIFTS, shift);
}

/**
 * Computes Z_τ for τ = 0 … 5000 at once: with bits as ±1, Z_τ = (5000 − c_τ)/2, where c is the correlation of the first
 * 5,000 bits with the first 10,000, the product of their Fourier transforms. A circle of 10,000 is just long enough
 * not to wrap, and the whole numbers come out with an error below 1e-9.
 */
function differencesByShift(words: Int32Array, at: number): Float64Array {
  const n = 2 * SHIFTS;
  const all = new Float64Array(n);
  for (let j = 0; j < n; j++) all[j] = 1 - 2 * (wordAt(words, at + j) >>> 31);
  const head = new Float64Array(n);
  head.set(all.subarray(0, SHIFTS));
  const a = realTransform(head);
  const b = realTransform(all);
  // Back again: with C = ā·b = X + iY, n·c_τ = Σ X·cos − Y·sin, the two parts of the transform of X + Y.
  const folded = new Float64Array(n);
  for (let k = 0; k <= SHIFTS; k++) {
    const x = a[2 * k]! * b[2 * k]! + a[2 * k + 1]! * b[2 * k + 1]!;
    const y = a[2 * k]! * b[2 * k + 1]! - a[2 * k + 1]! * b[2 * k]!;
    folded[(n - k) % n] = x - y;
    folded[k] = x + y;
  }
  const back = realTransform(folded);
  const counts = new Float64Array(SHIFTS + 1);
  for (let tau = 0; tau <= SHIFTS; tau++) {
    counts[tau] = Math.round((SHIFTS - (back[2 * tau]! + back[2 * tau + 1]!) / n) / 2);
  }
  return counts;
}

/** T0: counts the 48-bit words that equal an earlier one. */
function countRepeated(bytes: Uint8Array, from: number): number {
  const words = new Float64Array(WORDS);
  for (let i = 0, at = from; i < WORDS; i++, at += WORD_BYTES) {
    const high = (bytes[at]! << 16) | (bytes[at + 1]! << 8) | bytes[at + 2]!;
    const low = (bytes[at + 3]! << 16) | (bytes[at + 4]! << 8) | bytes[at + 5]!;
    words[i] = high * 2 ** 24 + low;
  }
  words.sort();
  let repeated = 0;
  for (let i = 1; i < WORDS; i++) if (words[i] === words[i - 1]) repeated++;
  return repeated;
}
