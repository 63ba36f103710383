/**
 * Bounds for sums of fair bits, taken as ±1: of one sum, of squares of many, and of lines of a spectrum. All are Chernoff's, P(X ≥ x) ≤
 * e^(−tx)·E e^(tX) at the best t, and hold for any number of bits. They are logarithms, for that is what tells the outcomes of which
 * the chances are too small for a number apart.
 *
 * Squares are reduced to those of normal variables by E e^(tS²) = E e^(√(2t)·g·S), g normal: as cosh y ≤ e^(y²/2), a sum of bits has no
 * larger a value than a normal variable S of the same variance. The same holds for sums of squares of any linear forms of the bits,
 * with those of normal variables of the same covariances.
 */
import { erfc } from "../math/special-functions.ts";

/** Bounds ln P(|S| ≥ excess) of the sum of n bits, W. Hoeffding, J. Amer. Statist. Assoc. 58 (1963) 13–30, theorem 1. */
export function logExcessBound(excess: number, n: number): number {
  const d = Math.min(1, Math.abs(excess) / n);
  const upper = (1 + d) * Math.log1p(d);
  const lower = d === 1 ? 0 : (1 - d) * Math.log1p(-d);
  return Math.min(0, Math.LN2 - (n / 2) * (upper + lower));
}

/**
 * Bounds the logarithm of the chance that X = Σ S²/n over `sums` independent sums S of n bits each is so far above `sums`, its mean, or so
 * far below.
 */
export function logSquaresBound(x: number, sums: number, n: number): number {
  if (x > sums) return Math.min(0, Math.LN2 + logGammaBound(x / 2, sums / 2));
  if (x === sums) return 0;
  // E e^(−tS²/n) = E cos(√(2t/n)·g)^n, and cos y ≤ e^(−y²/2) up to π/2. The rest has a chance that is far below 1e-10 where n is not small.
  const t = Math.min(1, (sums / Math.max(x, 1) - 1) / 2);
  const rest = erfc(((Math.PI / 2) * Math.sqrt(n / (2 * t))) / Math.SQRT2);
  const each = -Math.log1p(2 * t) / 2 + Math.log1p(rest * Math.sqrt(1 + 2 * t));
  return Math.min(0, Math.LN2 + t * x + sums * each);
}

/** Bounds ln P(X ≥ x) of a gamma variable of this shape and scale 1, which is the sum of so many exponential ones: the powers of lines of a spectrum. */
export function logGammaBound(x: number, shape: number): number {
  return x <= shape ? 0 : shape * Math.log(x / shape) + shape - x;
}

/** Returns the p-value of the least of `among` with this logarithm (Bonferroni). */
export function leastOf(logP: number, among: number): number {
  return Math.min(1, Math.exp(logP + Math.log(among)));
}
