/**
 * Gaps between equal values among m independent uniform draws from K values: the numbers of gaps in ranges of lengths, with their exact means and
 * covariances.
 *
 * Let q = 1/K. A gap of g ends at one place with probability P(g) = q(1 − q)^(g − 1), if it fits. Of two gaps, g at one place and h at another:
 *
 * - with one end in common, both cannot be, unless the one begins where the other ends;
 * - apart, or one after the other, they are independent;
 * - overlapping, or one within the other, their values differ. Two ends lie between those of the other, which need not be told from its
 *   value again, and t places lie within both, which must have neither value: both have the probability P(g)·P(h)·(1 + ρ(t)) with 1 + ρ(t) = (1 − ε)^t/(1 − q),
 *   ε = (q/(1 − q))².
 *
 * Sums over all places are closed; sums over lengths are taken by Gauss's rule, for they are smooth but for kinks at g = h and g + h = m.
 */

import { chiSquareTwoSided, normalTwoSided } from "../math/tails.ts";

/** Lengths of gaps, from the first up to but not including the last. */
export interface GapRange {
  readonly from: number;
  readonly to: number;
}

export interface GapLaw {
  /** By range: the expected number in a block. */
  readonly means: Float64Array;
  /** By range and range. */
  readonly covariances: readonly Float64Array[];
}

/** @param draws m of a block @param values K */
export function gapLaw(ranges: readonly GapRange[], draws: number, values: number): GapLaw {
  const law = new Pairs(draws, values);
  const nodes = ranges.map(nodesOf);
  const means = Float64Array.from(ranges, (range) => law.meanBelow(range.to) - law.meanBelow(range.from));
  const covariances = nodes.map((ofG, a) =>
    Float64Array.from(nodes, (ofH, b) => {
      let sum = 0;
      for (const g of ofG) for (const h of ofH) sum += g.weight * h.weight * law.excess(g.at, h.at);
      return a === b ? sum + means[a]! + law.squares(ofG) : sum;
    }),
  );
  return { means, covariances };
}

/** Length and number of the lengths that it stands for. */
interface Node {
  readonly at: number;
  readonly weight: number;
}

/** Parts of a range that are summed by themselves. */
const PARTS = 8;

/** Two nodes of Gauss for each part of a range; for sums of whole numbers the range begins half a step earlier. */
function nodesOf({ from, to }: GapRange): Node[] {
  const width = (to - from) / PARTS;
  return Array.from({ length: 2 * PARTS }, (_, i) => ({
    at: from - 0.5 + (Math.floor(i / 2) + 0.5 + (i % 2 === 0 ? -0.5 : 0.5) / Math.sqrt(3)) * width,
    weight: width / 2,
  }));
}

class Pairs {
  readonly #q: number;
  /** ln(1 − q), and ln(1 − ε). */
  readonly #log: number;
  readonly #logBoth: number;

  constructor(
    readonly draws: number,
    values: number,
  ) {
    this.#q = 1 / values;
    this.#log = Math.log1p(-this.#q);
    this.#logBoth = Math.log1p(-((this.#q / (1 - this.#q)) ** 2));
  }

  #chance(g: number): number {
    return this.#q * Math.exp((g - 1) * this.#log);
  }

  /** Expected gaps shorter than `length`: Σ (m − g)·P(g). */
  meanBelow(length: number): number {
    // Σ_{g<L} P(g) = 1 − s and Σ_{g<L} g·P(g) = (1 − s)/q − (L − 1)·s, with s = (1 − q)^(L − 1).
    const s = Math.exp((length - 1) * this.#log);
    const all = -Math.expm1((length - 1) * this.#log);
    return this.draws * all - (all / this.#q - (length - 1) * s);
  }

  /** Σ (m − g)·P(g)²: two equal gaps with both ends in common are one, which `excess` takes for two with an end in common on each side. */
  squares(nodes: readonly Node[]): number {
    return nodes.reduce((sum, { at, weight }) => sum + weight * (this.draws - at) * this.#chance(at) ** 2, 0);
  }

  /** The covariance of the numbers of gaps of two lengths, but for what a gap has with itself. */
  excess(g: number, h: number): number {
    const m = this.draws;
    const [longer, shorter] = g < h ? [h, g] : [g, h];
    const base = this.#chance(g) * this.#chance(h);
    const fit = m - longer;
    if (fit <= 0) return 0;
    // One end in common, at either side.
    let places = -2 * fit;
    // Within the longer one.
    places += fit * Math.max(0, longer - shorter - 1) * this.#rho(shorter - 1);
    // Overlapping by t places: 2·(m − (g + h − t − 1)) of them, for all t from 0 to the shorter less two, where they fit.
    const least = Math.max(0, g + h - m);
    const most = shorter - 2;
    if (most >= least) places += 2 * this.#overlapping(least, most, m + 1 - g - h);
    return base * places;
  }

  #rho(t: number): number {
    return Math.expm1(t * this.#logBoth - this.#log);
  }

  /** Σ (room + t)·ρ(t) for t from `least` to `most`. ρ is nearly a line: by Simpson's rule, with the ends of a sum. */
  #overlapping(least: number, most: number, room: number): number {
    const f = (t: number) => (room + t) * this.#rho(t);
    const [from, to] = [least - 0.5, most + 0.5];
    return ((to - from) / 6) * (f(from) + 4 * f((from + to) / 2) + f(to));
  }
}

export interface GapResult {
  readonly statistic: number;
  readonly p: number;
}

/**
 * The normal law of sums over ranges errs by less than this far out: a range has some thousand gaps in a block, so the third moment of its
 * sum over two blocks is below 0.02, and changes a tail of 1e-12 by half.
 */
const MARGIN = 2;

/** Judges all gaps together: as many more, as values that never came are fewer or more. @param counts by range, of so many blocks */
export function judgeTotal(counts: Float64Array, { means, covariances }: GapLaw, blocks: number): GapResult {
  let [sum, variance] = [0, 0];
  for (let a = 0; a < means.length; a++) {
    sum += counts[a]! - blocks * means[a]!;
    for (const covariance of covariances[a]!) variance += blocks * covariance;
  }
  const statistic = sum / Math.sqrt(variance);
  return { statistic, p: Math.min(1, MARGIN * normalTwoSided(statistic)) };
}

/** Judges how they are spread: Mahalanobis's distance of all ranges, which follows χ². */
export function judgeSpread(counts: Float64Array, { means, covariances }: GapLaw, blocks: number): GapResult {
  // Cholesky's decomposition, and the counts in units in which they are independent.
  const n = means.length;
  const lower = covariances.map(() => new Float64Array(n));
  const units = new Float64Array(n);
  let statistic = 0;
  for (let a = 0; a < n; a++) {
    let unit = (counts[a]! - blocks * means[a]!) / Math.sqrt(blocks);
    for (let b = 0; b <= a; b++) {
      let rest = covariances[a]![b]!;
      for (let c = 0; c < b; c++) rest -= lower[a]![c]! * lower[b]![c]!;
      lower[a]![b] = a === b ? Math.sqrt(rest) : rest / lower[b]![b]!;
      if (b < a) unit -= lower[a]![b]! * units[b]!;
    }
    units[a] = unit / lower[a]![a]!;
    statistic += units[a]! ** 2;
  }
  return { statistic, p: Math.min(1, MARGIN * chiSquareTwoSided(statistic, n)) };
}
