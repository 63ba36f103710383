/** Histograms of whole numbers: which values are shown, and in which bins. */

/** The values that a picture shows, both ends included. */
export interface ShownRange {
  readonly low: number;
  readonly high: number;
  /** How many values are larger. */
  readonly above: number;
}

/** One value in so many is left out at the upper end. */
const LEFT_OUT = 100;

/**
 * Chooses the range from the least value to the 99th percentile: rare large values would squeeze all others into one
 * line. Returns undefined if there are no values.
 */
export function shownRange(values: Iterable<number>): ShownRange | undefined {
  const sorted = Float64Array.from(values).sort();
  const low = sorted[0];
  const high = sorted[sorted.length - 1 - Math.floor(sorted.length / LEFT_OUT)];
  if (low === undefined || high === undefined) return undefined;
  return { low, high, above: sorted.filter((value) => value > high).length };
}

export interface HistogramBin {
  readonly from: number;
  /** Exclusive. */
  readonly to: number;
  readonly count: number;
}

/**
 * Counts the values in range in at most `mostBins` bins (at least one). All bins have the same whole width, so that
 * none is emptier than another for covering fewer values.
 */
export function histogramBins(
  values: Iterable<number>,
  { low, high }: ShownRange,
  mostBins: number,
): HistogramBin[] {
  const span = high - low + 1;
  const width = Math.ceil(span / Math.max(1, mostBins));
  const counts = new Array<number>(Math.ceil(span / width)).fill(0);
  for (const value of values) {
    if (value >= low && value <= high) counts[Math.floor((value - low) / width)]! += 1;
  }
  return counts.map((count, i) => ({ from: low + i * width, to: low + (i + 1) * width, count }));
}
