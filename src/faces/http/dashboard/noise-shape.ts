/** Data of the three charts of raw samples: histogram, lag plot and trace, over one range of values. */

/** The values that the charts show, and the number of samples outside. */
export interface NoiseRange {
  readonly low: number;
  readonly high: number;
  readonly outside: number;
}

export interface Bar {
  readonly from: number;
  /** Exclusive. */
  readonly to: number;
  readonly count: number;
}

/** Share cut off at either end: an interruption takes a thousand times as long as a sample, and would flatten all others. */
const TAIL = 0.01;

/** Returns the range of the middle 98 % of the samples. @throws RangeError without samples */
export function noiseRange(samples: readonly number[]): NoiseRange {
  if (samples.length === 0) throw new RangeError("no samples");
  const sorted = samples.toSorted((a, b) => a - b);
  const cut = Math.floor(sorted.length * TAIL);
  const low = sorted[cut]!;
  const high = sorted[sorted.length - 1 - cut]!;
  return { low, high, outside: samples.filter((sample) => sample < low || sample > high).length };
}

/** Counts samples in bars of equal width. The width is a whole number, as samples are, so all bars hold equally many values. */
export function histogram(
  samples: readonly number[],
  { low, high }: NoiseRange,
  mostBars = 48,
): readonly Bar[] {
  const values = high - low + 1;
  const width = Math.ceil(values / mostBars);
  const counts = new Array<number>(Math.ceil(values / width)).fill(0);
  for (const sample of samples) {
    if (sample >= low && sample <= high) counts[Math.floor((sample - low) / width)]! += 1;
  }
  return counts.map((count, i) => ({ from: low + i * width, to: low + (i + 1) * width, count }));
}

/** Pairs each sample with its successor, (x[i], x[i + 1]), where both are in range. */
export function lagPairs(
  samples: readonly number[],
  { low, high }: NoiseRange,
): readonly (readonly [number, number])[] {
  const isIn = (sample: number) => sample >= low && sample <= high;
  return samples.flatMap((sample, i) => {
    const next = samples[i + 1];
    return next !== undefined && isIn(sample) && isIn(next) ? [[sample, next] as const] : [];
  });
}
