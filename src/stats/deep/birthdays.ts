/** The laws of birthdays: of equal spacings between points on a line, and of points that fall together. */
import { igam, poissonTwoSided } from "../math/tails.ts";

/**
 * Points of overlapping words are not independent. Those of two or three words of eight bits have as many equal spacings as independent ones
 * in simulations, to a tenth. The mean is taken to be so many times as large, which costs a factor of 16 where there are two.
 */
const MARGIN = 4;

/**
 * Bounds P(R ≥ repeats) for the spacings of `points` points in 2^bits places that equal another spacing, counted over so many `sets` of them.
 * R is nearly a Poisson variable of mean n³/(4·2^bits) as long as that is far below n (P. L'Ecuyer, R. Simard, "On the performance of birthday
 * spacings tests with certain families of random number generators", Math. Comput. Simul. 55 (2001) 131–137). Both ends of the space
 * may count as points.
 */
export function repeatedSpacingsUpper(repeats: number, points: number, bits: number, sets = 1): number {
  const mean = MARGIN * sets * (points / 4) * points * (points / 2 ** bits);
  return repeats === 0 ? 1 : Math.min(1, igam(repeats, mean));
}

/** Bounds P(any two of n points in 2^bits places are equal) by the expected number of pairs. */
export function equalPointsUpper(equal: number, n: number, bits: number): number {
  return equal === 0 ? 1 : Math.min(1, (n * (n - 1)) / 2 / 2 ** bits);
}

/**
 * Bounds both tails of the collisions C of n independent values, each one of `cells`: of n less the number of different ones.
 *
 * C is the sum of independent yes-or-no variables, for its generating function has real roots only (V. A. Vatutin, V. G. Mikhailov,
 * Theory Probab. Appl. 27 (1982) 734–743). Of those, with the same mean, the Poisson law has the longest tails from one beyond the mean on
 * (W. Hoeffding, Ann. Math. Stat. 27 (1956) 713–721).
 */
export function collisionsTwoSided(collisions: number, n: number, cells: number): number {
  const mean = expectedCollisions(n, cells);
  return Math.abs(collisions - mean) < 1 ? 1 : poissonTwoSided(collisions, mean);
}

/**
 * Returns n − c·(1 − (1 − 1/c)^n) for c cells, without cancellation: with few values to a cell as the sum over j ≥ 2 of
 * (−1)^j·binomial(n, j)/c^(j − 1), whose terms fall fast.
 */
export function expectedCollisions(n: number, cells: number): number {
  if (n > cells / 4) return n + cells * Math.expm1(n * Math.log1p(-1 / cells));
  let term = n;
  let sum = 0;
  for (let j = 2; j <= n && Math.abs(term) > 1e-18 * Math.abs(sum); j++) {
    term *= -(n - j + 1) / (j * cells);
    sum -= term;
  }
  return sum;
}
