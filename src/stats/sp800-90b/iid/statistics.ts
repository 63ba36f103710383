/** The statistics of SP 800-90B §5.1, under the names of NIST's program. */

import { collisions } from "./collisions.ts";
import { compressionOf } from "./compression.ts";
import { conversionI, conversionII } from "./conversions.ts";
import { covariance } from "./covariance.ts";
import { directionalRuns, mostSteps } from "./directional-runs.ts";
import { excursion } from "./excursion.ts";
import type { IidData } from "./iid-data.ts";
import { medianRuns } from "./median-runs.ts";
import { periodicity } from "./periodicity.ts";

/** In the order of §5.1.1 … §5.1.11. */
export const STATISTICS = [
  "excursion",
  "numDirectionalRuns",
  "lenDirectionalRuns",
  "numIncreasesDecreases",
  "numRunsMedian",
  "lenRunsMedian",
  "avgCollision",
  "maxCollision",
  "periodicity(1)",
  "periodicity(2)",
  "periodicity(8)",
  "periodicity(16)",
  "periodicity(32)",
  "covariance(1)",
  "covariance(2)",
  "covariance(8)",
  "covariance(16)",
  "covariance(32)",
  "compression",
] as const;
export type StatisticId = (typeof STATISTICS)[number];

/** §5.1.9, §5.1.10. */
const LAGS = [1, 2, 8, 16, 32] as const;
const EXCURSION = STATISTICS.indexOf("excursion");
const DIRECTIONAL_RUNS = STATISTICS.indexOf("numDirectionalRuns");
const MEDIAN_RUNS = STATISTICS.indexOf("numRunsMedian");
const COLLISIONS = STATISTICS.indexOf("avgCollision");
const PERIODICITY = STATISTICS.indexOf("periodicity(1)");
const COVARIANCE = STATISTICS.indexOf("covariance(1)");
const COMPRESSION = STATISTICS.indexOf("compression");

/** Returns why these data are too few or too uniform for the statistics, else undefined. Every lag needs two symbols. */
export function reasonAgainst(data: Pick<IidData, "symbols" | "alphabetSize">): string | undefined {
  if (data.alphabetSize < 2) return "all symbols are equal";
  const longestLag = LAGS[LAGS.length - 1]!;
  const needed = data.alphabetSize === 2 ? 8 * longestLag + 1 : longestLag + 1;
  return data.symbols.length < needed
    ? `needs at least ${needed} symbols, has ${data.symbols.length}`
    : undefined;
}

export class StatisticsMeter {
  readonly #data: IidData;
  readonly #compression: (symbols: Uint8Array) => number;
  readonly #spare: Uint8Array;

  constructor(data: IidData) {
    this.#data = data;
    this.#compression = compressionOf(data);
    const asRecorded = data.values.every((value, symbol) => value === symbol);
    this.#spare = asRecorded ? new Uint8Array() : new Uint8Array(data.symbols.length);
  }

  /**
   * Writes the `wanted` statistics (1, else 0) of a permutation of the data to their places in `out`; others may be
   * overwritten.
   */
  measure(symbols: Uint8Array, wanted: Uint8Array, out: Float64Array): void {
    const { mean, median, alphabetSize } = this.#data;
    const isBinary = alphabetSize === 2;
    const any = (first: number, count: number) => wanted.subarray(first, first + count).includes(1);
    const values = any(EXCURSION, 1) || any(COVARIANCE, LAGS.length) ? this.#valuesOf(symbols) : symbols;

    if (any(EXCURSION, 1)) out[EXCURSION] = excursion(values, mean);
    if (any(MEDIAN_RUNS, 2)) {
      const runs = medianRuns(symbols, median);
      out[MEDIAN_RUNS] = runs.count;
      out[MEDIAN_RUNS + 1] = runs.longest;
    }
    if (any(COMPRESSION, 1)) out[COMPRESSION] = this.#compression(symbols);

    const rest = any(DIRECTIONAL_RUNS, 3) || any(COLLISIONS, 2) || any(PERIODICITY, 2 * LAGS.length);
    if (!rest) return;
    // Binary data are converted from 0 and 1, whatever the recorded values.
    const octets = isBinary ? conversionII(symbols) : symbols;
    const ones = isBinary ? conversionI(octets) : symbols;
    if (any(DIRECTIONAL_RUNS, 3)) {
      const runs = directionalRuns(ones);
      out[DIRECTIONAL_RUNS] = runs.count;
      out[DIRECTIONAL_RUNS + 1] = runs.longest;
      out[DIRECTIONAL_RUNS + 2] = mostSteps(runs, ones.length);
    }
    if (any(COLLISIONS, 2)) {
      const { average, longest } = collisions(octets);
      out[COLLISIONS] = average;
      out[COLLISIONS + 1] = longest;
    }
    LAGS.forEach((lag, i) => {
      if (any(PERIODICITY + i, 1)) out[PERIODICITY + i] = periodicity(ones, lag);
      if (any(COVARIANCE + i, 1)) out[COVARIANCE + i] = covariance(isBinary ? ones : values, lag);
    });
  }

  /** Restores the recorded values of the symbols. */
  #valuesOf(symbols: Uint8Array): Uint8Array {
    const spare = this.#spare;
    if (spare.length === 0) return symbols;
    const { values } = this.#data;
    for (let i = 0; i < symbols.length; i++) spare[i] = values[symbols[i]!]!;
    return spare;
  }
}
