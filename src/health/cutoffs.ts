/**
 * Cutoffs of the two health tests of SP 800-90B §4.4.
 *
 * A false-alarm probability is given by its exponent a: α = 2^−a. It holds for a source that is exactly as weak as
 * claimed; one with twice the claimed entropy raises false alarms with about α² only.
 */

/** α = 2⁻²⁰ where a test runs once, over the start-up samples: one false start in a million. */
export const STARTUP_ALPHA_EXPONENT = 20;

/**
 * α = 2⁻³⁰ where a test runs for ever. At a million symbols a second a source exactly as weak as claimed would alarm
 * every 18 minutes, one with twice the claimed entropy every 37,000 years; at H = 0.1 a stuck source is found after
 * 301 symbols.
 */
export const CONTINUOUS_ALPHA_EXPONENT = 30;

/** Window of the adaptive proportion test (SP 800-90B §4.4.2): 1024 for a binary alphabet, 512 for any other. */
export function aptWindow(symbolBits: number): number {
  return symbolBits === 1 ? 1024 : 512;
}

/**
 * Repetition count cutoff, SP 800-90B §4.4.1: C = 1 + ⌈a/H⌉.
 * A run of C equal symbols has probability at most 2^(−H·(C − 1)) ≤ 2^−a.
 *
 * @param h claimed min-entropy, bits per symbol, 0 < h ≤ 8
 */
export function rctCutoff(h: number, alphaExponent: number): number {
  requireParameters(h, alphaExponent);
  return 1 + Math.ceil(alphaExponent / h);
}

/**
 * Adaptive proportion cutoff, SP 800-90B §4.4.2: the test fails when the first symbol of a window occurs C or more
 * times in it, itself included.
 *
 * - `corrected` (default): C = 2 + qbinom(1 − α, W − 1, 2^−H). The first symbol is given, so only the other W − 1 are
 *   trials, and C is the smallest count whose probability is at most α.
 * - `printed`: C = 1 + qbinom(1 − α, W, 2^−H), as the text of 2018 has it; equal or one less. For comparison.
 *
 * C = W + 1 says that even W equal symbols are no rarer than α (H·(W − 1) < a), so that **the test can never fire**:
 * at W = 512 that is H below 20/511 = 0.039 for α = 2⁻²⁰ and below 30/511 = 0.059 for α = 2⁻³⁰. Such a source is
 * guarded by the repetition count test alone.
 *
 * @param h claimed min-entropy, bits per symbol, 0 < h ≤ 8
 * @param window W, symbols
 */
export function aptCutoff(
  h: number,
  window: number,
  alphaExponent: number,
  form: "corrected" | "printed" = "corrected",
): number {
  requireParameters(h, alphaExponent);
  if (!Number.isInteger(window) || window < 2)
    throw new RangeError(`window must be 2 symbols or more, not ${window}`);
  return form === "corrected"
    ? 2 + binomialQuantile(window - 1, h, alphaExponent)
    : 1 + binomialQuantile(window, h, alphaExponent);
}

/**
 * qbinom(1 − 2^−a, n, 2^−h): the smallest k with P(X > k) ≤ 2^−a, by summing the upper tail from k = n downwards.
 * Terms are kept as logarithms because 2^(−h·n) is as small as 2⁻⁸¹⁹².
 */
function binomialQuantile(n: number, h: number, alphaExponent: number): number {
  const alpha = 2 ** -alphaExponent;
  const lnP = -h * Math.LN2;
  const lnOdds = Math.log(-Math.expm1(lnP)) - lnP;
  let lnTerm = n * lnP;
  let tail = 0;
  for (let k = n; k > 0; k--) {
    tail += Math.exp(lnTerm);
    if (tail > alpha) return k;
    lnTerm += Math.log(k / (n - k + 1)) + lnOdds;
  }
  return 0;
}

function requireParameters(h: number, alphaExponent: number): void {
  if (!(h > 0 && h <= 8)) throw new RangeError(`H must be above 0 and at most 8 bits per symbol, not ${h}`);
  if (!(alphaExponent >= 1 && alphaExponent <= 64)) {
    throw new RangeError(`the exponent of α must be from 1 to 64, not ${alphaExponent}`);
  }
}
