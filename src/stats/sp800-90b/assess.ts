/** The non-IID track of SP 800-90B §3.1.3: ten estimators, on the symbols and on their bits, and the lowest. */

import { alphabetSizeOf, compact, countChecked, toBitString } from "./alphabet.ts";
import type { Estimate, EstimatorResult, Sequence } from "./estimate.ts";
import { byEstimator, ESTIMATORS, type EstimatorId, type Track } from "./estimators.ts";
import { type Loops, PLAIN_LOOPS } from "./loops.ts";

export interface AssessOptions {
  /** Also report every estimator's intermediate figures. */
  readonly details?: boolean;
  /** Look at no more than this many bits of the bit string (1,000,000 in NIST's program with `-t`). */
  readonly truncateBitString?: number;
  /** Default: the plain ones. */
  readonly loops?: Loops;
}

/** Pure data, written to JSON unchanged, at full precision. */
export interface Assessment {
  readonly schema: 1;
  readonly bitsPerSymbol: number;
  readonly symbols: number;
  /** Different symbols: k. */
  readonly alphabetSize: number;
  /**
   * Min-entropy by estimator and track; null where the data do not allow it (see `remarks`). A track that an estimator
   * does not have is absent: some are for bits only, and two different symbols are bits already.
   */
  readonly estimators: Readonly<Record<EstimatorId, TrackValues<number | null>>>;
  /** The lowest in bits per symbol. */
  readonly hOriginal: number;
  /** The lowest in bits per bit; null where the data have no bit-string track. */
  readonly hBitstring: number | null;
  /** min(hOriginal, bitsPerSymbol · hBitstring): the initial entropy estimate, without the submitter's own. */
  readonly minEntropy: number;
  /** Why figures are missing or zero. */
  readonly remarks: readonly string[];
  /** Present with the option `details`. */
  readonly details?: Readonly<Record<EstimatorId, TrackValues<Estimate["details"]>>>;
}

/** An assessment of bits alone: what §3.1.5.2 asks of the output of a conditioning component, which is a string of bits. */
export interface ConditionedAssessment extends Omit<Assessment, "hOriginal" | "hBitstring"> {
  readonly hOriginal: null;
  /** h′: the lowest, in bits per bit. */
  readonly hBitstring: number;
  /** bitsPerSymbol · h′. */
  readonly minEntropy: number;
}

/** Remark on data with one distinct symbol. */
export const ALL_EQUAL = "all symbols are equal: no entropy";

type TrackValues<T> = { readonly [track in Track]?: T };

/**
 * @param symbols one a byte, oldest first
 * @param bitsPerSymbol 1 … 8; wider samples have to be reduced by the caller (§6.4)
 * @throws RangeError if a symbol does not fit
 */
export function assess(symbols: Uint8Array, bitsPerSymbol: number, options: AssessOptions = {}): Assessment {
  const { loops } = options;
  const counts = countChecked(symbols, bitsPerSymbol, loops?.countSymbols);
  const limit = checkLimit(options.truncateBitString);
  const original = compact(symbols, counts);
  const { alphabetSize } = original;
  const tracks: [Track, Results][] = [];
  if (alphabetSize > 1) tracks.push(["original", runEstimators(original, loops)]);
  if (alphabetSize > 2) {
    tracks.push(["bitstring", runEstimators(toBitString(symbols, bitsPerSymbol, limit), loops)]);
  }
  const hOriginal = alphabetSize > 1 ? lowest(tracks[0]![1], bitsPerSymbol) : 0;
  const hBitstring = alphabetSize > 2 ? lowest(tracks[1]![1], 1) : null;
  const { remarks, ...table } = tabulated(symbols, bitsPerSymbol, alphabetSize, "original", tracks, options);
  const minEntropy = hBitstring === null ? hOriginal : Math.min(hOriginal, bitsPerSymbol * hBitstring);
  return { ...table, hOriginal, hBitstring, minEntropy, remarks };
}

/** Assesses the output of a conditioning component that is not vetted, by its bits alone. @throws as `assess` */
export function assessConditioned(
  symbols: Uint8Array,
  bitsPerSymbol: number,
  options: AssessOptions = {},
): ConditionedAssessment {
  const { loops } = options;
  const counts = countChecked(symbols, bitsPerSymbol, loops?.countSymbols);
  const limit = checkLimit(options.truncateBitString);
  const alphabetSize = alphabetSizeOf(symbols, counts);
  const tracks: [Track, Results][] =
    alphabetSize > 1 ? [["bitstring", runEstimators(toBitString(symbols, bitsPerSymbol, limit), loops)]] : [];
  const hBitstring = alphabetSize > 1 ? lowest(tracks[0]![1], 1) : 0;
  const { remarks, ...table } = tabulated(symbols, bitsPerSymbol, alphabetSize, "bitstring", tracks, options);
  return { ...table, hOriginal: null, hBitstring, minEntropy: bitsPerSymbol * hBitstring, remarks };
}

/** Makes the figures of the tracks. @param main the track that stands for all where there is nothing to estimate */
function tabulated(
  symbols: Uint8Array,
  bitsPerSymbol: number,
  alphabetSize: number,
  main: Track,
  tracks: readonly [Track, Results][],
  { details }: AssessOptions,
): Omit<Assessment, "hOriginal" | "hBitstring" | "minEntropy"> {
  const remarks: string[] = [];
  if (tracks.length === 0) remarks.push(alphabetSize === 1 ? ALL_EQUAL : "there are no symbols");
  for (const [track, results] of tracks) {
    for (const [id, result] of entries(results)) {
      if (result.kind === "not-applicable") remarks.push(`${id}, ${track}: ${result.reason}`);
    }
  }
  return {
    schema: 1,
    bitsPerSymbol,
    symbols: symbols.length,
    alphabetSize,
    estimators:
      tracks.length === 0
        ? byEstimator(() => ({ [main]: null }))
        : tabulate(tracks, (result) => (result.kind === "estimate" ? result.minEntropy : null)),
    remarks,
    ...(details && {
      details: tabulate(tracks, (result) => (result.kind === "estimate" ? result.details : undefined)),
    }),
  };
}

export type Results = Partial<Record<EstimatorId, EstimatorResult>>;

/** Runs the estimators that apply to a sequence of at least two different symbols, or of bits. */
export function runEstimators(sequence: Sequence, loops = PLAIN_LOOPS): Results {
  const repeats = loops.countRepeats(sequence);
  const results: Results = {};
  for (const estimator of ESTIMATORS) {
    if (estimator.bitsOnly && sequence.alphabetSize !== 2) continue;
    results[estimator.id] = estimator.run(sequence, repeats, loops);
  }
  return results;
}

/** The lowest estimate, and never more than the width of the symbols. */
export function lowest(results: Results, width: number): number {
  let least = width;
  for (const [, result] of entries(results)) {
    if (result.kind === "estimate") least = Math.min(least, result.minEntropy);
  }
  return least;
}

function entries(results: Results): [EstimatorId, EstimatorResult][] {
  return Object.entries(results) as [EstimatorId, EstimatorResult][];
}

function tabulate<T>(
  tracks: readonly [Track, Results][],
  pick: (result: EstimatorResult) => T | undefined,
): Record<EstimatorId, TrackValues<T>> {
  return byEstimator((id) => {
    const values: { [track in Track]?: T } = {};
    for (const [track, results] of tracks) {
      const result = results[id];
      const value = result && pick(result);
      if (value !== undefined) values[track] = value;
    }
    return values;
  });
}

function checkLimit(bits: number | undefined): number | undefined {
  if (bits !== undefined && (!Number.isInteger(bits) || bits < 2)) {
    throw new RangeError(`truncateBitString must be a whole number of bits, 2 or more, not ${bits}`);
  }
  return bits;
}
