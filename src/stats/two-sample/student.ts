/** Student's t law, for whole degrees of freedom: its two-sided tail and where that reaches a given probability. */

/** Below this, t² is too small for the series, and the tail is 1 to four digits. */
const LEAST_X = 1e-7;

/**
 * P(|T| ≥ |t|) = I_x(ν/2, ½) with x = ν/(ν + t²), by the hypergeometric series DLMF 8.17.8, whose terms are all positive, so that a
 * small tail keeps its digits.
 * @param df degrees of freedom ν, rounded down, at least 1
 */
export function studentTwoSided(t: number, df: number): number {
  const nu = Math.max(1, Math.floor(df));
  const rest = (t * t) / (nu + t * t);
  if (Number.isNaN(rest)) return Number.isNaN(t) ? Number.NaN : 0;
  if (rest < LEAST_X) return 1;
  const x = nu / (nu + t * t);
  const a = nu / 2;
  let term = 1;
  let sum = 1;
  for (let k = 1; term > sum * Number.EPSILON; k++) {
    term *= ((a + k - 0.5) / (a + k)) * x;
    sum += term;
  }
  const front = Math.exp(a * Math.log(x)) * Math.sqrt(rest) * (gammaRatio(nu) / a / Math.sqrt(Math.PI));
  return Math.min(1, front * sum);
}

/** Γ((ν + 1)/2)/Γ(ν/2), from Γ(1)/Γ(½) or Γ(3/2)/Γ(1) up by r(a + 1) = r(a)·(a + ½)/a. */
function gammaRatio(nu: number): number {
  let a = nu % 2 === 1 ? 0.5 : 1;
  let ratio = nu % 2 === 1 ? 1 / Math.sqrt(Math.PI) : Math.sqrt(Math.PI) / 2;
  for (; a < nu / 2; a++) ratio *= (a + 0.5) / a;
  return ratio;
}

/** Finds t with P(|T| ≥ t) = p, by halving. @param p above 0 and below 1 */
export function studentCritical(p: number, df: number): number {
  let [low, high] = [0, 1];
  while (studentTwoSided(high, df) > p) high *= 2;
  for (let i = 0; i < 50; i++) {
    const middle = (low + high) / 2;
    if (studentTwoSided(middle, df) > p) low = middle;
    else high = middle;
  }
  return high;
}
