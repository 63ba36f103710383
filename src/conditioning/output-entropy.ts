/**
 * Entropy credited to the output of a conditioning component: Output_Entropy of SP 800-90B §3.1.5.1.2 if it is vetted,
 * else the lower bound of §3.1.5.2.
 *
 * The standard's figures are 2^−n_in and the like, which no double holds, so they are never formed. All is computed as a bound less
 * a loss, and the loss as a logarithm. Both figures are within 2^−48 of the value, relative to it: test/vectors/output-entropy.json
 * has it from arithmetic of thousands of bits.
 */

/** A conditioning component, and one call of it. */
export interface Component {
  /** n_in, bits of input. */
  readonly nIn: number;
  /** n_out, bits of output. */
  readonly nOut: number;
  /** The narrowest internal width in bits (Appendix E); counts as n_in at most. */
  readonly nw: number;
  /** h_in, min-entropy of the input in bits. */
  readonly hIn: number;
}

export interface OutputEntropy {
  /** Output_Entropy, bits. Rounded: it may be n_out itself, which the value never is. */
  readonly bits: number;
  /** −log2 ε where Output_Entropy is (1 − ε)·n_out: full entropy by SP 800-90C is 32 or more. */
  readonly epsilonExponent: number;
}

/** Largest size: those of NIST's program are 32 bits wide. */
export const MOST_BITS = 2 ** 32 - 1;

/** Computes Output_Entropy. @throws RangeError if a size is not 1 … MOST_BITS, or h_in is outside (0, n_in] */
export function outputEntropyOf({ nIn, nOut, nw, hIn }: Component): OutputEntropy {
  for (const size of [nIn, nOut, nw]) {
    if (!Number.isInteger(size) || size < 1 || size > MOST_BITS)
      throw new RangeError(`sizes must be positive integers below 2^32, not ${size}`);
  }
  if (!(hIn > 0 && hIn <= nIn)) throw new RangeError(`h_in must be above 0 and at most ${nIn}, not ${hIn}`);
  const n = Math.min(nOut, nw, nIn);
  const { bound, loss, log2Loss } = hIn > n ? lossBelowWidth(nIn, n, hIn) : lossBelowInput(nIn, n, hIn);
  const bits = Math.max(0, bound - loss);
  const log2Missing = bound < nOut ? Math.log2(nOut - bound + loss) : log2Loss;
  const epsilonExponent =
    bits < nOut / 2 ? -Math.log1p(-bits / nOut) / Math.LN2 : Math.log2(nOut) - log2Missing;
  return { bits, epsilonExponent };
}

/** An entropy of `bound` − `loss` bits. */
interface Shortfall {
  readonly bound: number;
  readonly loss: number;
  /** Logarithm of the loss, which may be too small for a double. */
  readonly log2Loss: number;
}

/**
 * Computes n less Output_Entropy, for h_in above n: log2 of 2^n·max(ψ, ω). With P_high = 2^−h and P_low = (1 − P_high)/(2^n_in − 1),
 *
 *     2^n·ψ = 1 + 2^(n − h)·(1 − q) + 2^−n_in/c    where c = 1 − 2^−n_in and q = 2^−n/c
 *     2^n·ω = 1 + (s·(1 − 2^−h) − 2^−h + 2^−n_in)/c    where s = √(2n·ln 2·2^(n − n_in))
 */
function lossBelowWidth(nIn: number, n: number, hIn: number): Shortfall {
  const c = -Math.expm1(-nIn * Math.LN2);
  const q = 2 ** -n / c;
  const log2Psi = n - hIn + Math.log2(1 - q + 2 ** (hIn - nIn - n) / c);
  const log2S = (Math.log2(2 * n * Math.LN2) + n - nIn) / 2;
  const share = 1 - 2 ** -hIn - 2 ** (-hIn - log2S) * -Math.expm1((hIn - nIn) * Math.LN2);
  const log2Omega = share > 0 ? log2S + Math.log2(share / c) : Number.NEGATIVE_INFINITY;
  const log2Excess = Math.max(log2Psi, log2Omega);
  const loss = Math.log1p(2 ** log2Excess) / Math.LN2;
  // Below 2^−60 the logarithm of 1 + x is x.
  return { bound: n, loss, log2Loss: log2Excess < -60 ? log2Excess - Math.log2(Math.LN2) : Math.log2(loss) };
}

/**
 * Computes h_in less Output_Entropy, for h_in up to n: log2 of 2^h·max(ψ, ω), where 2^h·ψ = 1 + x and 2^h·ω = x·(1 + s) with
 * x = 2^(h − n)·(1 − 2^−h)/c. Below one bit that difference would lose digits; there ψ, which is then never below ω, is
 * 1 − (1 − P_high)·(1 − q).
 */
function lossBelowInput(nIn: number, n: number, hIn: number): Shortfall {
  const c = -Math.expm1(-nIn * Math.LN2);
  const a = -Math.expm1(-hIn * Math.LN2);
  if (hIn < 1) {
    const loss = Math.log1p(-a * (1 - 2 ** -n / c)) / Math.LN2;
    return { bound: 0, loss, log2Loss: 0 };
  }
  const x = (2 ** (hIn - n) * a) / c;
  const s = Math.sqrt(2 * n * Math.LN2 * 2 ** (n - nIn));
  const loss = Math.log1p(Math.max(x, x * (1 + s) - 1)) / Math.LN2;
  return { bound: hIn, loss, log2Loss: Math.log2(loss) };
}

/** Returns Output_Entropy alone. @throws as `outputEntropyOf` */
export function outputEntropy(nIn: number, nOut: number, nw: number, hIn: number): number {
  return outputEntropyOf({ nIn, nOut, nw, hIn }).bits;
}

/** Share of n_out that a component that is not vetted is credited at most: §3.1.5.2. */
export const NON_VETTED_SHARE = 0.999;

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
  return Math.min(outputEntropy(nIn, nOut, nw, hIn), NON_VETTED_SHARE * nOut, hPrime * nOut);
}
