import type { BitString } from "../bits.ts";
import { bitWords, onesBetween } from "../math/bit-words.ts";
import { igamc } from "../math/special-functions.ts";
import { header, integerOption, type MinimumOption, notApplicable, type Outcome } from "./outcome.ts";

export interface BlockFrequencyOptions extends MinimumOption {
  /** M, bits in a block; default 128. */
  readonly blockLength?: number;
}

/**
 * SP 800-22 §2.2, frequency test within a block: are there as many ones as zeros in every block of M bits?
 * χ² = 4M·Σ(πᵢ − ½)² over the N = ⌊n/M⌋ blocks, πᵢ their proportions of ones; P = igamc(N/2, χ²/2). Asks for n ≥ 100.
 * The advice M > n/100, N < 100 of §2.2.7 is not enforced: NIST's own parameters do not follow it.
 */
export function blockFrequency(bits: BitString, options: BlockFrequencyOptions = {}): Outcome {
  const blockLength = integerOption("blockLength", options.blockLength, 128, 1);
  const of = header("block-frequency", "2.2", bits, { blockLength });
  const n = bits.length;
  const least = (options.enforceMinimum ?? true) ? Math.max(100, blockLength) : blockLength;
  if (n < least) return notApplicable(of, `${n} bits are fewer than the ${least} needed`);
  const words = bitWords(bits);
  const blocks = Math.floor(n / blockLength);
  // 4M·(ones/M − ½)² = (2·ones − M)²/M, whose numerators add up without rounding.
  let squares = 0;
  for (let block = 0; block < blocks; block++) {
    const start = block * blockLength;
    squares += (2 * onesBetween(words, start, start + blockLength) - blockLength) ** 2;
  }
  const statistic = squares / blockLength;
  return {
    ...of,
    kind: "hypothesis",
    statistic,
    pValues: [igamc(blocks / 2, statistic / 2)],
    details: { blocks },
  };
}
