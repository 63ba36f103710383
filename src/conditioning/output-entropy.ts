/**
 * Entropy credited to the output of a conditioning component: Output_Entropy of SP 800-90B §3.1.5.1.2 if it is vetted,
 * else the lower bound of §3.1.5.2.
 */

/**
 * Returns h_out of a vetted component, bits.
 *
 * @param nIn n_in, bits of input of one call
 * @param nOut n_out, bits of output of one call
 * @param nw the narrowest internal width in bits (Appendix E); counts as n_in at most
 * @param hIn h_in, min-entropy of that input in bits
 * @throws RangeError if a size is not a positive integer or h_in is outside (0, n_in]
 */
export function outputEntropy(nIn: number, nOut: number, nw: number, hIn: number): number {
  for (const size of [nIn, nOut, nw]) {
    if (!Number.isInteger(size) || size < 1)
      throw new RangeError(`sizes must be positive integers, not ${size}`);
  }
  if (!(hIn > 0 && hIn <= nIn)) throw new RangeError(`h_in must be above 0 and at most ${nIn}, not ${hIn}`);
  const n = Math.min(nOut, nw, nIn);
  // h_out = bound − loss, the bound being the largest of what can limit it.
  const bound = Math.min(n, hIn);

  // Step 1: P_high = 2^−h, P_low = (1 − P_high)/(2^n_in − 1) = ratio·2^−n_in, with ratio − 1 as follows.
  const ratioLessOne = (2 ** -nIn - 2 ** -hIn) / -Math.expm1(-nIn * Math.LN2);
  const ratio = 1 + ratioLessOne;
  // Steps 3–5, times 2^bound: ψ = 2^(n_in − n)·P_low + P_high, ω = (2^(n_in − n) + √(2n·2^(n_in − n)·ln 2))·P_low.
  const spread = Math.sqrt(2 * n * 2 ** (n - nIn) * Math.LN2);
  const psiLessOne = bound === n ? ratioLessOne + 2 ** (bound - hIn) : ratio * 2 ** (bound - n);
  const omegaLessOne =
    bound === n ? ratioLessOne + ratio * spread : ratio * (1 + spread) * 2 ** (bound - n) - 1;
  const loss = Math.log1p(Math.max(psiLessOne, omegaLessOne)) / Math.LN2;
  return Math.max(0, bound - loss);
}

/**
 * Returns h_out of a component that is not vetted, bits: min(Output_Entropy, 0.999·n_out, h′·n_out).
 *
 * @param hPrime h′, the assessed min-entropy per bit of the output, 0 … 1
 * @throws RangeError as `outputEntropy`, or if h′ is out of range
 */
export function nonVettedOutputEntropy(
  nIn: number,
  nOut: number,
  nw: number,
  hIn: number,
  hPrime: number,
): number {
  if (!(hPrime >= 0 && hPrime <= 1)) throw new RangeError(`h′ must be 0 to 1, not ${hPrime}`);
  return Math.min(outputEntropy(nIn, nOut, nw, hIn), 0.999 * nOut, hPrime * nOut);
}
