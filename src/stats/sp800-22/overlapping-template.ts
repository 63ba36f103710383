import type { BitString } from "../bits.ts";
import { bitWords, wordAt } from "../math/bit-words.ts";
import { chiSquared } from "../math/chi-squared.ts";
import { pearsonUpper } from "../math/pearson.ts";
import { igamc } from "../math/special-functions.ts";
import {
  type ConstantsOption,
  constantsOption,
  header,
  integerOption,
  type MinimumOption,
  notApplicable,
  type Outcome,
} from "./outcome.ts";

export interface OverlappingTemplateOptions extends MinimumOption, ConstantsOption {
  /** m, length of the template of ones, 2 … 24; default 9. */
  readonly templateLength?: number;
  /** M, bits in a block; default 1032. */
  readonly blockLength?: number;
}

/** K: blocks are counted by their occurrences, 0, 1, …, K − 1 and at least K. */
const CLASSES = 5;

/**
 * SP 800-22 §2.8, overlapping template matching test: do runs of m ones occur too often or too seldom? Occurrences,
 * overlapping ones included, are counted in each of N = ⌊n/M⌋ blocks; P = igamc(K/2, χ²/2). Asks for N·min π > 5
 * (§2.8.7).
 *
 * The standard's probabilities π are those of a compound Poisson approximation, wrong in the third digit; `exactPValues`
 * has the true ones. With 968 blocks the error adds 0.08 to the mean of χ², which is 5.
 */
export function overlappingTemplate(bits: BitString, options: OverlappingTemplateOptions = {}): Outcome {
  const m = integerOption("templateLength", options.templateLength, 9, 2, 24);
  const blockLength = integerOption("blockLength", options.blockLength, 1032, m);
  const constants = constantsOption(options.constants);
  const of = header("overlapping-template", "2.8", bits, { templateLength: m, blockLength, constants });
  const blocks = Math.floor(bits.length / blockLength);
  const poisson = compoundPoissonProbabilities(m, blockLength);
  if (blocks < 1) return notApplicable(of, `${bits.length} bits hold no block of ${blockLength}`);
  if ((options.enforceMinimum ?? true) && blocks * Math.min(...poisson) <= 5) {
    return notApplicable(of, `${blocks} blocks are too few: a class would expect 5 of them or fewer`);
  }

  const words = bitWords(bits);
  const counts: number[] = poisson.map(() => 0);
  for (let block = 0; block < blocks; block++) {
    counts[Math.min(CLASSES, runsOfOnes(words, m, block * blockLength, blockLength))]!++;
  }
  const nist = chiSquared(counts, poisson);
  const probabilities = overlappingProbabilities(m, blockLength);
  const exact = chiSquared(counts, probabilities);
  const exactPValues = [pearsonUpper(counts, probabilities)];
  return {
    ...of,
    kind: "hypothesis",
    statistic: constants === "exact" ? exact : nist,
    pValues: constants === "exact" ? exactPValues : [igamc(CLASSES / 2, nist / 2)],
    exactPValues,
    details: { blocks, counts },
  };
}

/** Counts the windows of m ones among the `length` bits from `start` on. */
function runsOfOnes(words: Int32Array, m: number, start: number, length: number): number {
  const end = start + length;
  let count = 0;
  let run = 0;
  for (let at = start; at < end; ) {
    // Ones up to the next zero, in one step.
    const ones = Math.min(Math.clz32(~wordAt(words, at)), end - at);
    run += ones;
    at += ones;
    if (ones < 32) {
      if (run >= m) count += run - m + 1;
      run = 0;
      at++;
    }
  }
  return run >= m ? count + run - m + 1 : count;
}

/**
 * The standard's π (§3.8 as in NIST's program): with η = λ/2, λ = (M − m + 1)/2^m, the probability of u occurrences is
 * e^−η·2^−u·Σ_{l=1}^{u} C(u−1, l−1)·η^l/l!, and e^−η for u = 0.
 */
export function compoundPoissonProbabilities(m: number, blockLength: number): number[] {
  const eta = (blockLength - m + 1) / 2 ** (m + 1);
  const probabilities = [Math.exp(-eta)];
  for (let u = 1; u < CLASSES; u++) {
    let sum = 0;
    let term = eta;
    for (let l = 1; l <= u; l++) {
      sum += term;
      term *= ((u - l) / l) * (eta / (l + 1));
    }
    probabilities.push((Math.exp(-eta) * sum) / 2 ** u);
  }
  return [...probabilities, 1 - probabilities.reduce((a, b) => a + b)];
}

/**
 * Computes the exact π by following a random block bit by bit: `chance[run][count]` is the probability that it ends in
 * `run` ones (m stands for m or more) after `count` occurrences.
 */
export function overlappingProbabilities(m: number, blockLength: number): number[] {
  const width = CLASSES + 1;
  let chance = new Float64Array((m + 1) * width);
  chance[0] = 1;
  for (let bit = 0; bit < blockLength; bit++) {
    const next = new Float64Array(chance.length);
    for (let run = 0; run <= m; run++) {
      for (let count = 0; count < width; count++) {
        const half = chance[run * width + count]! / 2;
        next[count]! += half;
        if (run + 1 < m) next[(run + 1) * width + count]! += half;
        else next[m * width + Math.min(count + 1, CLASSES)]! += half;
      }
    }
    chance = next;
  }
  return Array.from({ length: width }, (_, count) => {
    let sum = 0;
    for (let run = 0; run <= m; run++) sum += chance[run * width + count]!;
    return sum;
  });
}
