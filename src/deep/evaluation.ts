/**
 * An evaluation: what all families say of the first bytes of the data, judged. Pure data, written to state files and to JSON unchanged;
 * members have the same order in both.
 */
import {
  correctedP,
  countPValues,
  isDoubling,
  levelAt,
  type Verdict,
  verdictOn,
  WEAK_LEVEL,
} from "./budget.ts";
import type { Family, Observation } from "./family.ts";

export interface Evaluation {
  /** The first so many of the data were judged. */
  readonly bytes: number;
  /** True where the data ended, and at no doubling. */
  readonly isEnd: boolean;
  readonly tests: number;
  readonly pValues: number;
  /** The smallest corrected p; null where no test applies to so few bytes. */
  readonly p: number | null;
  /** A corrected p below it is a `fail`. */
  readonly level: number;
  readonly verdict: Verdict | null;
  /** Those that have observations, in the order of the battery. */
  readonly families: readonly FamilyResult[];
  /** The tests that are weak or fail, the smallest p first. */
  readonly findings: readonly Finding[];
}

export interface FamilyResult {
  readonly family: string;
  readonly tests: number;
  readonly pValues: number;
  /** The smallest corrected p, and the test and part of the data that it is of. */
  readonly p: number;
  readonly test: string;
  readonly lane: string;
  readonly verdict: Verdict;
}

export interface Finding extends Omit<Observation, "statistic"> {
  readonly family: string;
  /** null where it is not finite. */
  readonly statistic: number | null;
  readonly correctedP: number;
  readonly verdict: Verdict;
}

/** The observations of a family. */
export interface Outcome {
  readonly family: Family;
  readonly observations: readonly Observation[];
}

/**
 * Judges all observations of the first `bytes` bytes.
 * @param ends number of evaluations before it that were at an end of the data
 * @throws Error for an observation that no family may make
 */
export function evaluate(outcomes: readonly Outcome[], bytes: number, ends: number): Evaluation {
  const level = levelAt(bytes, ends);
  const observed = outcomes.filter(({ observations }) => observations.length > 0);
  const judged = observed.map((outcome) => ({
    family: outcome.family.id,
    findings: judgeFamily(outcome, observed.length, level),
    pValues: countPValues(outcome.observations),
  }));
  const families = judged.map(({ family, findings, pValues }): FamilyResult => {
    const { test, lane, correctedP: p, verdict } = lowest(findings);
    return { family, tests: findings.length, pValues, p, test, lane, verdict };
  });
  const p = families.length === 0 ? null : Math.min(...families.map((family) => family.p));
  return {
    bytes,
    isEnd: !isDoubling(bytes),
    tests: families.reduce((sum, { tests }) => sum + tests, 0),
    pValues: families.reduce((sum, { pValues }) => sum + pValues, 0),
    p,
    level,
    verdict: p === null ? null : verdictOn(p, level),
    families,
    findings: judged
      .flatMap(({ findings }) => findings.filter((finding) => finding.correctedP < WEAK_LEVEL))
      .sort((a, b) => a.correctedP - b.correctedP),
  };
}

function judgeFamily({ family, observations }: Outcome, families: number, level: number): Finding[] {
  const pValues = countPValues(observations);
  return observations.map((observation) => {
    const { test, lane, n, statistic, p, among, suspicion, look } = observation;
    if (!(p >= 0 && p <= 1 && among >= 1)) {
      throw new Error(`${family.id}/${test}: ${p} is no p-value, or ${among} no number of them`);
    }
    const corrected = correctedP(p, pValues, families);
    return {
      family: family.id,
      test,
      lane,
      n,
      statistic: Number.isFinite(statistic) ? statistic : null,
      p,
      among,
      suspicion,
      ...(look !== undefined && { look }),
      correctedP: corrected,
      verdict: verdictOn(corrected, level),
    };
  });
}

function lowest(findings: readonly Finding[]): Finding {
  return findings.reduce((a, b) => (b.correctedP < a.correctedP ? b : a));
}
