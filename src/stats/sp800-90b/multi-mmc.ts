/**
 * Multi Markov model with counting prediction estimate, SP 800-90B §6.3.9: sixteen predictors, each of which predicts the
 * symbol that most often followed the last 1 … 16 symbols. The one with the most hits so far makes the prediction.
 */

import { BitTournament } from "./bit-tournament.ts";
import { ContextTree, NONE, ROOT } from "./context-tree.ts";
import { type EstimatorResult, notApplicable, type Sequence } from "./estimate.ts";
import { type Play, predictionEstimate, type Score } from "./prediction.ts";

const DEPTHS = 16;
/** Most pairs of context and successor at each depth. */
const MOST_PAIRS = 100_000;

export function multiMmc(sequence: Sequence, play: Play = playMultiMmc): EstimatorResult {
  const { symbols, alphabetSize } = sequence;
  if (symbols.length < 4) return notApplicable("needs at least 4 symbols");
  return predictionEstimate(symbols.length - 2, play(sequence), alphabetSize);
}

export function playMultiMmc({ symbols, alphabetSize }: Sequence): Score {
  return alphabetSize === 2 ? playBits(symbols) : playSymbols(symbols);
}

/**
 * Most long contexts occur once. A context seen once is stored as a leaf: it stands for all longer contexts at the same
 * place up to a depth, its `reach`, and holds only that place, the index of its successor. When it occurs again, the
 * successor is counted and the leaf moves one step down.
 *
 * As in NIST's program, a context is looked up only if the one shorter by a symbol is known, and a predictor in the lead
 * that makes no prediction neither lengthens nor ends the run of correct ones.
 */
function playSymbols(symbols: Uint8Array): Score {
  const tree = new ContextTree();
  const pairs = new Int32Array(DEPTHS + 1);
  const scores = new Int32Array(DEPTHS + 1);
  /** Depths beyond this one have no room for a pair. */
  let deepestOpen = DEPTHS;
  let winner = 1;
  let correct = 0;
  let run = 0;
  let longestRun = 0;
  for (let i = 1; i < symbols.length; i++) {
    const symbol = symbols[i]!;
    const speaker = winner;
    const deepest = Math.min(DEPTHS, i);
    let node = ROOT;
    let depth = 1;
    for (; depth <= deepest; depth++) {
      const child = tree.child(node, symbols[i - depth]!);
      if (child === NONE) break;
      const place = tree.place(child);
      if (place > 0) {
        tree.clearPlace(child);
        tree.count(child, symbols[place]!, true);
        const reach = tree.reach(child);
        if (depth < reach) tree.addChild(child, symbols[place - depth - 1]!, place, reach);
      }
      if (tree.prediction(child) === symbol) {
        if (++scores[depth]! >= scores[winner]!) winner = depth;
        if (depth === speaker) {
          correct++;
          run++;
          if (run > longestRun) longestRun = run;
        }
      } else if (depth === speaker) run = 0;
      if (tree.count(child, symbol, pairs[depth]! < MOST_PAIRS)) pairs[depth]!++;
      node = child;
    }
    // Unknown contexts enter where there is room. One whose shorter context did not enter is never found again.
    const firstNew = depth;
    let reach = depth - 1;
    const lastNew = Math.min(deepest, deepestOpen);
    for (; depth <= lastNew; depth++) {
      if (pairs[depth]! >= MOST_PAIRS) continue;
      pairs[depth]!++;
      if (reach === depth - 1) reach = depth;
    }
    while (pairs[deepestOpen]! >= MOST_PAIRS) deepestOpen--;
    if (reach >= firstNew) tree.addChild(node, symbols[i - firstNew]!, i, reach);
  }
  return { correct, longestRun };
}

/** Contexts of bits index tables. All sixteen depths look at 32 places before their scores are compared. */
function playBits(bits: Uint8Array): Score {
  const n = bits.length;
  const tournament = new BitTournament(DEPTHS);
  const shallow = new ShallowContexts(tournament);
  const deepest = new DeepestContexts(tournament);
  let before = 0;
  for (let start = 0; start < n; start += 32) {
    const length = Math.min(32, n - start);
    let word = 0;
    for (let i = start; i < start + length; i++) word = (word << 1) | bits[i]!;
    word <<= 32 - length;
    for (let depth = 1; depth < DEPTHS; depth++) {
      shallow.predict(depth, before, word, start === 0 ? depth : 0, length);
    }
    deepest.predict(before, word, start === 0 ? DEPTHS : 0, length);
    tournament.play(length);
    before = word;
  }
  return tournament.score;
}

/** Depths up to 15 have fewer than 100,000 pairs, so all are counted. */
class ShallowContexts {
  /**
   * At 2^d + c for the context c of d bits: 0 if nothing has followed it yet, else 2·(ones − zeros) + 1. The sign is the
   * prediction, a one where both are equally frequent; the lowest bit says that there is a prediction.
   */
  private readonly balances = new Int32Array(1 << DEPTHS);

  constructor(private readonly tournament: BitTournament) {}

  /** Predicts places `first` to `length` of `word`, whose first bit is the highest; `before` is the word before it. */
  predict(depth: number, before: number, word: number, first: number, length: number): void {
    const { balances } = this;
    const size = 1 << depth;
    let context = first === 0 ? before : word >>> (32 - first);
    let hits = 0;
    let spoke = 0;
    for (let place = first; place < length; place++) {
      const bit = (word << place) >>> 31;
      const node = size | (context & (size - 1));
      const balance = balances[node]!;
      balances[node] = (balance | 1) + 4 * bit - 2;
      hits = (hits << 1) | (((balance >>> 31) ^ bit) & balance);
      spoke = (spoke << 1) | (balance & 1);
      context = (context << 1) | bit;
    }
    this.tournament.hits[depth - 1] = hits << (32 - length);
    this.tournament.spoke[depth - 1] = spoke << (32 - length);
  }
}

/** Depth 16 has 131,072 pairs, of which the first 100,000 to occur are counted. */
class DeepestContexts {
  /** At 2c and 2c + 1 for the context c: zeros and ones that followed. */
  private readonly counts = new Int32Array(2 << DEPTHS);
  private left = MOST_PAIRS;

  constructor(private readonly tournament: BitTournament) {}

  /** As ShallowContexts.predict. */
  predict(before: number, word: number, first: number, length: number): void {
    const { counts } = this;
    let room = this.left > 0 ? 1 : 0;
    let context = first === 0 ? before : word >>> (32 - first);
    let hits = 0;
    let spoke = 0;
    for (let place = first; place < length; place++) {
      const bit = (word << place) >>> 31;
      const at = 2 * (context & ((1 << DEPTHS) - 1));
      const zeros = counts[at]!;
      const ones = counts[at + 1]!;
      const known = (0 - zeros - ones) >>> 31;
      const predictsZero = (ones - zeros) >>> 31;
      hits = (hits << 1) | (known & (predictsZero ^ bit));
      spoke = (spoke << 1) | known;
      const count = counts[at + bit]!;
      const counted = (0 - count) >>> 31;
      const added = counted | room;
      counts[at + bit] = count + added;
      if (counted !== added && --this.left === 0) room = 0;
      context = (context << 1) | bit;
    }
    this.tournament.hits[DEPTHS - 1] = hits << (32 - length);
    this.tournament.spoke[DEPTHS - 1] = spoke << (32 - length);
  }
}
