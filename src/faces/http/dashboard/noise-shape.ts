/** Raw samples as pictures: histogram, lag plot and trace over one common range of values. */

/** What the pictures show of the samples, and how many lie outside. */
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

/** Left out at either end: an interruption takes a thousand times as long as a sample, and would flatten all others. */
const TAIL = 0.01;

/** The middle 98 of 100 samples. @throws RangeError without any */
export function noiseRange(samples: readonly number[]): NoiseRange {
  if (samples.length === 0) throw new RangeError("no samples");
  const sorted = samples.toSorted((a, b) => a - b);
  const cut = Math.floor(sorted.length * TAIL);
  const low = sorted[cut]!;
  const high = sorted[sorted.length - 1 - cut]!;
  return { low, high, outside: samples.filter((sample) => sample < low || sample > high).length };
}

/** Bars of equal width: a whole number, for samples are whole, so that no bar holds more values than its neighbour. */
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

/** Each sample with the one after it, (x[i], x[i + 1]), where both are in range. */
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
