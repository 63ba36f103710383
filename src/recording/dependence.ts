/**
 * Measures how much two sequences of symbols depend on each other: two sources, or one source recorded twice. Every measure
 * compares the symbols at the same index.
 */

/** Pearson's correlation coefficient of the symbols as numbers; 0 where one sequence is constant. */
export function correlation(a: Uint8Array, b: Uint8Array): number {
  requirePairs(a, b);
  const meanA = mean(a);
  const meanB = mean(b);
  let ab = 0;
  let aa = 0;
  let bb = 0;
  for (let i = 0; i < a.length; i++) {
    const x = a[i]! - meanA;
    const y = b[i]! - meanB;
    ab += x * y;
    aa += x * x;
    bb += y * y;
  }
  return aa === 0 || bb === 0 ? 0 : ab / Math.sqrt(aa * bb);
}

/**
 * Plug-in estimate of the mutual information, bits per symbol. For n independent pairs of A and B different values it is
 * biased: about (A − 1)(B − 1)/(2 n ln 2) instead of 0.
 */
export function mutualInformation(a: Uint8Array, b: Uint8Array): number {
  requirePairs(a, b);
  const joint = new Uint32Array(256 * 256);
  const countA = new Uint32Array(256);
  const countB = new Uint32Array(256);
  const n = a.length;
  for (let i = 0; i < n; i++) {
    joint[(a[i]! << 8) | b[i]!]!++;
    countA[a[i]!]!++;
    countB[b[i]!]!++;
  }
  let sum = 0;
  for (let cell = 0; cell < joint.length; cell++) {
    const count = joint[cell]!;
    if (count > 0) sum += count * Math.log2((count * n) / (countA[cell >> 8]! * countB[cell & 255]!));
  }
  return sum / n;
}

const SHUFFLES = 8;

/**
 * Mutual information less its mean over shuffled copies of `b`, bits per symbol. The copies share nothing with `a`, so the
 * difference is due to order alone: about 0 for independent sequences, possibly a little below.
 *
 * @param window shuffle only within consecutive stretches of this many symbols. Sources on one machine slow down and
 *   recover together; the copies then do the same, and the difference is due to symbols of the same moment. Defaults to
 *   the whole sequence.
 */
export function sharedInformation(a: Uint8Array, b: Uint8Array, window: number = b.length): number {
  let bias = 0;
  const copy = b.slice();
  const generator = new Uniform();
  for (let i = 0; i < SHUFFLES; i++) {
    for (let from = 0; from < copy.length; from += window) {
      shuffle(copy.subarray(from, from + window), generator);
    }
    bias += mutualInformation(a, copy) / SHUFFLES;
  }
  return mutualInformation(a, b) - bias;
}

/** Fisher and Yates. */
function shuffle(symbols: Uint8Array, generator: Uniform): void {
  for (let i = symbols.length - 1; i > 0; i--) {
    const j = Math.floor(generator.next() * (i + 1));
    const other = symbols[j]!;
    symbols[j] = symbols[i]!;
    symbols[i] = other;
  }
}

/** Marsaglia's xorshift32 with a fixed seed, so that figures can be reproduced. Good enough to shuffle. */
export class Uniform {
  #state = 2_463_534_242;

  /** Uniform in [0, 1). */
  next(): number {
    this.#state ^= this.#state << 13;
    this.#state ^= this.#state >>> 17;
    this.#state ^= this.#state << 5;
    return (this.#state >>> 0) / 2 ** 32;
  }
}

function mean(symbols: Uint8Array): number {
  let sum = 0;
  for (let i = 0; i < symbols.length; i++) sum += symbols[i]!;
  return sum / symbols.length;
}

function requirePairs(a: Uint8Array, b: Uint8Array): void {
  if (a.length !== b.length) throw new RangeError(`${a.length} and ${b.length} symbols do not pair up`);
  if (a.length === 0) throw new RangeError("there are no symbols");
}
