/** The laws of the class of a word, given how long ago the three shapes were seen that it may complete. */
import { chiSquareTwoSided, normalTwoSided } from "../math/tails.ts";

/**
 * Words that have one class for certain apart, a count needs this variance at least for the normal law. Its third cumulant is at most its
 * variance, so that at z = 9 its tail is less than 4 times that of the normal law: e^(z³/(6·√variance)) = 3.4.
 */
const LEAST_VARIANCE = 10_000;
const NORMAL_MARGIN = 4;
/**
 * Words that a context needs to be counted by itself: 144 are then expected in each cell. The variance of χ² is that of its law and
 * (Σ 1/chance − 13)/words, which is 0.1 % of it.
 */
const LEAST_WORDS = 1000;
const CHI_SQUARE_MARGIN = 2;

/** Chances of a light, a middling and a heavy word of so many fair bits. @param middling fewest ones of a middling one @param heavy of a heavy one */
export function classChances(
  bits: number,
  middling: number,
  heavy: number,
): readonly [number, number, number] {
  const chances: [number, number, number] = [0, 0, 0];
  let chance = 2 ** -bits;
  for (let ones = 0; ones <= bits; ones++) {
    chances[(ones >= middling ? 1 : 0) + (ones >= heavy ? 1 : 0)]! += chance;
    chance *= (bits - ones) / (ones + 1);
  }
  return chances;
}

export interface AgeJudgement {
  /** For each age: the distance of its count from the mean in standard deviations, and the chance of one as far, or 1 where there are few words. */
  readonly ages: readonly { readonly z: number; readonly p: number }[];
  /** χ² of all contexts, less its degrees of freedom, in standard deviations, and its two-sided p. */
  readonly contexts: { readonly z: number; readonly p: number };
  readonly words: number;
}

/**
 * Compares words with what was to be expected of their shapes' ages.
 *
 * A context is the ages of the three shapes. In good data a word has each class with its chance, whatever was before, so the words of each
 * context are independent draws from three cells. Age a comes with the sum of the chances of the classes whose shape is that old; over all
 * words, the count of it has the sum of these for its mean and of q·(1 − q) for its variance. χ² of the three cells is summed over all contexts,
 * of which those with few words are counted as one.
 * @param counts [light one's age][middling one's][heavy one's][class]
 */
export function judgeAges(counts: ArrayLike<number>, chances: readonly number[], ages: number): AgeJudgement {
  const excess = new Float64Array(ages);
  const variance = new Float64Array(ages);
  const rare = [0, 0, 0];
  let chiSquare = 0;
  let groups = 0;
  let words = 0;
  const addContext = (cells: readonly number[]) => {
    const n = cells[0]! + cells[1]! + cells[2]!;
    if (n < LEAST_WORDS) return false;
    for (const [k, cell] of cells.entries()) chiSquare += (cell - n * chances[k]!) ** 2 / (n * chances[k]!);
    groups++;
    return true;
  };
  for (let context = 0; context < ages ** 3; context++) {
    const cells = [counts[3 * context]!, counts[3 * context + 1]!, counts[3 * context + 2]!];
    const n = cells[0]! + cells[1]! + cells[2]!;
    if (n === 0) continue;
    words += n;
    const agesOf = [Math.floor(context / ages ** 2), Math.floor(context / ages) % ages, context % ages];
    for (const age of new Set(agesOf)) {
      let q = 0;
      let seen = 0;
      for (let k = 0; k < 3; k++) {
        if (agesOf[k] !== age) continue;
        q += chances[k]!;
        seen += cells[k]!;
      }
      if (agesOf.every((each) => each === age)) continue;
      excess[age]! += seen - n * q;
      variance[age]! += n * q * (1 - q);
    }
    if (!addContext(cells)) for (let k = 0; k < 3; k++) rare[k]! += cells[k]!;
  }
  addContext(rare);
  const freedom = 2 * groups;
  return {
    ages: Array.from(excess, (value, age) => {
      if (variance[age]! < LEAST_VARIANCE) return { z: 0, p: 1 };
      const z = value / Math.sqrt(variance[age]!);
      return { z, p: Math.min(1, NORMAL_MARGIN * normalTwoSided(z)) };
    }),
    contexts:
      groups === 0
        ? { z: 0, p: 1 }
        : {
            z: (chiSquare - freedom) / Math.sqrt(2 * freedom),
            p: Math.min(1, CHI_SQUARE_MARGIN * chiSquareTwoSided(chiSquare, freedom)),
          },
    words,
  };
}
