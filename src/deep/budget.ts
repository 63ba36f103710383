/**
 * How the false alarms of a run are shared out, and what follows for each observation.
 *
 * A run judges the data at 2²⁰ · 2^k bytes for k = 0 … 20 and where they end. Each of these evaluations has the same share of
 * RUN_LEVEL. A stream that goes on where an earlier run of it has ended has several ends: the first of them takes half of their
 * share, the second a quarter, and so on. Within an evaluation the families that have observations share evenly, and within a family all
 * p-values (Bonferroni). Which evaluations, families and p-values there are depends on the number of bytes alone, never on what they are.
 *
 * So by Boole's inequality, whatever depends on whatever, a run on good data has a `fail` with probability
 *
 *   Σ evaluations Σ families Σ p-values  share / (families · p-values)  ≤  Σ evaluations share  ≤  RUN_LEVEL,
 *
 * as P(p ≤ x) ≤ x for each p-value. `corrected p` is p times the p-values of its family times the families: at most x with a
 * probability of at most x for all of an evaluation together. An evaluation is `weak` where one is below WEAK_LEVEL: at most one evaluation of
 * good data in a hundred, and 22 % of runs to 1 TiB (22 evaluations).
 */
import type { Observation } from "./family.ts";

/** Highest chance that a run on good data has a `fail` anywhere. */
export const RUN_LEVEL = 1e-6;

export const WEAK_LEVEL = 0.01;

/** Bytes of the first evaluation; each of the others has twice as many. */
export const FIRST_BYTES = 2 ** 20;

/** Number of evaluations at FIRST_BYTES, twice as many, and so on. */
const DOUBLINGS = 21;

/** Most bytes that are tested, 2⁴⁰: the last doubling. The laws of the tests are exact enough for so many. */
export const MOST_BYTES = FIRST_BYTES * 2 ** (DOUBLINGS - 1);

/** Each doubling has a share, and all ends together have one. */
const SHARE = RUN_LEVEL / (DOUBLINGS + 1);

export type Verdict = "pass" | "weak" | "fail";

/** Returns the number of bytes of the first evaluation after `bytes`; undefined beyond MOST_BYTES. */
export function nextDoubling(bytes: number): number | undefined {
  for (let next = FIRST_BYTES; next <= MOST_BYTES; next *= 2) if (next > bytes) return next;
  return undefined;
}

/** Tells if there is an evaluation at `bytes` wherever the data end. */
export function isDoubling(bytes: number): boolean {
  return bytes >= FIRST_BYTES && nextDoubling(bytes - 1) === bytes;
}

/**
 * Returns the corrected p below which an evaluation fails.
 * @param ends number of ends of the data before `bytes` at which there was an evaluation
 */
export function levelAt(bytes: number, ends: number): number {
  return isDoubling(bytes) ? SHARE : SHARE / 2 ** (ends + 1);
}

/** Counts the p-values of a family. */
export function countPValues(observations: readonly Observation[]): number {
  return observations.reduce((sum, { among }) => sum + among, 0);
}

/**
 * Corrects for the p-values of the family and for the families.
 * @param families number of those that have observations
 */
export function correctedP(p: number, pValues: number, families: number): number {
  return Math.min(1, p * pValues * families);
}

/** @param p corrected @param level of the evaluation */
export function verdictOn(p: number, level: number): Verdict {
  if (p < level) return "fail";
  return p < WEAK_LEVEL ? "weak" : "pass";
}
