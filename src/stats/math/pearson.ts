/** p-values of Pearson's χ². */
import { chiSquared } from "./chi-squared.ts";
import { exactPearsonUpper } from "./multinomial-law.ts";
import { type CellGroup, saddlepointPearsonUpper } from "./multinomial-saddlepoint.ts";
import { chiSquareUpper } from "./tails.ts";

/**
 * Draws that every cell expects where the χ² law serves. With fewer its tail is too short: at 1e-7 by a fifth where 25 cells expect
 * 50, and by 7 times where they expect 9.
 */
const ENOUGH = 50;
/** Cells up to which the exact law is worked out. */
const FEW_CELLS = 12;

/** P(χ² ≥ its observed value) for draws from these probabilities, which add up to 1. */
export function pearsonUpper(observed: ArrayLike<number>, probabilities: readonly number[]): number {
  let total = 0;
  for (let i = 0; i < observed.length; i++) total += observed[i]!;
  const x = chiSquared(observed, probabilities);
  const cells = probabilities.length;
  if (total * Math.min(...probabilities) >= ENOUGH) return chiSquareUpper(x, cells - 1);
  if (cells <= FEW_CELLS) return exactPearsonUpper(observed, probabilities, ENOUGH);
  // The one is too small far out, the other half-way there: to two thirds at 1e-3 where 24 cells expect nine each.
  return Math.max(chiSquareUpper(x, cells - 1), saddlepointPearsonUpper(x, total, grouped(probabilities)));
}

function grouped(probabilities: readonly number[]): CellGroup[] {
  const groups = new Map<number, number>();
  for (const probability of probabilities) groups.set(probability, (groups.get(probability) ?? 0) + 1);
  return Array.from(groups, ([probability, cells]) => ({ probability, cells }));
}
