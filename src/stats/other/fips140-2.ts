/**
 * The statistical power-up tests of FIPS 140-2 §4.9.1 (with change notice 1, 10 October 2001, before they
 * were withdrawn), block by block as the program `rngtest` runs them: four bytes seed the continuous test,
 * then every 20,000 bits are a block; bytes after the last whole block are not tested.
 */

import { BYTE_ONES } from "../math/bit-words.ts";
import { binomialUpper } from "../math/tails.ts";
import type { TestName, TestResult } from "../result.ts";
import { notEnoughData } from "./not-enough-data.ts";

export const BLOCK_BYTES = 2500;
export const SEED_BYTES = 4;

/** Inclusive limits of passing. The poker test's are those of Σ f², 16/5000·Σ f² − 5000 being in (2.16, 46.17). */
const ONES = [9726, 10274] as const;
const SQUARES = [1_563_176, 1_576_928] as const;
const RUNS = [
  [2315, 2685],
  [1114, 1386],
  [527, 723],
  [240, 384],
  [103, 209],
  [103, 209],
] as const;
const LONGEST_RUN = 25;

/**
 * The tests in the order of the bits of a block's mask (1, 2, 4, 8, 16), with the chance that a good block fails:
 * monobit the binomial tails; poker the exact law of Σ f²
 * over multinomial(5000; 16 cells), by convolution; runs the sum over the twelve counts of their exact tails
 * (a recursion over the bits: 7.36e-5, 1.88e-5, 1.87e-5, 1.68e-5, 1.30e-5, 0.90e-5 for each kind of bit);
 * long run the recursion q(j) = q(j−1) − q(j−26)/2²⁶; continuous 1 − (1 − 2⁻³²)⁶²⁵.
 */
const FIPS_TESTS = [
  { id: "monobit", title: "Monobit", failureProbability: 1.03497003007e-4 },
  { id: "poker", title: "Poker", failureProbability: 9.973661e-5 },
  { id: "runs", title: "Runs", failureProbability: 2.995653682616e-4 },
  { id: "long-run", title: "Long run", failureProbability: 2.97621411002e-4 },
  { id: "continuous-run", title: "Continuous run", failureProbability: 1.4551914171e-7 },
] as const;

/**
 * The chance that a block fails anything: at most the sum, 8.0057e-4 (Boole), so the p-values are valid. Of ten
 * million simulated blocks 7,877 failed, and 2,997 of them the runs test.
 */
const ANY_FAILURE = FIPS_TESTS.reduce((sum, test) => sum + test.failureProbability, 0);

/** Chance that one of the tests fails good data, that of AIS 20/31 for a procedure. */
const CHANCE = 1e-6;

/** All results, in their order: first failures of any kind, then one result for each test. */
export const FIPS_RESULTS: readonly (TestName & { readonly failureProbability: number })[] = [
  { id: "blocks", title: "Blocks that fail a test", failureProbability: ANY_FAILURE },
  ...FIPS_TESTS,
];

export class FipsBlocks {
  blocks = 0;
  /** Blocks that failed at least one test. */
  failures = 0;
  /** Blocks that failed each of FIPS_TESTS. */
  readonly byTest: number[] = FIPS_TESTS.map(() => 0);
  /** The first hundred failed blocks; bit i of `mask` stands for FIPS_TESTS[i]. */
  readonly failed: { readonly block: number; readonly mask: number }[] = [];

  readonly #block = new Uint8Array(BLOCK_BYTES);
  #fill = 0;
  #seedLeft = SEED_BYTES;
  #lastWord = 0;

  update(chunk: Uint8Array): this {
    if (!(chunk instanceof Uint8Array)) throw new TypeError("FIPS 140-2 blocks are made of bytes");
    let at = 0;
    for (; this.#seedLeft > 0 && at < chunk.length; this.#seedLeft--) {
      this.#lastWord = (this.#lastWord << 8) | chunk[at++]!;
    }
    while (at < chunk.length) {
      const taken = Math.min(BLOCK_BYTES - this.#fill, chunk.length - at);
      this.#block.set(chunk.subarray(at, at + taken), this.#fill);
      at += taken;
      this.#fill += taken;
      if (this.#fill === BLOCK_BYTES) this.#finishBlock();
    }
    return this;
  }

  /**
   * Counts the failed blocks, in all and by test. The standard has intervals and no p-values, and about one good block in 1,250 fails:
   * as many pass as good blocks exceed with a chance of at most CHANCE.
   */
  results(): TestResult[] {
    return FIPS_RESULTS.map(({ id, failureProbability }, i) => {
      const header = {
        suite: "fips140-2" as const,
        test: id,
        section: "4.9.1",
        params: { blockBits: 8 * BLOCK_BYTES, failureProbability },
        n: this.blocks,
      };
      if (this.blocks === 0) return notEnoughData(header, SEED_BYTES + BLOCK_BYTES, "bytes");
      const failures = i === 0 ? this.failures : this.byTest[i - 1]!;
      return {
        ...header,
        kind: "bounds",
        value: failures,
        lower: null,
        upper: mostFailures(this.blocks, failureProbability),
        passed: binomialUpper(failures, this.blocks, failureProbability) > CHANCE,
        ...(i === 0 ? { details: { failed: this.failed.slice() } } : {}),
      };
    });
  }

  #finishBlock(): void {
    const block = examineBlock(this.#block);
    let mask = 0;
    if (!within(block.ones, ONES)) mask |= 1;
    if (!within(block.squares, SQUARES)) mask |= 2;
    if (
      RUNS.some((limits, i) => !within(block.runs[0]![i]!, limits) || !within(block.runs[1]![i]!, limits))
    ) {
      mask |= 4;
    }
    if (block.longest > LONGEST_RUN) mask |= 8;
    if (this.#repeatsWord()) mask |= 16;
    if (mask !== 0) {
      this.failures++;
      if (this.failed.length < 100) this.failed.push({ block: this.blocks, mask });
    }
    this.byTest.forEach((count, i) => {
      this.byTest[i] = count + ((mask >> i) & 1);
    });
    this.blocks++;
    this.#fill = 0;
  }

  /** Continuous test: no 32-bit word equals the one before it, across blocks. */
  #repeatsWord(): boolean {
    let repeats = false;
    const block = this.#block;
    for (let i = 0; i < BLOCK_BYTES; i += 4) {
      const word = (block[i]! << 24) | (block[i + 1]! << 16) | (block[i + 2]! << 8) | block[i + 3]!;
      if (word === this.#lastWord) repeats = true;
      this.#lastWord = word;
    }
    return repeats;
  }
}

/** The largest number of failed blocks that so many good ones reach with a chance above CHANCE, by halving. */
function mostFailures(blocks: number, failureProbability: number): number {
  let low = 0;
  let high = blocks + 1;
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (binomialUpper(middle, blocks, failureProbability) > CHANCE) low = middle;
    else high = middle;
  }
  return low;
}

/** Tests bytes that are all at hand. */
export function fips1402(bytes: Uint8Array): TestResult[] {
  return new FipsBlocks().update(bytes).results();
}

/** Counts that the first four tests rest on. */
export interface BlockCounts {
  readonly ones: number;
  /** Σ f² over the 16 nibble values. */
  readonly squares: number;
  /** Runs of zeros and of ones of length 1 … 5 and ≥ 6. */
  readonly runs: readonly [readonly number[], readonly number[]];
  readonly longest: number;
}

/** Counts one block of 2,500 bytes, most significant bit first. */
export function examineBlock(block: Uint8Array): BlockCounts {
  const values = new Uint32Array(256);
  // Runs of zeros, then of ones, by length up to "6 and more": [7·bit + length].
  const runs = new Uint32Array(14);
  let open = block[0]! >> 7;
  let start = 0;
  let longest = 0;
  for (let i = 0; i < BLOCK_BYTES; i += 4) {
    const a = block[i]!;
    const b = block[i + 1]!;
    const c = block[i + 2]!;
    const d = block[i + 3]!;
    values[a]!++;
    values[b]!++;
    values[c]!++;
    values[d]!++;
    const word = (a << 24) | (b << 16) | (c << 8) | d;
    // A one wherever a bit differs from the one before it: there a run ends and the next begins.
    let turns = word ^ ((word >>> 1) | (open << 31));
    while (turns !== 0) {
      const at = Math.clz32(turns);
      const length = 8 * i + at - start;
      runs[7 * open + Math.min(length, 6)]!++;
      if (length > longest) longest = length;
      start = 8 * i + at;
      open ^= 1;
      turns &= 0x7fffffff >>> at;
    }
  }
  const last = 8 * BLOCK_BYTES - start;
  runs[7 * open + Math.min(last, 6)]!++;
  longest = Math.max(longest, last);

  let ones = 0;
  const nibbles = new Uint32Array(16);
  values.forEach((count, byte) => {
    ones += BYTE_ONES[byte]! * count;
    nibbles[byte >> 4]! += count;
    nibbles[byte & 15]! += count;
  });
  return {
    ones,
    squares: nibbles.reduce((sum, f) => sum + f * f, 0),
    runs: [Array.from(runs.subarray(1, 7)), Array.from(runs.subarray(8))],
    longest,
  };
}

function within(value: number, [least, most]: readonly [number, number]): boolean {
  return value >= least && value <= most;
}
