/**
 * The upper tail of Pearson's χ² for many cells, where its exact law is too much to work out: the double saddlepoint
 * approximation of I. M. Skovgaard (J. Appl. Prob. 24 (1987) 875–887) for the sum of terms given the sum of counts, both of
 * independent Poisson counts. Its relative error falls with the number of cells and stays bounded far out: with 24 cells that expect nine
 * each it goes from two thirds of the tail at 1e-3 to twice of it at 1e-7.
 */
import { poissonPmf } from "./poisson.ts";
import { normalUpper } from "./tails.ts";

/** Cells of one probability. */
export interface CellGroup {
  readonly cells: number;
  readonly probability: number;
}

/**
 * Probability of a count above those that are looked at, over all cells; it is added to the tail. (Without a bound the moments that
 * the approximation needs do not exist.)
 */
const LEFT_OUT = 1e-20;
/** Nearer to the mean the formula divides zero by zero; it is interpolated there. */
const FLAT = 0.05;

/** Newton's method comes to its end in ten, wherever there is one. */
const MOST_ROUNDS = 60;

/** One group with its counts. */
interface Counts {
  readonly cells: number;
  readonly count: Float64Array;
  readonly term: Float64Array;
  readonly logChance: Float64Array;
}

/** P(χ² ≥ x) for `total` draws. @param groups at least twenty cells together, with probabilities that add up to 1 */
export function saddlepointPearsonUpper(x: number, total: number, groups: readonly CellGroup[]): number {
  const cells = groups.reduce((sum, group) => sum + group.cells, 0);
  const counts = groups.map((group) => countsOf(group, total, LEFT_OUT / cells));
  const mean = cells - 1;
  // In standard deviations.
  const z = (x - mean) / Math.sqrt(2 * mean);
  if (Math.abs(z) >= FLAT) return tailAt(x, total, counts);
  const side = FLAT * Math.sqrt(2 * mean);
  const [below, above] = [tailAt(mean - side, total, counts), tailAt(mean + side, total, counts)];
  return below + ((above - below) * (z + FLAT)) / (2 * FLAT);
}

function tailAt(x: number, total: number, groups: readonly Counts[]): number {
  return LEFT_OUT + Math.min(1, Math.max(0, withinBounds(x, total, groups)));
}

function countsOf({ cells, probability }: CellGroup, total: number, leftOut: number): Counts {
  const mean = total * probability;
  const chances: number[] = [];
  for (let count = 0; count <= total; count++) {
    const chance = poissonPmf(count, mean);
    if (count > mean && chance < leftOut) break;
    chances.push(chance);
  }
  const count = Float64Array.from(chances, (_, at) => at);
  return {
    cells,
    count,
    term: count.map((k) => (k - mean) ** 2 / mean),
    logChance: Float64Array.from(chances, Math.log),
  };
}

/** Cumulant generating function of (χ², draws) at (t, u), with its derivatives. */
interface Cumulants {
  readonly value: number;
  readonly t: number;
  readonly u: number;
  readonly tt: number;
  readonly tu: number;
  readonly uu: number;
}

function cumulantsAt(t: number, u: number, groups: readonly Counts[]): Cumulants {
  const sum = { value: 0, t: 0, u: 0, tt: 0, tu: 0, uu: 0 };
  for (const { cells, count, term, logChance } of groups) {
    let [mass, s, n, ss, sn, nn] = [0, 0, 0, 0, 0, 0];
    for (let i = 0; i < count.length; i++) {
      const weight = Math.exp(logChance[i]! + t * term[i]! + u * count[i]!);
      mass += weight;
      s += weight * term[i]!;
      n += weight * count[i]!;
      ss += weight * term[i]! ** 2;
      sn += weight * term[i]! * count[i]!;
      nn += weight * count[i]! ** 2;
    }
    const [ms, mn] = [s / mass, n / mass];
    sum.value += cells * Math.log(mass);
    sum.t += cells * ms;
    sum.u += cells * mn;
    sum.tt += cells * (ss / mass - ms * ms);
    sum.tu += cells * (sn / mass - ms * mn);
    sum.uu += cells * (nn / mass - mn * mn);
  }
  return sum;
}

function withinBounds(x: number, total: number, groups: readonly Counts[]): number {
  let [t, u] = [0, 0];
  let at = cumulantsAt(0, 0, groups);
  const atRest = at;
  for (let round = 0; ; round++) {
    const [dt, du] = [x - at.t, total - at.u];
    if (Math.abs(dt) < 1e-8 * x && Math.abs(du) < 1e-8 * total) break;
    // Sums smaller, or larger, than those of all counts within the bounds.
    if (round === MOST_ROUNDS || Number.isNaN(dt)) return x < atRest.t ? 1 : 0;
    const determinant = at.tt * at.uu - at.tu ** 2;
    const stepT = (at.uu * dt - at.tu * du) / determinant;
    const stepU = (at.tt * du - at.tu * dt) / determinant;
    // The function is convex: a shorter step always comes nearer.
    const gain = (c: Cumulants, ct: number, cu: number) => ct * x + cu * total - c.value;
    for (let share = 1; share > 1e-6; share /= 2) {
      const next = cumulantsAt(t + share * stepT, u + share * stepU, groups);
      if (!(gain(next, t + share * stepT, u + share * stepU) >= gain(at, t, u) - 1e-12 * Math.abs(at.value)))
        continue;
      [t, u, at] = [t + share * stepT, u + share * stepU, next];
      break;
    }
  }
  const w = Math.sign(t) * Math.sqrt(Math.max(0, 2 * (t * x + u * total - at.value)));
  const v = t * Math.sqrt((at.tt * at.uu - at.tu ** 2) / atRest.uu);
  // All counts near their bound: there is no room left for more.
  if (t > 0 && v < w / 100) return 0;
  const density = Math.exp((-w * w) / 2) / Math.sqrt(2 * Math.PI);
  return normalUpper(w) + density * (1 / v - 1 / w);
}
