/** Nodes a piece. The integrand is analytic around each piece: 64 nodes leave less than 1e-13 of it. */
const NODES = 64;

/**
 * P(Σ λ_j·χ²_j ≥ x) for independent χ² variables of one degree of freedom each: the null law of quadratic
 * goodness-of-fit statistics such as Anderson–Darling's.
 *
 * Smirnov's formula (N. V. Smirnov, 1937; J. Durbin, Distribution Theory for Tests Based on the Sample
 * Distribution Function, §4.4): with D(u) = Π(1 − 2λ_j·u) and a_j = 1/(2λ_j),
 *
 *     P = 1/π · Σ_k (−1)^(k+1) ∫ from a_(2k−1) to a_2k of e^(−xu) / (u·√|D(u)|) du.
 *
 * Every piece is integrated by the Gauss–Chebyshev rule, which is exact for both end-point singularities. The first
 * piece dominates far out, so small p-values keep their relative accuracy.
 *
 * @param weights λ_j > 0, strictly decreasing
 * @throws RangeError if there are not at least two
 */
export function weightedChiSquareUpper(x: number, weights: Float64Array): number {
  if (weights.length < 2) throw new RangeError("at least two weights are needed");
  if (x <= 0) return 1;
  let sum = 0;
  for (let k = 0; 2 * k + 1 < weights.length; k++) {
    const a = 1 / (2 * weights[2 * k]!);
    const b = 1 / (2 * weights[2 * k + 1]!);
    const term = piece(x, weights, 2 * k, a, b);
    sum += k % 2 === 0 ? term : -term;
    if (term < 1e-17 * sum) break;
  }
  return Math.min(1, Math.max(0, sum));
}

/** One term of the formula: the mean, over Chebyshev nodes, of the integrand without its two singular factors. */
function piece(x: number, weights: Float64Array, first: number, a: number, b: number): number {
  let sum = 0;
  for (let i = 0; i < NODES; i++) {
    const u = (a + b) / 2 + ((b - a) / 2) * Math.cos((Math.PI * (i + 0.5)) / NODES);
    let logD = 0;
    for (let j = 0; j < weights.length; j++) {
      if (j !== first && j !== first + 1) logD += Math.log(Math.abs(1 - 2 * weights[j]! * u));
    }
    sum += Math.exp(-x * u - logD / 2) / u;
  }
  // √((u/a − 1)(1 − u/b)) = √((u − a)(b − u)) / √(ab), and the rule's π cancels the formula's 1/π.
  return (Math.sqrt(a * b) * sum) / NODES;
}
