/**
 * Verdicts on what was measured.
 *
 * A difference that chance does not explain need not matter: the frequency of a processor follows its load, and timings with it. So a source
 * is different where a test finds a difference and its size passes a bound. The bounds are above what one machine does by itself: among 16
 * sources, recorded four times within five minutes on a virtual machine of 2 processors at load averages from 4.4 to 6.6, tests found levels
 * that differed by up to 15 %, shapes by 0.24, min-entropies by a factor of 1.6, order by 0.20; rates differed by a factor of up to 2.2.
 */
import { formatAmount, plural } from "#kit/format/numbers.ts";
import { formatP } from "../../report/numbers.ts";
import { CREDITED_SHARE } from "../../source.ts";
import type { Effect } from "../../stats/two-sample/two-samples.ts";
import type { Assessed, Bounds, SamplesCompared, Verdict } from "./comparison.ts";

export const BOUNDS: Bounds = {
  level: 1.25,
  shape: 0.45,
  // A profile credits at most CREDITED_SHARE of its assessed entropy: a claim covers an entropy that falls by less.
  entropy: 1 / CREDITED_SHARE,
  order: 0.3,
  rate: 4,
};

/** Probability that chance alone makes any test of a comparison an alarm. */
export const LEVEL = 0.001;

/** Where not even a doubling of the level would have been seen, nothing can be said. */
const BLIND = Math.log(2);

export interface Judgement {
  readonly verdict: Verdict;
  readonly words: string;
  readonly notes: readonly string[];
}

/** @param perTest level of one test @param causes in what the two differ besides, in words @param bounds null: every difference counts */
export function judgeSamples(
  compared: SamplesCompared,
  rates: readonly [number, number] | null,
  causes: readonly string[],
  perTest: number,
  bounds: Bounds | null,
): Judgement {
  const { tests, a, b } = compared;
  const found = (effect: Effect) => effect.pValue < perTest;
  const size = (effect: number) => effect.toFixed(2);
  const all: { readonly is: boolean; readonly counts: boolean; readonly words: string }[] = [
    {
      is: found(tests.level),
      counts: bounds === null || Math.abs(tests.level.effect) >= Math.log(bounds.level),
      words: `level ${levelText(tests.level.effect)} (${chance(tests.level)})`,
    },
    {
      is: found(tests.shape),
      counts: bounds === null || tests.shape.effect >= bounds.shape,
      words: `another shape, by a distance of ${size(tests.shape.effect)} (${chance(tests.shape)})`,
    },
    {
      is: found(tests.symbols),
      counts: bounds === null || ratioOf(a.mcvH, b.mcvH) >= bounds.entropy,
      words: `min-entropy of the commonest symbol ${bits(a.mcvH)}, now ${bits(b.mcvH)} bits, shares of symbols apart by ${size(tests.symbols.effect)} (${chance(tests.symbols)})`,
    },
    {
      is: found(tests.order),
      counts: bounds === null || Math.abs(tests.order.effect) >= bounds.order,
      words: `correlation of neighbours ${size(a.neighbours)}, now ${size(b.neighbours)} (${chance(tests.order)})`,
    },
    {
      is: bounds === null && found(tests.distribution),
      counts: true,
      words: `distribution of samples, by a distance of ${size(tests.distribution.effect)} (${chance(tests.distribution)})`,
    },
    {
      // One number of each: no test says how far it moves by itself, so that a bound alone decides.
      is: rates !== null && ratioOf(...rates) >= BOUNDS.rate,
      counts: true,
      words:
        rates === null ? "" : `${formatAmount(rates[0])} samples a second, now ${formatAmount(rates[1])}`,
    },
  ];
  const changes = all.filter(({ is, counts }) => is && counts).map(({ words }) => words);
  const small = all.filter(({ is, counts }) => is && !counts).map(({ words }) => words);
  const notes = small.length === 0 ? [] : [`measurable, but below what counts: ${small.join("; ")}`];
  if (changes.length > 0) {
    return { verdict: "different", words: `different: ${changes.join("; ")}; ${reasonText(causes)}`, notes };
  }
  const level = Math.max(tests.level.detectable, bounds === null ? 0 : Math.log(bounds.level));
  if (!(level <= BLIND)) {
    const words = `cannot say: the recordings are so unsteady that a level twice as high might not have been seen`;
    return { verdict: "cannot say", words, notes };
  }
  const seen = [
    `a change of the level by ${percent(level)}`,
    ...visibleFrom(
      tests.shape.detectable,
      bounds?.shape ?? 0,
      (from) => `of the shape by a distance of ${size(from)}`,
    ),
    ...visibleFrom(tests.symbols.detectable, 0, (from) => `of the symbols' shares by ${size(from)}`),
    ...visibleFrom(tests.order.detectable, bounds?.order ?? 0, (from) => `of the order by ${size(from)}`),
  ];
  const unseen = [
    ...(tests.shape.detectable < 1 ? [] : ["shape"]),
    ...(tests.symbols.detectable < 1 ? [] : ["symbols"]),
    ...(tests.order.detectable < 1 ? [] : ["order"]),
  ];
  if (unseen.length > 0) notes.push(`too unsteady to see every change of ${unseen.join(" and ")}`);
  const words = `the same within what these recordings can show: ${seen.join(", ")} would have been seen`;
  return { verdict: "same", words, notes };
}

function reasonText(causes: readonly string[]): string {
  return causes.length === 0
    ? "what was recorded beside the figures names no reason"
    : `most likely because of: ${causes.join("; ")}`;
}

function percent(log: number): string {
  return `${((Math.exp(Math.abs(log)) - 1) * 100).toFixed(1)} %`;
}

/** Says how b's level is to a's. @param log natural logarithm of the ratio */
function levelText(log: number): string {
  const direction = log > 0 ? "higher" : "lower";
  return Math.abs(log) < Math.log(2)
    ? `${direction} by ${percent(log)}`
    : `${direction} by a factor of ${Number(Math.exp(Math.abs(log)).toPrecision(3))}`;
}

function visibleFrom(detectable: number, bound: number, words: (from: number) => string): string[] {
  return detectable < 1 ? [words(Math.max(detectable, bound))] : [];
}

/** Below this a p-value is the model's, not the data's. */
const LEAST_SHOWN = 1e-12;

function chance({ pValue }: Effect): string {
  return pValue < LEAST_SHOWN ? `p < ${LEAST_SHOWN}` : `p ${formatP(pValue)}`;
}

function bits(h: number): string {
  return h.toPrecision(3);
}

/** The larger by the smaller, at least 1; of two zeros 1. */
function ratioOf(a: number, b: number): number {
  return a === b ? 1 : Math.max(a, b) / Math.min(a, b);
}

/** Estimates from fewer symbols are lower: of equally likely bytes, 1,000 are assessed at 0.6 times what 1,000,000 are. */
const MANY_MORE = 2;

/** Where not even a change by this factor would have been seen, nothing can be said. */
const MOST_FACTOR = 4;

/** Judges assessed entropies, one of them or both from a profile, which keeps no samples that could be tested. */
export function judgeAssessed(
  [a, b]: readonly [Assessed, Assessed],
  rates: readonly [number, number] | null,
  causes: readonly string[],
): Judgement {
  const spread = [a, b].map(({ h, spread }) =>
    spread === null ? bits(h) : `${bits(h)} (${bits(spread[0])} to ${bits(spread[1])})`,
  );
  const found: string[] = [];
  const pair = `${spread[0]}, now ${spread[1]} bits per symbol`;
  const [lowA, highA] = a.spread ?? [a.h, a.h];
  const [lowB, highB] = b.spread ?? [b.h, b.h];
  // The part of a spread that is nearest must have passed the bound.
  const isFallen = highB <= CREDITED_SHARE * lowA && a.h > 0;
  const isRisen = CREDITED_SHARE * lowB >= highA && b.h > 0;
  if (isFallen)
    found.push(`assessed min-entropy ${pair}: half or less, and a profile credits half: calibrate anew`);
  if (isRisen) found.push(`assessed min-entropy ${pair}: twice as much or more`);
  if (rates !== null && ratioOf(...rates) >= BOUNDS.rate) {
    found.push(`${formatAmount(rates[0])} samples a second, now ${formatAmount(rates[1])}`);
  }
  const notes = [
    ...(a.symbols === b.symbols
      ? []
      : [
          `assessed from ${plural(a.symbols, "symbol")} and ${plural(b.symbols, "symbol")}: estimates from fewer are lower`,
        ]),
    ...(a.spread === null && b.spread === null
      ? ["how far the estimates move by themselves is not known: there is one of each"]
      : []),
  ];
  const hasFewer = (less: Assessed, more: Assessed) => less.h > 0 && MANY_MORE * less.symbols < more.symbols;
  if (found.length === 1 && ((isFallen && hasFewer(b, a)) || (isRisen && hasFewer(a, b)))) {
    const words = `cannot say: assessed min-entropy ${pair}, and the lower was assessed from fewer symbols, which may be why`;
    return { verdict: "cannot say", words, notes };
  }
  if (found.length > 0) {
    return { verdict: "different", words: `different: ${found.join("; ")}; ${reasonText(causes)}`, notes };
  }
  // A change by this factor would have taken the nearest parts of spreads as wide as these past the bound.
  const factor = BOUNDS.entropy * Math.max((highB / b.h) * (a.h / lowA), (highA / a.h) * (b.h / lowB));
  if (!(factor <= MOST_FACTOR)) {
    const words = `cannot say: assessed min-entropy ${pair}: so unsteady or so low that one ${MOST_FACTOR} times as high or low might not have been seen`;
    return { verdict: "cannot say", words, notes };
  }
  return {
    verdict: "same",
    words: `the same within what a profile can show: assessed min-entropy ${pair}; one that had fallen or risen by a factor of ${factor.toFixed(1)} would have been seen`,
    notes,
  };
}
