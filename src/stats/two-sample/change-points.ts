/**
 * Drift and change points of one sequence, on the levels of its blocks: the mean place of a block's samples in the order of all. A level
 * is robust, since one enormous sample counts as one; and twice the difference of two levels is Cliff's delta between their samples.
 */
import { normalTwoSided } from "../math/tails.ts";
import { MOST_CORRELATION, neighbourCorrelation } from "./batch-means.ts";

/** A stretch on either side of a change has this many blocks at least: fewer are a burst. */
const LEAST_BLOCKS = 8;
/** Changes are looked for in the whole, its parts and theirs: at most 1 + 2 + 4 tests, each with an eighth of the level. */
const MOST_DEPTH = 3;

export interface ChangePoint {
  /** First block after the change. */
  readonly block: number;
  readonly pValue: number;
  /** Cliff's delta between the stretches on both sides, up to the next change: above 0 where values rise. */
  readonly effect: number;
}

/**
 * Finds changes by binary segmentation (A. J. Scott, M. Knott, Biometrics 30 (1974) 507–512) with Pettitt's test (Appl. Statist. 28 (1979)
 * 126–135): the largest |U| of U_t = 2·ΣR_i − t(T + 1), whose p-value is about 2·exp(−6U²/(T³ + T²)). Pettitt's blocks are independent;
 * for others U² is divided by (1 + r)/(1 − r), r the correlation of neighbours: see `usualNeighbours`.
 * @param level of all tests together @param leastEffect smaller changes are left out
 */
export function changePoints(levels: readonly number[], level: number, leastEffect: number): ChangePoint[] {
  const found: { block: number; pValue: number }[] = [];
  const search = (from: number, to: number, depth: number) => {
    if (depth === MOST_DEPTH || to - from < 2 * LEAST_BLOCKS) return;
    const split = largestChange(levels.slice(from, to));
    if (split.pValue >= level / 2 ** MOST_DEPTH) return;
    const block = from + split.block;
    found.push({ block, pValue: split.pValue });
    search(from, block, depth + 1);
    search(block, to, depth + 1);
  };
  search(0, levels.length, 0);
  found.sort((a, b) => a.block - b.block);
  const edges = [0, ...found.map(({ block }) => block), levels.length];
  return found
    .map((change, i) => ({
      ...change,
      effect: 2 * (meanOf(levels, edges[i + 1]!, edges[i + 2]!) - meanOf(levels, edges[i]!, edges[i + 1]!)),
    }))
    .filter(({ effect }) => Math.abs(effect) >= leastEffect);
}

function largestChange(levels: readonly number[]): { block: number; pValue: number } {
  const n = levels.length;
  const ranks = midRanks(levels);
  let [u, most, block] = [0, 0, LEAST_BLOCKS];
  for (let t = 1; t < n; t++) {
    u += 2 * ranks[t - 1]! - (n + 1);
    if (t < LEAST_BLOCKS || n - t < LEAST_BLOCKS || Math.abs(u) <= most) continue;
    most = Math.abs(u);
    block = t;
  }
  const square = (most * most) / inflation(usualNeighbours(ranks), WINDOW);
  return { block, pValue: Math.min(1, 2 * Math.exp((-6 * square) / (n ** 3 + n ** 2))) };
}

export interface Drift {
  readonly pValue: number;
  /** Cliff's delta between the first and the last quarter: above 0 where values rise. */
  readonly effect: number;
}

/**
 * Tests for a rise or fall over the whole: Spearman's correlation of level and time, ρ·√(T − 1) normal, divided by the root
 * of the same factor, for r about the line.
 */
export function driftOf(levels: readonly number[]): Drift {
  const n = levels.length;
  const ranks = midRanks(levels);
  const middle = (n + 1) / 2;
  let [both, squares, times] = [0, 0, 0];
  for (let i = 0; i < n; i++) {
    both += (ranks[i]! - middle) * (i + 1 - middle);
    squares += (ranks[i]! - middle) ** 2;
    times += (i + 1 - middle) ** 2;
  }
  if (squares === 0) return { pValue: 1, effect: 0 };
  const rho = both / Math.sqrt(squares * times);
  const rest = ranks.map((rank, i) => rank - middle - (both / times) * (i + 1 - middle));
  const quarter = Math.floor(n / 4);
  return {
    pValue: normalTwoSided((rho * Math.sqrt(n - 1)) / Math.sqrt(inflation(neighbourCorrelation(rest), n))),
    effect: 2 * (meanOf(levels, n - quarter, n) - meanOf(levels, 0, quarter)),
  };
}

/** Blocks of a window in which the correlation of neighbours is measured: longer ones would take changes for correlation. */
const WINDOW = 16;

/** Median of the windows' correlations: a window with a change in it does not count. */
function usualNeighbours(levels: readonly number[]): number {
  const count = Math.floor(levels.length / WINDOW);
  const raws = Array.from({ length: count }, (_, w) =>
    neighbourCorrelation(levels.slice(w * WINDOW, (w + 1) * WINDOW)),
  );
  const sorted = raws.sort((a, b) => a - b);
  return (sorted[(count - 1) >> 1]! + sorted[count >> 1]!) / 2;
}

/**
 * (1 + r)/(1 − r), at least 1: how much further a mean moves than that of independent blocks.
 * @param raw correlation as measured in `n` values, which is too low by (1 + 3r)/n (M. G. Kendall, Biometrika 41 (1954) 403–404)
 */
function inflation(raw: number, n: number): number {
  const r = Math.min(MOST_CORRELATION, Math.max(0, (raw + 1 / n) / (1 - 3 / n)));
  return (1 + r) / (1 - r);
}

function midRanks(values: readonly number[]): number[] {
  const order = values.map((_, i) => i).sort((a, b) => values[a]! - values[b]!);
  const ranks = new Array<number>(values.length);
  for (let i = 0; i < order.length; ) {
    let end = i + 1;
    while (end < order.length && values[order[end]!] === values[order[i]!]) end++;
    for (let k = i; k < end; k++) ranks[order[k]!] = (i + 1 + end) / 2;
    i = end;
  }
  return ranks;
}

function meanOf(values: readonly number[], from: number, to: number): number {
  let sum = 0;
  for (let i = from; i < to; i++) sum += values[i]!;
  return sum / (to - from);
}
