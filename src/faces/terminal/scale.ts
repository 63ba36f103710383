/** Limits of axes: round numbers that follow the data, and stay while the data stays near them. */
import { shownRange } from "#kit/format/histogram.ts";

/** Rounds up to 1, 2, 5, 10, 20, 50 … */
export function roundUp(value: number): number {
  if (!(value > 0)) return 1;
  const power = 10 ** Math.floor(Math.log10(value));
  return [1, 2, 5, 10].map((step) => step * power).find((step) => step >= value) ?? 10 * power;
}

export interface Limits {
  readonly low: number;
  readonly high: number;
}

/**
 * Limits are rounded to 1, 2, 5, 10 …: at least this share of the data's span and so at most a quarter of it, so that new limits span at
 * most one and a half of the data.
 */
const STEP_SHARE = 0.1;
/** Data that needs less than this share of its axis has new limits: 1 in 2, less than new limits leave, which is 2 in 3. */
const LEAST_SHARE = 0.5;

/**
 * Returns limits around the samples, up to their 99th percentile: the former ones while they hold the samples and are not far wider.
 * @returns undefined without samples
 */
export function followLimits(before: Limits | undefined, samples: readonly number[]): Limits | undefined {
  const range = shownRange(samples);
  if (!range) return undefined;
  const { low, high } = range;
  if (before && before.low <= low && before.high >= high) {
    const needed = (high - low) / (before.high - before.low);
    if (low === high ? before.low === before.high : needed >= LEAST_SHARE) return before;
  }
  if (low === high) return { low, high };
  const step = Math.max(1, roundUp((high - low) * STEP_SHARE));
  return { low: Math.floor(low / step) * step, high: Math.ceil(high / step) * step };
}
