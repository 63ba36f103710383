import { poissonPmf } from "./poisson.ts";
import { binomialUpper } from "./tails.ts";

/**
 * P(M ≥ m) for M the largest of `cells` counts of n balls thrown uniformly: the null law of the most
 * common value.
 *
 * Levin's representation (B. Levin, Ann. Stat. 9 (1981) 1123–1126): with X_i independent Poisson(n/cells),
 *
 *     P(M ≤ c) = P(X ≤ c)^cells · P(W = n) / P(Poisson(n) = n),
 *
 * where W is the sum of `cells` such Poisson variables, each cut off above c; P(W = n) comes from its Edgeworth
 * expansion, as in Levin. Below 1e-9 P is Bonferroni's bound, which there is exact to within its own square.
 */
export function multinomialMaximumUpper(m: number, n: number, cells: number): number {
  if (m <= n / cells) return 1;
  const bound = cells * binomialUpper(m, n, 1 / cells);
  if (bound < 1e-9) return bound;
  return Math.min(1, Math.max(0, 1 - atMost(m - 1, n, cells)));
}

function atMost(c: number, n: number, cells: number): number {
  const mean = n / cells;
  // Moments of a Poisson cut off above c, by summing outward from the mode in units of its probability.
  const mode = Math.floor(mean);
  const lowest = Math.max(0, Math.floor(mean - 12 * Math.sqrt(mean) - 12));
  const weight = new Float64Array(c - lowest + 1);
  const top = Math.min(mode, c);
  weight[top - lowest] = 1;
  for (let x = top; x > lowest; x--) weight[x - 1 - lowest] = (weight[x - lowest]! * x) / mean;
  for (let x = top + 1; x <= c; x++) weight[x - lowest] = (weight[x - 1 - lowest]! * mean) / x;
  let mass = 0;
  let first = 0;
  for (let i = 0; i < weight.length; i++) {
    mass += weight[i]!;
    first += weight[i]! * (i + lowest - mean);
  }
  const shift = first / mass;
  let m2 = 0;
  let m3 = 0;
  let m4 = 0;
  for (let i = 0; i < weight.length; i++) {
    const y = i + lowest - mean - shift;
    const w = (weight[i]! / mass) * y * y;
    m2 += w;
    m3 += w * y;
    m4 += w * y * y;
  }
  const inside = (poissonPmf(top, mean) * mass) ** cells;

  const sd = Math.sqrt(cells * m2);
  const z = (-cells * shift) / sd;
  const skewness = m3 / (m2 ** 1.5 * Math.sqrt(cells));
  const excess = (m4 / (m2 * m2) - 3) / cells;
  const h3 = z ** 3 - 3 * z;
  const h4 = z ** 4 - 6 * z * z + 3;
  const h6 = z ** 6 - 15 * z ** 4 + 45 * z * z - 15;
  const edgeworth = 1 + (skewness / 6) * h3 + (excess / 24) * h4 + ((skewness * skewness) / 72) * h6;
  const atN = (Math.exp((-z * z) / 2) / (sd * Math.sqrt(2 * Math.PI))) * edgeworth;
  return (inside * atN) / poissonPmf(n, n);
}
