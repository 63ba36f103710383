/**
 * LZ78Y prediction estimate, SP 800-90B §6.3.10: a dictionary of contexts of 1 … 16 symbols, filled until it holds
 * 65,536. The prediction is the most frequent successor of any of the current contexts.
 */

import { ContextTree, NONE, ROOT } from "./context-tree.ts";
import { type EstimatorResult, notApplicable, type Sequence } from "./estimate.ts";
import { type Play, predictionEstimate, type Score } from "./prediction.ts";

const LENGTHS = 16;
const MOST_CONTEXTS = 65_536;

export function lz78y(sequence: Sequence, play: Play = playLz78y): EstimatorResult {
  const { symbols, alphabetSize } = sequence;
  if (symbols.length < LENGTHS + 2) return notApplicable(`needs at least ${LENGTHS + 2} symbols`);
  return predictionEstimate(symbols.length - LENGTHS - 1, play(sequence), alphabetSize);
}

export function playLz78y({ symbols, alphabetSize }: Sequence): Score {
  return alphabetSize === 2 ? playBits(symbols) : playSymbols(symbols);
}

/** Contexts enter longest first. Those for which there is no room stay in the tree without successors. */
function playSymbols(symbols: Uint8Array): Score {
  const tree = new ContextTree();
  let contexts = 0;
  let correct = 0;
  let run = 0;
  let longestRun = 0;
  for (let i = LENGTHS; i < symbols.length; i++) {
    const symbol = symbols[i]!;
    let prediction = -1;
    let highest = 1;
    let node = ROOT;
    let length = 1;
    for (; length <= LENGTHS; length++) {
      const child = tree.child(node, symbols[i - length]!);
      if (child === NONE) break;
      node = child;
      const count = tree.predictionCount(node);
      if (count === 0) continue;
      // Of equal counts the longest context's wins.
      if (count >= highest) {
        highest = count;
        prediction = tree.prediction(node);
      }
      tree.count(node, symbol, true);
    }
    const room = Math.min(LENGTHS - length + 1, MOST_CONTEXTS - contexts);
    if (room > 0) {
      contexts += room;
      for (; length <= LENGTHS; length++) {
        node = tree.addChild(node, symbols[i - length]!);
        if (length > LENGTHS - room) tree.count(node, symbol, true);
      }
    }
    if (prediction === symbol) {
      correct++;
      run++;
      if (run > longestRun) longestRun = run;
    } else run = 0;
  }
  return { correct, longestRun };
}

/**
 * Contexts of bits index tables: the context c of d bits is node 2^d + c, with the counts of zeros and ones that
 * followed at 2·node and 2·node + 1.
 *
 * A context's counts never exceed those of its last bit alone, which entered the dictionary no later, and a count that
 * has fallen behind stays behind. So a context can decide the prediction only while one of its counts equals that of its
 * last bit. When neither does, it and all longer ones need no more counting.
 */
function playBits(bits: Uint8Array): Score {
  const counts = new Int32Array(4 << LENGTHS);
  const all = (1 << LENGTHS) - 1;
  let contexts = 0;
  let correct = 0;
  let run = 0;
  let longestRun = 0;
  let history = 0;
  for (let i = 0; i < LENGTHS; i++) history = (history << 1) | bits[i]!;
  for (let i = LENGTHS; i < bits.length; i++) {
    const bit = bits[i]!;
    const longest = (all + 1) | (history & all);
    // As long as there is room, all shorter contexts are known if the longest is.
    const mayEnter = contexts < MOST_CONTEXTS && counts[2 * longest] === 0 && counts[2 * longest + 1] === 0;

    const last = 2 * (2 | (history & 1));
    const zerosAfterLast = counts[last]!;
    const onesAfterLast = counts[last + 1]!;
    const highest = Math.max(zerosAfterLast, onesAfterLast);
    let prediction = -1;
    for (let length = 1; length <= LENGTHS; length++) {
      const size = 1 << length;
      const at = 2 * (size | (history & (size - 1)));
      const zeros = counts[at]!;
      const ones = counts[at + 1]!;
      if (zeros < zerosAfterLast && ones < onesAfterLast) break;
      if (zeros + ones === 0) continue;
      if (Math.max(zeros, ones) === highest) prediction = zeros > ones ? 0 : 1;
      counts[at + bit]!++;
    }
    if (mayEnter) {
      for (let length = LENGTHS; length >= 1 && contexts < MOST_CONTEXTS; length--) {
        const size = 1 << length;
        const at = 2 * (size | (history & (size - 1)));
        if (counts[at]! + counts[at + 1]! > 0) continue;
        counts[at + bit] = 1;
        contexts++;
      }
    }
    if (prediction === bit) {
      correct++;
      run++;
      if (run > longestRun) longestRun = run;
    } else run = 0;
    history = (history << 1) | bit;
  }
  return { correct, longestRun };
}
