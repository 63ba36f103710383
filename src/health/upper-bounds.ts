/**
 * 99 % upper confidence bounds on a probability, as the predictors of SP 800-90B §6.3 use them.
 */

/** Z_(1−0.005), the 99.5 % point of the standard normal distribution (SP 800-90B §6.3.1 rounds it to 2.576). */
const Z = 2.5758293035489008;

/** Confidence of the bounds. */
const CONFIDENCE = 0.99;

/** SP 800-90B §6.3.1 step 2: p_u = min(1, p̂ + Z·√(p̂(1 − p̂)/(n − 1))); where nothing was hit, 1 − 0.01^(1/n) (§6.3.7). */
export function proportionUpperBound(hits: number, n: number): number {
  if (hits === 0) return -Math.expm1(Math.log1p(-CONFIDENCE) / n);
  const p = hits / n;
  return Math.min(1, p + Z * Math.sqrt((p * (1 - p)) / (n - 1)));
}

/**
 * The higher of `floor` and P_local of SP 800-90B §6.3.7: the probability of a right guess at which n guesses
 * stay without a run of `longestRun + 1` right ones with probability 0.99.
 *
 * P_local is solved for only where it exceeds `floor`, which one evaluation tells.
 */
export function runUpperBound(longestRun: number, n: number, floor: number): number {
  const r = longestRun + 1;
  if (floor >= 1 || noRunProbability(floor, r, n) <= CONFIDENCE) return floor;
  let low = floor;
  let high = 1;
  // 40 halvings leave less than 1e-12.
  for (let i = 0; i < 40; i++) {
    const middle = (low + high) / 2;
    if (noRunProbability(middle, r, n) > CONFIDENCE) low = middle;
    else high = middle;
  }
  return high;
}

/**
 * Probability that n trials of success probability p hold no run of r successes (Feller's approximation, as in
 * SP 800-90B §6.3.7): (1 − p·x) / ((r + 1 − r·x)·q) · x^−(n+1), where x is the root near 1 of
 * x = 1 + q·p^r·x^(r+1). Written in y = x − 1, because x itself has too few digits left of it.
 */
function noRunProbability(p: number, r: number, n: number): number {
  const q = 1 - p;
  const qpr = q * p ** r;
  let y = 0;
  // Ten iterations, as the standard has it.
  for (let i = 0; i < 10; i++) y = qpr * Math.exp((r + 1) * Math.log1p(y));
  return ((q - p * y) / ((1 - r * y) * q)) * Math.exp(-(n + 1) * Math.log1p(y));
}
