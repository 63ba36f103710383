/**
 * Multi most common in window prediction estimate, SP 800-90B §6.3.7: four predictors, each of which predicts the most
 * frequent of the last 63, 255, 1023 or 4095 symbols. The one with the most hits so far makes the prediction.
 */

import { BitTournament } from "./bit-tournament.ts";
import { type EstimatorResult, notApplicable, type Sequence } from "./estimate.ts";
import { type Play, predictionEstimate, type Score } from "./prediction.ts";

const WINDOWS = [63, 255, 1023, 4095] as const;
const SHORTEST = WINDOWS[0];
const LONGEST = WINDOWS[3];

export function multiMcw(sequence: Sequence, play: Play = playMultiMcw): EstimatorResult {
  const { symbols, alphabetSize } = sequence;
  if (symbols.length <= LONGEST) return notApplicable(`needs more than ${LONGEST} symbols`);
  return predictionEstimate(symbols.length - SHORTEST, play(sequence), alphabetSize);
}

export function playMultiMcw({ symbols, alphabetSize }: Sequence): Score {
  return alphabetSize === 2 ? playBits(symbols) : playSymbols(symbols, alphabetSize);
}

/** §6.3.7 step 3: from the 64th symbol on, each window predicts as soon as it is full. */
function playSymbols(symbols: Uint8Array, alphabetSize: number): Score {
  const windows = WINDOWS.map((length) => new Window(symbols, length, alphabetSize));
  const scores = new Int32Array(windows.length);
  let winner = 0;
  let correct = 0;
  let run = 0;
  let longestRun = 0;
  for (let i = SHORTEST; i < symbols.length; i++) {
    const symbol = symbols[i]!;
    if (windows[winner]!.mode === symbol) {
      correct++;
      run++;
      if (run > longestRun) longestRun = run;
    } else run = 0;
    for (let j = 0; j < windows.length; j++) {
      const window = windows[j]!;
      if (i < window.length) break;
      if (window.mode === symbol && ++scores[j]! >= scores[winner]!) winner = j;
      window.advance(i);
    }
  }
  return { correct, longestRun };
}

/** The most frequent symbol of a sliding window; of several, the one seen last. */
class Window {
  mode = 0;
  private modeCount = 0;
  /** Occurrences of each symbol, and how many symbols have each number of occurrences. */
  private readonly counts: Int32Array;
  private readonly symbolsWithCount: Int32Array;

  constructor(
    private readonly symbols: Uint8Array,
    readonly length: number,
    alphabetSize: number,
  ) {
    this.counts = new Int32Array(alphabetSize);
    this.symbolsWithCount = new Int32Array(length + 1);
    this.symbolsWithCount[0] = alphabetSize;
    for (let i = 0; i < length; i++) this.enter(symbols[i]!);
  }

  advance(i: number): void {
    const leaving = this.symbols[i - this.length]!;
    const left = --this.counts[leaving]!;
    this.symbolsWithCount[left + 1]!--;
    this.symbolsWithCount[left]!++;
    this.enter(this.symbols[i]!);
    if (leaving !== this.mode || this.counts[leaving] === this.modeCount) return;
    // The mode has lost an occurrence. Either another symbol has as many as it had, or all have fewer.
    if (this.symbolsWithCount[this.modeCount] === 0) this.modeCount--;
    let last = i;
    while (this.counts[this.symbols[last]!] !== this.modeCount) last--;
    this.mode = this.symbols[last]!;
  }

  private enter(symbol: number): void {
    const count = ++this.counts[symbol]!;
    this.symbolsWithCount[count - 1]!--;
    this.symbolsWithCount[count]!++;
    if (count >= this.modeCount) {
      this.modeCount = count;
      this.mode = symbol;
    }
  }
}

/** Window lengths are odd, so one bit is in the majority. */
function playBits(bits: Uint8Array): Score {
  const n = bits.length;
  const tournament = new BitTournament(WINDOWS.length);
  const ones = WINDOWS.map((length) => bits.subarray(0, length).reduce((sum, bit) => sum + bit, 0));
  for (let start: number = SHORTEST; start < n; start += 32) {
    const end = Math.min(start + 32, n);
    for (let j = 0; j < WINDOWS.length; j++) {
      const length = WINDOWS[j]!;
      const half = length >> 1;
      let count = ones[j]!;
      let hits = 0;
      for (let i = Math.max(start, length); i < end; i++) {
        const bit = bits[i]!;
        const majority = (half - count) >>> 31;
        hits = (hits << 1) | (majority ^ bit ^ 1);
        count += bit - bits[i - length]!;
      }
      ones[j] = count;
      tournament.hits[j] = hits << (32 - (end - start));
    }
    tournament.play(end - start);
  }
  return tournament.score;
}
