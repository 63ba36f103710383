import { proportionUpperBound, runUpperBound } from "../stats/sp800-90b/upper-bounds.ts";
import { History, MatchModel } from "./match-model.ts";

/** Fewest and most symbols of a block: fewer bound nothing, more do not fit the tables. */
export const LEAST_BLOCK = 512;
export const MOST_BLOCK = 4_096;

/** Longest lag. */
const LAGS = 16;
/** Bits of the predictors that are no lags, in a word of `right`. */
const ORDER_1 = 1 << LAGS;
const ORDER_2 = 2 << LAGS;
const MATCH = 4 << LAGS;
const MATCH_OF_DIFFERENCES = 8 << LAGS;
const PREDICTORS = LAGS + 4;
const ALL_PREDICTORS = 2 ** PREDICTORS - 1;

/** Longest run that is carried from block to block; longer ones prove no more. */
const LONGEST_RUN = 2 ** 20;

/**
 * Estimates, block by block, the most min-entropy that a source's symbols can hold, which caps their credit.
 *
 * **It is a cap, never a claim.** A few thousand symbols and simple guesses can show that a source holds *less* than
 * claimed; they cannot show that it holds as much. The estimate is −log₂ of the highest of the upper confidence bounds
 * (99 %, SP 800-90B §6.3) of these guesses at the next symbol:
 *
 * - the most common value of the block (§6.3.1);
 * - the symbol seen d ago, for d = 1..16 (in the manner of the lag predictor, §6.3.8);
 * - the successor of the last symbol, and of the last two, learnt anew in each block (in the manner of MultiMMC, §6.3.9);
 * - what followed the last time that the symbols, or their differences, went alike, in the last 258,000 (`MatchModel`).
 *
 * For all but the first, the longest run of right guesses counts too (P_local, §6.3.8), with what of it lies before the
 * block. The runs of all twenty guesses are judged as one, of twenty times as many trials: else the longest of twenty
 * would pass for the longest of one.
 *
 * It sees whatever repeats within 258,000 symbols: stuck sources, cycles, replays, counters of any step and slowness, also
 * interleaved ones. **It cannot see** a generator within its period, such as a shift register of 16 bits before its symbol
 * 65,536 or any cipher: that holds no entropy and looks as if it did. Nor does it see a replay of more than 258,000 symbols.
 *
 * The block length limits it: among 2^k equally likely values the most common one stands out by chance, and more so in a
 * shorter block. Uniform symbols of 8, 4 and 1 bits reach about 6.6, 3.6 and 0.91 bits in 4,096 symbols.
 */
export class BlockEstimate {
  readonly #history = new History();
  readonly #matches: MatchModel;
  readonly #matchesOfDifferences: MatchModel;
  /** Length of the run of right guesses that each predictor has at the end of the latest block. */
  readonly #runs = new Int32Array(PREDICTORS);

  /** @param symbolBits width of a symbol, 1..8: no estimate exceeds it */
  constructor(readonly symbolBits: number) {
    if (!Number.isInteger(symbolBits) || symbolBits < 1 || symbolBits > 8) {
      throw new RangeError(`symbolBits must be a whole number from 1 to 8, not ${symbolBits}`);
    }
    this.#matches = new MatchModel(symbolBits, "symbols");
    this.#matchesOfDifferences = new MatchModel(symbolBits, "differences");
  }

  /** Learns symbols that are not assessed: those of the start-up test. */
  learn(symbols: Uint8Array): void {
    for (let start = 0; start < symbols.length; start += MOST_BLOCK) {
      const part = symbols.subarray(start, start + MOST_BLOCK);
      this.#guess(part);
      this.#judgeRuns(part.length);
    }
  }

  /**
   * Returns an upper estimate of the min-entropy of one block, bits per symbol, 0..symbolBits, and learns it.
   * @param block 512 to 4,096 symbols, which follow those seen before
   */
  assess(block: Uint8Array): number {
    const n = block.length;
    if (n < LEAST_BLOCK || n > MOST_BLOCK) {
      throw new RangeError(`a block has from ${LEAST_BLOCK} to ${MOST_BLOCK} symbols, not ${n}`);
    }
    this.#guess(block);
    const byValue = proportionUpperBound(highestCount(block), n);
    const byProportion = proportionUpperBound(mostRight(n), n);
    const runs = this.#judgeRuns(n);
    let p = Math.max(byValue, byProportion);
    p = runUpperBound(runs.longest, PREDICTORS * n, p);
    p = runUpperBound(runs.longestFromBefore, PREDICTORS * n + runs.before, p);
    return p >= 1 ? 0 : Math.min(this.symbolBits, -Math.log2(p));
  }

  /** Forgets everything, for use after a quarantine: wipes the history and gives its memory back. */
  reset(): void {
    this.#history.reset();
    this.#matches.reset();
    this.#matchesOfDifferences.reset();
    this.#runs.fill(0);
    for (const table of [
      right,
      lags,
      lagsAt,
      successorCounts,
      likelySuccessor,
      pairSuccessor,
      counts,
      hits,
    ]) {
      table.fill(0);
    }
  }

  /** Lets all predictors guess these symbols, at most 4,096; `right` tells which were right. */
  #guess(symbols: Uint8Array): void {
    guessByLags(symbols, this.#history);
    guessBySuccessors(symbols, this.#history.recent(2), this.#history.recent(1));
    this.#history.append(symbols);
    this.#matches.follow(this.#history, symbols.length, right, MATCH);
    this.#matchesOfDifferences.follow(this.#history, symbols.length, right, MATCH_OF_DIFFERENCES);
  }

  /** Returns the longest run of right guesses in `n` symbols, and the longest of those that began before them. */
  #judgeRuns(n: number): { longest: number; longestFromBefore: number; before: number } {
    let longestFromBefore = 0;
    let before = 0;
    for (let i = 0, alive = ALL_PREDICTORS; i <= n && alive !== 0; i++) {
      const ended = i < n ? alive & ~right[i]! : alive;
      alive &= ~ended;
      for (let bits = ended; bits !== 0 && i > 0; bits &= bits - 1) {
        const run = this.#runs[31 - Math.clz32(bits & -bits)]!;
        if (run > 0 && run + i > longestFromBefore) {
          longestFromBefore = run + i;
          before = run;
        }
      }
    }
    this.#keepRuns(n);
    return { longest: longestRun(n), longestFromBefore, before };
  }

  /** Keeps the run that each predictor has at the end. */
  #keepRuns(n: number): void {
    let alive = ALL_PREDICTORS;
    for (let length = 0; alive !== 0; length++) {
      const ended = length < n ? alive & ~right[n - 1 - length]! : alive;
      alive &= ~ended;
      for (let bits = ended; bits !== 0; bits &= bits - 1) {
        const predictor = 31 - Math.clz32(bits & -bits);
        const before = length === n ? this.#runs[predictor]! : 0;
        this.#runs[predictor] = Math.min(LONGEST_RUN, before + length);
      }
    }
  }
}

// Shared by all sources, and filled anew for each block.

/** For each symbol of the block a word with a bit for each predictor that was right. */
const right = new Int32Array(MOST_BLOCK);

/** For each value a bit for each of the last 16 symbols that had it, as of the position in `lagsAt`. */
const lags = new Int32Array(256);
const lagsAt = new Int32Array(256);

/** Sets the bits of the lags, and clears all others. */
function guessByLags(symbols: Uint8Array, history: History): void {
  lags.fill(0);
  lagsAt.fill(-LAGS);
  for (let ago = LAGS; ago > 0; ago--) noteLag(history.recent(ago), -ago);
  for (let i = 0; i < symbols.length; i++) right[i] = noteLag(symbols[i]!, i);
}

/** Returns the lags, as bits, at which the symbol at position `at` stood before, and enters it. */
function noteLag(symbol: number, at: number): number {
  const steps = at - lagsAt[symbol]!;
  const found = steps > LAGS ? 0 : (lags[symbol]! << (steps - 1)) & (ORDER_1 - 1);
  lags[symbol] = (found << 1) | 1;
  lagsAt[symbol] = at;
  return found;
}

/** Row = symbol, column = its successor: how often. 128 KiB stay in the L2 cache, as do the two below. */
const successorCounts = new Uint16Array(256 * 256);
const likelySuccessor = new Uint8Array(256);
/** For each pair of symbols its likely successor, and in the high byte how far that one leads. */
const pairSuccessor = new Uint16Array(256 * 256);

function guessBySuccessors(symbols: Uint8Array, beforeLast: number, last: number): void {
  // The first guesses are 0, which is as good as any other.
  successorCounts.fill(0);
  likelySuccessor.fill(0);
  pairSuccessor.fill(0);
  let pair = beforeLast * 256 + last;
  for (let i = 0; i < symbols.length; i++) {
    const symbol = symbols[i]!;
    const row = pair & 255;
    const guess = likelySuccessor[row]!;
    const count = ++successorCounts[row * 256 + symbol]!;
    if (count > successorCounts[row * 256 + guess]!) likelySuccessor[row] = symbol;

    const entry = pairSuccessor[pair]!;
    const isRight = (entry & 255) === symbol;
    if (isRight) pairSuccessor[pair] = Math.min(entry + 256, 65_535);
    else pairSuccessor[pair] = entry >= 256 ? entry - 256 : symbol + 256;
    right[i]! |= Number(guess === symbol) * ORDER_1 + Number(isRight) * ORDER_2;
    pair = row * 256 + symbol;
  }
}

const counts = new Uint16Array(256);

/** Returns how often the most common value occurs. */
function highestCount(block: Uint8Array): number {
  counts.fill(0);
  for (let i = 0; i < block.length; i++) counts[block[i]!]!++;
  let most = 0;
  for (let symbol = 0; symbol < 256; symbol++) if (counts[symbol]! > most) most = counts[symbol]!;
  return most;
}

const hits = new Int32Array(PREDICTORS);

/**
 * Returns the number of right guesses of the best predictor. Four words count five predictors each, in four bits, for
 * fifteen symbols: 1.5 ns a symbol, against 14 with one predictor after the other.
 */
function mostRight(n: number): number {
  hits.fill(0);
  for (let i = 0; i < n; ) {
    const end = Math.min(n, i + 15);
    let counts0 = 0;
    let counts1 = 0;
    let counts2 = 0;
    let counts3 = 0;
    for (; i < end; i++) {
      const word = right[i]!;
      counts0 += word & 0x11111;
      counts1 += (word >>> 1) & 0x11111;
      counts2 += (word >>> 2) & 0x11111;
      counts3 += (word >>> 3) & 0x11111;
    }
    for (let at = 0; at < PREDICTORS; at += 4) {
      hits[at]! += (counts0 >>> at) & 15;
      hits[at + 1]! += (counts1 >>> at) & 15;
      hits[at + 2]! += (counts2 >>> at) & 15;
      hits[at + 3]! += (counts3 >>> at) & 15;
    }
  }
  return Math.max(...hits);
}

/**
 * Returns the length of the longest run of right guesses by one predictor, within the block. Looks at the far end of a
 * possible new record and walks back until no predictor is left, so that most words are never read.
 */
function longestRun(n: number): number {
  let longest = 0;
  for (let start = 0; start + longest < n; ) {
    let i = start + longest;
    let alive = ALL_PREDICTORS;
    while (i >= start) {
      alive &= right[i]!;
      if (alive === 0) break;
      i--;
    }
    if (i >= start) {
      start = i + 1;
    } else {
      let end = start + longest + 1;
      while (end < n && (alive & right[end]!) !== 0) alive &= right[end++]!;
      longest = end - start;
    }
  }
  return longest;
}
