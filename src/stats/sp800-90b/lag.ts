/**
 * Lag prediction estimate, SP 800-90B §6.3.8: 128 predictors, each of which repeats the symbol a fixed distance back.
 * The one with the most hits so far makes the prediction.
 */

import { BitTournament } from "./bit-tournament.ts";
import { type EstimatorResult, notApplicable, type Sequence } from "./estimate.ts";
import { type Play, predictionEstimate, type Score } from "./prediction.ts";

const LAGS = 128;

export function lag(sequence: Sequence, play: Play = playLag): EstimatorResult {
  const { symbols, alphabetSize } = sequence;
  if (symbols.length < 3) return notApplicable("needs at least 3 symbols");
  return predictionEstimate(symbols.length - 1, play(sequence), alphabetSize);
}

export function playLag({ symbols, alphabetSize }: Sequence): Score {
  return alphabetSize === 2 ? playBits(symbols) : playSymbols(symbols, alphabetSize);
}

/** Does work only for the lags that hit: those to the last occurrences of the same symbol, kept as a chain. */
function playSymbols(symbols: Uint8Array, alphabetSize: number): Score {
  const scores = new Int32Array(LAGS + 1);
  const lastSeen = new Int32Array(alphabetSize).fill(-LAGS - 1);
  /** At i mod 128: the place before i of the symbol at i. */
  const seenBefore = new Int32Array(LAGS);
  let winner = 1;
  let highScore = 0;
  let correct = 0;
  let run = 0;
  let longestRun = 0;
  lastSeen[symbols[0]!] = 0;
  seenBefore[0] = -LAGS - 1;
  for (let i = 1; i < symbols.length; i++) {
    const symbol = symbols[i]!;
    if (symbols[i - winner] === symbol) {
      correct++;
      run++;
      if (run > longestRun) longestRun = run;
    } else run = 0;
    const last = lastSeen[symbol]!;
    for (let at = last; at >= i - LAGS; at = seenBefore[at % LAGS]!) {
      const score = ++scores[i - at]!;
      if (score >= highScore) {
        highScore = score;
        winner = i - at;
      }
    }
    seenBefore[i % LAGS] = last;
    lastSeen[symbol] = i;
  }
  return { correct, longestRun };
}

/** Finds the hits of one lag in 32 places at once: compares the word there with the word that far back. */
function playBits(bits: Uint8Array): Score {
  const n = bits.length;
  const tournament = new BitTournament(LAGS);
  const { hits } = tournament;
  /** The block and the 128 bits before it, oldest first. */
  const words = new Int32Array(LAGS / 32 + 1);
  const now = words.length - 1;
  for (let start = 0; start < n; start += 32) {
    const length = Math.min(32, n - start);
    words.copyWithin(0, 1);
    let word = 0;
    for (let i = start; i < start + length; i++) word = (word << 1) | bits[i]!;
    words[now] = word <<= 32 - length;

    const inside = -1 << (32 - length);
    for (let distance = 1; distance <= LAGS; distance++) {
      const at = now - (distance >> 5);
      const shift = distance & 31;
      const older = shift === 0 ? 0 : words[at - 1]! << (32 - shift);
      let hit = ~(word ^ ((words[at]! >>> shift) | older)) & inside;
      // Nothing precedes the first bit.
      if (start < distance) hit &= distance - start >= 32 ? 0 : -1 >>> (distance - start);
      hits[distance - 1] = hit;
    }
    tournament.play(length);
  }
  return tournament.score;
}
