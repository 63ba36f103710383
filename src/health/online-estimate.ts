import { proportionUpperBound, runUpperBound } from "../stats/sp800-90b/upper-bounds.ts";

/**
 * Length of the first block, symbols. Until it is full the estimate is 0, so it is short: at a million samples a
 * second the first credit waits 2 ms, half of it spent in the start-up test anyway. 2048 trials still pin a
 * proportion of ½ down to ± 2.576·√(¼/2047) = 0.028.
 */
export const FIRST_BLOCK = 2048;

/** Length of every later block, symbols. Twice the first: a narrower bound, and the tables are cleared half as often. */
export const BLOCK = 4096;

/** Longest lag of a predictor. Every lag up to it is tried, so that a period of 2 to 8 symbols is recognised exactly. */
const MAX_LAG = 8;

/**
 * Keeps a running upper estimate of a source's min-entropy, which caps the credit of its symbols.
 *
 * **It is a cap, never a claim.** A few thousand symbols and three simple predictors can show that a source holds
 * *less* than claimed; they cannot show that it holds as much. Credit is min(claimed, assessed, this).
 *
 * Each block is assessed on its own (`assessBlock`), and the estimate is the lower of the last two blocks. So a source
 * that weakens earns less from the next block border on, at most 4,096 symbols later, and one that recovers waits for
 * two good blocks. Between borders only the health tests watch.
 *
 * The block length limits the estimate: among 2^k equally likely values the most common one stands out by chance, and
 * more so in a shorter block. Uniform symbols of 8, 4 and 1 bits reach about 6.6, 3.6 and 0.91 bits with 4,096 symbols
 * (6.2 at worst in a thousand blocks of 8 bits) and about 6.2, 3.5 and 0.87 with 2,048.
 */
export class OnlineEstimate {
  readonly #block = new Uint8Array(BLOCK);
  #filled = 0;
  #length = FIRST_BLOCK;
  #latest = 0;
  #previous = 0;

  /** @param symbolBits width of a symbol, 1..8: no estimate exceeds it */
  constructor(readonly symbolBits: number) {
    if (!Number.isInteger(symbolBits) || symbolBits < 1 || symbolBits > 8) {
      throw new RangeError(`symbolBits must be a whole number from 1 to 8, not ${symbolBits}`);
    }
  }

  /** Most min-entropy that may be credited now, bits per symbol; 0 until the first block is full. */
  get bitsPerSymbol(): number {
    return Math.min(this.#latest, this.#previous);
  }

  /** Feeds the source's next symbols, including those of the start-up test. */
  update(symbols: Uint8Array): void {
    for (let start = 0; start < symbols.length; ) {
      const part = symbols.subarray(start, start + this.#length - this.#filled);
      this.#block.set(part, this.#filled);
      this.#filled += part.length;
      start += part.length;
      if (this.#filled === this.#length) this.#assess();
    }
  }

  /** Forgets everything, for use after a quarantine. */
  reset(): void {
    this.#filled = 0;
    this.#length = FIRST_BLOCK;
    this.#latest = 0;
    this.#previous = 0;
  }

  #assess(): void {
    const bits = assessBlock(this.#block.subarray(0, this.#length), this.symbolBits);
    this.#previous = this.#length === FIRST_BLOCK ? bits : this.#latest;
    this.#latest = bits;
    this.#length = BLOCK;
    this.#filled = 0;
  }
}

/**
 * Returns an upper estimate of the min-entropy of one block, bits per symbol, 0..symbolBits: −log₂ of the highest of the
 * upper confidence bounds (99 %, SP 800-90B §6.3) of three kinds of guess at the next symbol:
 *
 * - the most common value (§6.3.1);
 * - the symbol seen d ago, for d = 1..8 (in the manner of the lag predictor, §6.3.8);
 * - the successor that has followed the last symbol most often (in the manner of MultiMMC at depth 1, §6.3.9).
 *
 * For the successor, the longest run of right guesses counts too (P_local, §6.3.9).
 *
 * @param block 512 to 4,096 symbols
 */
export function assessBlock(block: Uint8Array, symbolBits: number): number {
  if (block.length < 512 || block.length > BLOCK) {
    throw new RangeError(`a block has from 512 to ${BLOCK} symbols, not ${block.length}`);
  }
  const p = successorBound(block, Math.max(mostCommonValueBound(block), lagBound(block)));
  return p >= 1 ? 0 : Math.min(symbolBits, -Math.log2(p));
}

const counts = new Uint16Array(256);

function mostCommonValueBound(block: Uint8Array): number {
  counts.fill(0);
  for (let i = 0; i < block.length; i++) counts[block[i]!]!++;
  let most = 0;
  for (let symbol = 0; symbol < 256; symbol++) if (counts[symbol]! > most) most = counts[symbol]!;
  return proportionUpperBound(most, block.length);
}

/** Returns the highest bound of the lag predictors. */
function lagBound(block: Uint8Array): number {
  const hits = [...lagHits(block, block), ...lagHits(block.subarray(MAX_LAG / 2), block)];
  return Math.max(...hits.map((count, i) => proportionUpperBound(count, block.length - (i + 1))));
}

/**
 * Counts how often `symbols[i]` equals each of `past[i − 1]` to `past[i − 4]`. Four lags share a pass, because their
 * state then fits in registers: 0.4 ns per lag and symbol, against 0.8 one by one and 0.6 with all eight at once.
 */
function lagHits(symbols: Uint8Array, past: Uint8Array): [number, number, number, number] {
  let hits1 = 0;
  let hits2 = 0;
  let hits3 = 0;
  let hits4 = 0;
  let past1 = -1;
  let past2 = -1;
  let past3 = -1;
  let past4 = -1;
  for (let i = 0; i < symbols.length; i++) {
    const symbol = symbols[i]!;
    hits1 += Number(symbol === past1);
    hits2 += Number(symbol === past2);
    hits3 += Number(symbol === past3);
    hits4 += Number(symbol === past4);
    past4 = past3;
    past3 = past2;
    past2 = past1;
    past1 = past[i]!;
  }
  return [hits1, hits2, hits3, hits4];
}

// Row = symbol, column = its successor. Shared by all estimates, cleared before use; 128 KiB stay in the L2 cache.
const successorCounts = new Uint16Array(256 * 256);
const bestSuccessor = new Uint8Array(256);
const guesses = new Uint8Array(BLOCK);

/** Returns the higher of `floor` and the bound of the successor predictor, which learns as it goes. */
function successorBound(block: Uint8Array, floor: number): number {
  successorCounts.fill(0);
  // The first guess is 0, which is as good as any other.
  bestSuccessor.fill(0);
  let hits = 0;
  let last = block[0]!;
  for (let i = 1; i < block.length; i++) {
    const symbol = block[i]!;
    const guess = bestSuccessor[last]!;
    guesses[i] = guess;
    hits += Number(symbol === guess);
    const row = last * 256;
    const count = ++successorCounts[row + symbol]!;
    if (count > successorCounts[row + guess]!) bestSuccessor[last] = symbol;
    last = symbol;
  }
  const n = block.length - 1;
  const longestRun = longestAgreement(block.subarray(1), guesses.subarray(1));
  return runUpperBound(longestRun, n, Math.max(floor, proportionUpperBound(hits, n)));
}

/**
 * Returns the length of the longest run of indices at which `a` and `b` agree. Looks at the far end of a possible new
 * record and walks back, so that most symbols are never read.
 */
function longestAgreement(a: Uint8Array, b: Uint8Array): number {
  let longest = 0;
  for (let start = 0; start + longest < a.length; ) {
    let i = start + longest;
    while (i >= start && a[i] === b[i]) i--;
    if (i < start) {
      let end = start + longest + 1;
      while (end < a.length && a[end] === b[end]) end++;
      longest = end - start;
      start = end + 1;
    } else {
      start = i + 1;
    }
  }
  return longest;
}
