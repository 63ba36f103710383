/** Markov estimate for bits, SP 800-90B §6.3.3: the likeliest 128 bits of a first-order chain. */

import { type EstimatorResult, estimate, notApplicable, type Sequence } from "./estimate.ts";

/** Steps from each bit to the next. */
export interface Steps {
  /** Steps that begin at a one. */
  readonly ones: number;
  readonly oneToOne: number;
  readonly changes: number;
}

export function countSteps({ symbols: bits }: Sequence): Steps {
  let ones = 0;
  let oneToOne = 0;
  let changes = 0;
  let previous = bits[0]!;
  for (let i = 1; i < bits.length; i++) {
    const bit = bits[i]!;
    ones += previous;
    oneToOne += previous & bit;
    changes += previous ^ bit;
    previous = bit;
  }
  return { ones, oneToOne, changes };
}

export function markov(sequence: Sequence, count = countSteps): EstimatorResult {
  const { symbols: bits } = sequence;
  const n = bits.length;
  if (n < 2) return notApplicable("needs at least 2 bits");
  const { ones, oneToOne, changes } = count(sequence);
  const zeros = n - 1 - ones;
  const oneToZero = ones - oneToOne;
  const zeroToOne = changes - oneToZero;

  const p0 = (zeros + 1 - bits[n - 1]!) / n;
  const p1 = 1 - p0;
  const p00 = zeros > 0 ? (zeros - zeroToOne) / zeros : 0;
  const p01 = zeros > 0 ? 1 - p00 : 0;
  const p10 = ones > 0 ? oneToZero / ones : 0;
  const p11 = ones > 0 ? 1 - p10 : 0;

  // Step 3: the six sequences that can be the likeliest; an impossible one costs infinitely many bits.
  const bitsOf = (p: number) => -Math.log2(p);
  const times = (count: number, p: number) => count * bitsOf(p);
  const cost = Math.min(
    bitsOf(p0) + times(127, p00),
    bitsOf(p0) + times(64, p01) + times(63, p10),
    bitsOf(p0) + bitsOf(p01) + times(126, p11),
    bitsOf(p1) + bitsOf(p10) + times(126, p00),
    bitsOf(p1) + times(64, p10) + times(63, p01),
    bitsOf(p1) + times(127, p11),
    128,
  );
  return estimate(cost / 128, { p0, p1, p00, p01, p10, p11, pHatMax: 2 ** -cost });
}
