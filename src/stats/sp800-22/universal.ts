import type { BitString } from "../bits.ts";
import { bitWords, wordAt } from "../math/bit-words.ts";
import { erfc } from "../math/special-functions.ts";
import {
  type ConstantsOption,
  constantsOption,
  header,
  integerOption,
  type MinimumOption,
  notApplicable,
  type Outcome,
} from "./outcome.ts";
import { exactMoments, printedMoments } from "./universal-moments.ts";

export interface UniversalOptions extends MinimumOption, ConstantsOption {
  /** L, bits in a block, 2 … 16; default the largest of 6 … 16 with n ≥ 1010·2^L·L (the table of §2.9.7). */
  readonly blockLength?: number;
  /** Q, blocks that only fill the table; default 10·2^L. */
  readonly initialBlocks?: number;
}

/**
 * SP 800-22 §2.9, Maurer's "universal statistical" test: can the sequence be compressed? f is the mean of log₂ of the
 * distance from each of K blocks of L bits to the last equal one; P = erfc(|f − E|/(√2·σ)). Asks for n ≥ 1010·2^L·L,
 * which is 387,840 bits for the least L, 6.
 */
export function universal(bits: BitString, options: UniversalOptions = {}): Outcome {
  const n = bits.length;
  const enforced = options.enforceMinimum ?? true;
  let byLength = 6;
  while (byLength < 16 && n >= leastBits(byLength + 1)) byLength++;
  const blockLength = integerOption("blockLength", options.blockLength, byLength, 2, 16);
  const patterns = 1 << blockLength;
  const initialBlocks = integerOption("initialBlocks", options.initialBlocks, 10 * patterns, 1);
  const constants = constantsOption(options.constants);
  const of = header("universal", "2.9", bits, { blockLength, initialBlocks, constants });
  const blocks = Math.floor(n / blockLength);
  const tested = blocks - initialBlocks;
  const least = leastBits(Math.max(6, blockLength));
  if (enforced && (blockLength < 6 || initialBlocks < 10 * patterns || n < least)) {
    return notApplicable(
      of,
      `${n} bits with L = ${blockLength}, Q = ${initialBlocks}: L ≥ 6, Q ≥ 10·2^L and ${least} bits are needed`,
    );
  }
  if (tested < 1) return notApplicable(of, `${n} bits hold no block after the ${initialBlocks} initial ones`);

  const sum = sumOfLogDistances(bitWords(bits), blockLength, initialBlocks, blocks);
  const f = sum / tested;
  const printed = printedMoments(blockLength, tested);
  const exact = exactMoments(blockLength, tested);
  const used = constants === "exact" ? exact : printed;
  const pValue = (moments: typeof used): number =>
    erfc((Math.abs(f - moments.expected) / moments.sigma) * Math.SQRT1_2);
  return {
    ...of,
    kind: "hypothesis",
    statistic: f,
    pValues: [pValue(used)],
    exactPValues: [pValue(exact)],
    details: { blocks: tested, sum, ...used },
  };
}

/** 1010·2^L blocks of L bits: 10·2^L initial ones and 1000·2^L to test. */
function leastBits(blockLength: number): number {
  return 1010 * 2 ** blockLength * blockLength;
}

/** Sums log₂ of the distances. The distance of a block not seen before is its own number, counted from 1. */
function sumOfLogDistances(
  words: Int32Array,
  blockLength: number,
  initialBlocks: number,
  blocks: number,
): number {
  const shift = 32 - blockLength;
  const lastSeen = new Int32Array(1 << blockLength);
  // Distances are counted first and weighed once, so that rounding does not grow with n. They are geometric with mean
  // 2^L: one in ten million exceeds 16·2^L.
  const counts = new Uint32Array(16 << blockLength);
  let sum = 0;
  for (let i = 1; i <= initialBlocks; i++) lastSeen[wordAt(words, (i - 1) * blockLength) >>> shift] = i;
  for (let i = initialBlocks + 1; i <= blocks; i++) {
    const pattern = wordAt(words, (i - 1) * blockLength) >>> shift;
    const distance = i - lastSeen[pattern]!;
    if (distance < counts.length) counts[distance]!++;
    else sum += Math.log2(distance);
    lastSeen[pattern] = i;
  }
  for (let distance = 2; distance < counts.length; distance++) sum += counts[distance]! * Math.log2(distance);
  return sum;
}
