/**
 * The law of Σ (W − μ)²/σ² over blocks, W the occurrences in a block of a pattern that cannot overlap itself. All such patterns of a length
 * have the same. With normal counts its tail is too short: where 49 are expected, by 3.7 times at 5e-8.
 */

/** Terms are rounded to this: the p-value is exact for the sum of rounded terms, which orders outcomes as the statistic does. */
const STEP = 1 / 16;
/** Larger sums are counted together. Of eight blocks that expect 64 their probability is below 1e-15. */
const LARGEST = 128;
const STEPS = LARGEST / STEP;
/** Standard deviations above the mean, and matches besides, up to which counts are gone through. */
const REACH = 12;
const REACH_BESIDE = 40;
/** Bits of a block times counts: some tenths of a second. Beyond, more than 300 matches are expected, and χ² is short by half at most. */
const MOST_WORK = 1e8;

const laws = new Map<string, Float64Array>();
const MOST_LAWS = 16;

/** Blocks of so many bits, and patterns of m bits in them. */
export interface Blocks {
  readonly blocks: number;
  readonly bits: number;
  readonly m: number;
  readonly mean: number;
  readonly variance: number;
}

/**
 * P(Σ ≥ its observed value). @param counts of each block @returns undefined where blocks are so long that the law is too much to work
 * out, and χ² serves
 */
export function matchesUpper(counts: readonly number[], of: Blocks): number | undefined {
  const key = `${of.blocks} ${of.bits} ${of.m}`;
  const most = mostMatches(of);
  if (of.bits * most > MOST_WORK) return undefined;
  let upper = laws.get(key);
  if (upper === undefined) {
    upper = upperTails(of, most);
    if (laws.size >= MOST_LAWS) laws.delete(laws.keys().next().value!);
    laws.set(key, upper);
  }
  return upper[
    Math.min(
      STEPS,
      counts.reduce((sum, count) => sum + stepsOf(count, of), 0),
    )
  ]!;
}

function mostMatches({ mean, variance, bits, m }: Blocks): number {
  return Math.min(Math.floor(bits / m), reach(mean, variance));
}

/** A count that is practically never passed. */
function reach(mean: number, variance: number): number {
  return Math.ceil(mean + REACH * Math.sqrt(variance)) + REACH_BESIDE;
}

function stepsOf(count: number, { mean, variance }: Blocks): number {
  return Math.round((count - mean) ** 2 / variance / STEP);
}

function upperTails(of: Blocks, most: number): Float64Array {
  const one = new Float64Array(STEPS + 1);
  matchLaw(of.bits, of.m, most).forEach((chance, count) => {
    one[Math.min(STEPS, stepsOf(count, of))]! += chance;
  });
  let sum = Float64Array.of(1);
  // Powers of two of the blocks, and of those the ones that make up their number.
  for (let left = of.blocks, power = one; left > 0; left >>= 1) {
    if (left & 1) sum = added(sum, power);
    if (left > 1) power = added(power, power);
  }
  const upper = new Float64Array(STEPS + 1);
  let tail = 0;
  for (let i = STEPS; i >= 0; i--) {
    tail += sum[i] ?? 0;
    upper[i] = Math.min(1, tail);
  }
  return upper;
}

function added(a: Float64Array, b: Float64Array): Float64Array<ArrayBuffer> {
  const sum = new Float64Array(STEPS + 1);
  a.forEach((chance, i) => {
    if (chance === 0) return;
    const end = STEPS - i;
    for (let j = 0; j < end; j++) sum[i + j]! += chance * b[j]!;
    for (let j = end; j < b.length; j++) sum[STEPS]! += chance * b[j]!;
  });
  return sum;
}

/**
 * P(W = k) in so many fair bits, by k up to `most`. An occurrence that ends at bit n stands behind n − m bits of any kind, so the
 * generating function is g(n) = g(n − 1) + (x − 1)·2^−m·g(n − m). (L. J. Guibas, A. M. Odlyzko, J. Comb. Theory A 30 (1981) 183–208.)
 */
export function matchLaw(bits: number, m: number, most: number): Float64Array {
  const chance = 2 ** -m;
  // Those of the last m lengths, by length modulo m; below m bits there is no occurrence.
  const ring = Array.from({ length: m }, () => new Float64Array(most + 1).fill(1, 0, 1));
  for (let n = m; n <= bits; n++) {
    const before = ring[(n - 1) % m]!;
    const law = ring[n % m]!;
    // The variance is below the mean. Larger counts of so few bits have chances below 1e-30, and are left at none.
    const highest = Math.min(most, reach(n * chance, n * chance));
    for (let k = highest; k > 0; k--) law[k] = before[k]! + chance * (law[k - 1]! - law[k]!);
    law[0] = before[0]! - chance * law[0]!;
  }
  return ring[bits % m]!;
}
