/** Compression estimate for bits, SP 800-90B §6.3.4: Maurer's universal statistic on blocks of 6 bits. */

import { Z_99 } from "../constants.ts";
import { bisectDecreasing } from "./bisect.ts";
import { type EstimatorResult, estimate, notApplicable, type Sequence } from "./estimate.ts";

const BLOCK_BITS = 6;
const BLOCK_VALUES = 1 << BLOCK_BITS;
/** Blocks that only fill the dictionary: d of step 2. */
const DICTIONARY_BLOCKS = 1000;
/** The standard's factor for the correlation of the distances, step 5, after Coron and Naccache. */
const SIGMA_FACTOR = 0.5907;

export function compression(sequence: Sequence, count = countDistances): EstimatorResult {
  const blocks = Math.floor(sequence.symbols.length / BLOCK_BITS);
  const tested = blocks - DICTIONARY_BLOCKS;
  if (tested < 1) {
    return notApplicable(`needs at least ${(DICTIONARY_BLOCKS + 1) * BLOCK_BITS} bits`);
  }

  // Step 4. Few different distances occur, so they are counted first and their logarithms summed once.
  const distances = count(sequence);
  let sum = 0;
  let sumOfSquares = 0;
  for (let distance = blocks; distance > 1; distance--) {
    const count = distances[distance]!;
    if (count === 0) continue;
    const log = Math.log2(distance);
    sum += count * log;
    sumOfSquares += count * log * log;
  }
  const xBar = sum / tested;
  // A single block leaves the deviation without bound, and the bits without entropy; where it equals the one before it, 0/0 makes
  // the search of step 7 fail, which by step 8 is 1. So does NIST's program.
  const variance = sumOfSquares / (tested - 1) - xBar * xBar;
  const sigmaHat = SIGMA_FACTOR * Math.sqrt(Math.max(0, variance));
  const xBarPrime = xBar - (Z_99 * sigmaHat) / Math.sqrt(tested);

  // Step 7.
  const logarithms = new Logarithms(blocks);
  const expected = (p: number) => {
    const q = (1 - p) / (BLOCK_VALUES - 1);
    return meanLog(p, blocks, logarithms) + (BLOCK_VALUES - 1) * meanLog(q, blocks, logarithms);
  };
  const uniform = 1 / BLOCK_VALUES;
  const p = expected(uniform) > xBarPrime ? bisectDecreasing(expected, xBarPrime, uniform, 1) : uniform;
  const foundP = p > uniform;
  return estimate(-Math.log2(p) / BLOCK_BITS, { xBar, sigmaHat, xBarPrime, foundP, p });
}

/** Logarithms of 1, 2, 3 … to the base 2, as far as they were asked for: mostly the first few thousand. */
class Logarithms {
  readonly values: Float64Array;
  private known = 1;

  constructor(most: number) {
    this.values = new Float64Array(most + 1);
  }

  /** Makes `values` hold those of the numbers up to `last`. */
  reach(last: number): void {
    while (this.known < last) {
      this.known++;
      this.values[this.known] = Math.log2(this.known);
    }
  }
}

/** Counts each distance to the last equal block; that of a first occurrence is its own index, counted from 1. */
export function countDistances({ symbols: bits }: Sequence): Int32Array {
  const blocks = Math.floor(bits.length / BLOCK_BITS);
  const counts = new Int32Array(blocks + 1);
  const lastSeen = new Int32Array(BLOCK_VALUES);
  for (let block = 1, at = 0; block <= blocks; block++, at += BLOCK_BITS) {
    let value = 0;
    for (let j = 0; j < BLOCK_BITS; j++) value = (value << 1) | bits[at + j]!;
    if (block > DICTIONARY_BLOCKS) counts[block - lastSeen[value]!]!++;
    lastSeen[value] = block;
  }
  return counts;
}

/**
 * Computes G(z) of step 7 in one pass. With a_u = log₂(u)·(1 − z)^(u−1), d = 1000 and B blocks it is
 * z/(B − d) · [ z·( (B − d)·Σ_{u≤d} a_u + Σ_{d<u<B} (B − u)·a_u ) + Σ_{d<u≤B} a_u ].
 */
function meanLog(z: number, blocks: number, logarithms: Logarithms): number {
  const log2s = logarithms.values;
  const tested = blocks - DICTIONARY_BLOCKS;
  const logFactor = Math.log1p(-z);
  let dictionarySum = 0;
  let weightedSum = 0;
  let plainSum = 0;
  for (let start = 2; start <= blocks; start += 1024) {
    // A running product of a million factors drifts by 1e-10, so it restarts from its logarithm.
    let power = Math.exp((start - 1) * logFactor);
    if (power < 1e-30) break;
    const end = Math.min(start + 1023, blocks);
    logarithms.reach(end);
    for (let u = start; u <= end; u++) {
      const term = log2s[u]! * power;
      if (u <= DICTIONARY_BLOCKS) dictionarySum += term;
      else {
        weightedSum += (blocks - u) * term;
        plainSum += term;
      }
      power *= 1 - z;
    }
  }
  return (z / tested) * (z * (tested * dictionarySum + weightedSum) + plainSum);
}
