/**
 * Guesses the symbols of a recording one after the other, each from all before it: counts how often each symbol followed
 * in each of some twenty contexts, and mixes the counts with weights that it learns as it goes. Shares no code or idea
 * with the estimate that caps credit (src/health), nor with NIST's estimators: what both of them overlook is to show here.
 */

/** Past of the sample that is to be guessed. */
interface Past {
  readonly symbols: Uint8Array;
  /** Low 32 bits of the samples, of which a symbol is a part. */
  readonly samples: Uint32Array;
  /** Index of the sample to guess, at least 16. */
  readonly at: number;
  /** Equal symbols up to now. */
  readonly run: number;
  /** Samples, and their sum, since the last sample far above the usual. */
  readonly sinceOutlier: number;
  readonly timeSinceOutlier: number;
}

/** Symbol or sample `ago` steps back. */
const s = ({ symbols, at }: Past, ago: number) => symbols[at - ago]!;
const x = ({ samples, at }: Past, ago: number) => samples[at - ago]!;
const logarithm = (value: number, steps: number) => Math.floor(Math.log2(value + 1) * steps);

/** Contexts by name: what they keep of the past, as numbers. */
const CONTEXTS: Readonly<Record<string, (past: Past) => readonly number[]>> = {
  "none: the most common value": () => [],
  "last symbol": (p) => [s(p, 1)],
  "last 2 symbols": (p) => [s(p, 1), s(p, 2)],
  "last 3 symbols": (p) => [s(p, 1), s(p, 2), s(p, 3)],
  "last 4 symbols": (p) => [s(p, 1), s(p, 2), s(p, 3), s(p, 4)],
  "last 6 symbols": (p) => [s(p, 1), s(p, 2), s(p, 3), s(p, 4), s(p, 5), s(p, 6)],
  "last 12 symbols": (p) => [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12].map((ago) => s(p, ago)),
  "symbol 2 ago": (p) => [s(p, 2)],
  "symbol 3 ago": (p) => [s(p, 3)],
  "symbol 4 ago": (p) => [s(p, 4)],
  "symbol 8 ago": (p) => [s(p, 8)],
  "symbol 16 ago": (p) => [s(p, 16)],
  "symbols 1 and 3 ago": (p) => [s(p, 1), s(p, 3)],
  "symbols 2 and 4 ago": (p) => [s(p, 2), s(p, 4)],
  "sum of the last 2": (p) => [s(p, 1) + s(p, 2)],
  "sum of the last 4": (p) => [s(p, 1) + s(p, 2) + s(p, 3) + s(p, 4)],
  "last symbol and change": (p) => [s(p, 1), Math.sign(x(p, 1) - x(p, 2)), Math.sign(x(p, 2) - x(p, 3))],
  "last 4 roughly": (p) => [1, 2, 3, 4].map((ago) => s(p, ago) >> 3),
  "low bits of the last 16": (p) => Array.from({ length: 16 }, (_, i) => s(p, i + 1) & 1),
  "last whole sample": (p) => [x(p, 1)],
  "last 2 whole samples": (p) => [x(p, 1), x(p, 2)],
  "sizes of the last 6 samples": (p) => [1, 2, 3, 4, 5, 6].map((ago) => logarithm(x(p, ago), 4)),
  "last symbol and its run": (p) => [s(p, 1), p.run],
  "samples since the last outlier": (p) => [p.sinceOutlier],
  "time since the last outlier": (p) => [logarithm(p.timeSinceOutlier, 16)],
  "time since the last outlier, last symbol": (p) => [logarithm(p.timeSinceOutlier, 8), s(p, 1)],
  "place in 60": (p) => [p.at % 60],
  "place in 64": (p) => [p.at % 64],
  "place in 64, last symbol": (p) => [p.at % 64, s(p, 1)],
};

/** Entries of a context's table, in counts. */
const TABLE = 2 ** 21;
/** Counts of a row are halved when they add up to so many, so that it follows a source that drifts. */
const MOST_COUNTS = 4_000;
/** Share of a count that every symbol has from the start. */
const PRIOR = 0.02;
/** Learning rate of the weights. */
const RATE = 0.002;
/** Share of the recording at its start that is only learnt. */
const WARM_UP = 0.1;

/** Logarithms for each count that occurs, made once: a guess takes hundreds of them. */
function logarithms(of: (count: number) => number): Float64Array {
  return Float64Array.from({ length: MOST_COUNTS + 1 }, (_, count) => Math.log(of(count)));
}
const LOG_COUNTS = logarithms((count) => count + PRIOR);

/** How often, in one context, each symbol followed. Rows that clash replace each other. */
class Counts {
  readonly #counts: Uint16Array;
  readonly #totals: Uint32Array;
  readonly #best: Uint8Array;
  readonly #owners: Int32Array;
  readonly #logTotals: Float64Array;
  #row = 0;

  constructor(readonly values: number) {
    const rows = TABLE / values;
    this.#counts = new Uint16Array(TABLE);
    this.#totals = new Uint32Array(rows);
    this.#best = new Uint8Array(rows);
    this.#owners = new Int32Array(rows);
    this.#logTotals = logarithms((total) => total / values + PRIOR);
  }

  /** Goes to the row of a context. @returns the symbol that followed most often */
  seek(context: readonly number[]): number {
    let hash = 0x811c9dc5;
    for (const part of context) hash = Math.imul(hash ^ part, 0x01000193) ^ (hash >>> 15);
    hash ^= hash >>> 13;
    this.#row = (Math.imul(hash, 0x9e3779b1) >>> 0) % this.#totals.length;
    if (this.#owners[this.#row] !== hash) {
      this.#owners[this.#row] = hash;
      this.#totals[this.#row] = 0;
      this.#best[this.#row] = 0;
      this.#counts.fill(0, this.#row * this.values, (this.#row + 1) * this.values);
    }
    return this.#best[this.#row]!;
  }

  /** Logarithm of a symbol's probability, in units of an even chance. */
  score(symbol: number): number {
    const count = this.#counts[this.#row * this.values + symbol]!;
    return LOG_COUNTS[count]! - this.#logTotals[this.#totals[this.#row]!]!;
  }

  learn(symbol: number): void {
    const from = this.#row * this.values;
    const count = ++this.#counts[from + symbol]!;
    if (count > this.#counts[from + this.#best[this.#row]!]!) this.#best[this.#row] = symbol;
    if (++this.#totals[this.#row]! < MOST_COUNTS) return;
    let total = 0;
    for (let i = from; i < from + this.values; i++) {
      this.#counts[i]! >>= 1;
      total += this.#counts[i]!;
    }
    this.#totals[this.#row] = total;
  }
}

/** Share of right guesses, 0 to 1. Pure data. */
export interface Accuracy {
  readonly by: string;
  readonly accuracy: number;
}

/**
 * Returns the accuracy of each context alone and of their mixture, the best first.
 * @param samples raw samples, at least 1,000
 * @param symbolBits width of a symbol, which is the low part of a sample
 */
export function predict(samples: BigUint64Array, symbolBits: number): Accuracy[] {
  const values = 2 ** symbolBits;
  const words = Uint32Array.from(samples, (sample) => Number(sample & 0xffff_ffffn));
  const symbols = Uint8Array.from(words, (word) => word & (values - 1));
  const outlier = 1.5 * quantile(words, 0.99);
  const names = Object.keys(CONTEXTS);
  const contexts = names.map((name) => ({ of: CONTEXTS[name]!, counts: new Counts(values) }));
  const hits = new Float64Array(contexts.length + 1);
  const mixture = new Mixture(contexts.map(({ counts }) => counts));
  const first = Math.max(16, Math.floor(WARM_UP * symbols.length));
  const past = { symbols, samples: words, at: 16, run: 1, sinceOutlier: 0, timeSinceOutlier: 0 };
  for (; past.at < symbols.length; past.at++) {
    const truth = symbols[past.at]!;
    const guesses = contexts.map(({ of, counts }) => counts.seek(of(past)));
    guesses.push(mixture.guess(guesses, truth));
    for (const { counts } of contexts) counts.learn(truth);
    if (past.at >= first) {
      for (let i = 0; i < guesses.length; i++) hits[i]! += Number(guesses[i] === truth);
    }
    past.run = truth === symbols[past.at - 1] ? Math.min(past.run + 1, 4_000) : 1;
    const isOutlier = words[past.at]! > outlier;
    past.sinceOutlier = isOutlier ? 0 : past.sinceOutlier + 1;
    past.timeSinceOutlier = isOutlier ? 0 : past.timeSinceOutlier + words[past.at]!;
  }
  return [...names, "mixture of all"]
    .map((by, i) => ({ by, accuracy: hits[i]! / (symbols.length - first) }))
    .sort((a, b) => b.accuracy - a.accuracy);
}

/** Weighs what all contexts say of each symbol that one of them guesses: logistic regression over those, one step a sample. */
class Mixture {
  readonly #weights: Float64Array;
  readonly #scores: Float64Array;

  constructor(readonly counts: readonly Counts[]) {
    // Many contexts hold the same: as if four of them were independent.
    this.#weights = new Float64Array(counts.length).fill(4 / counts.length);
    this.#scores = new Float64Array(counts.length * counts.length);
  }

  /** Guesses one of the candidates, then learns from the truth. */
  guess(candidates: readonly number[], truth: number): number {
    const k = this.counts.length;
    const distinct = [...new Set(candidates)];
    const sums = distinct.map((symbol, c) => {
      let sum = 0;
      for (let i = 0; i < k; i++) {
        const score = this.counts[i]!.score(symbol);
        this.#scores[c * k + i] = score;
        sum += this.#weights[i]! * score;
      }
      return sum;
    });
    const highest = Math.max(...sums);
    const guess = distinct[sums.indexOf(highest)]!;
    const right = distinct.indexOf(truth);
    if (right < 0 || distinct.length === 1) return guess;
    const odds = sums.map((sum) => Math.exp(sum - highest));
    const total = odds.reduce((sum, value) => sum + value, 0);
    for (let i = 0; i < k; i++) {
      let expected = 0;
      for (let c = 0; c < odds.length; c++) expected += (odds[c]! / total) * this.#scores[c * k + i]!;
      this.#weights[i]! += RATE * (this.#scores[right * k + i]! - expected);
    }
    return guess;
  }
}

function quantile(values: Uint32Array, share: number): number {
  return values.slice().sort()[Math.floor(share * (values.length - 1))]!;
}
