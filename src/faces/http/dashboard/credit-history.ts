/** Credited bits over time, stacked by source: the last five minutes of snapshots as series of a chart. */
import type { Snapshot } from "../../../pool/snapshot.ts";

export interface CreditSample {
  /** The pool's time. */
  readonly atMs: number;
  /** Of each source that was credited something. */
  readonly bitsPerSecond: ReadonlyMap<string, number>;
}

export interface CreditSeries {
  /** Undefined: all that have no colour of their own. */
  readonly id: string | undefined;
  /** 0 for these, else from 1 on. */
  readonly colour: number;
  /** Seconds before now (negative) and bits a second; null breaks the line where nothing is known. */
  readonly points: readonly (readonly [number, number | null])[];
}

export const HISTORY_MS = 300_000;

/** Whatever the pool's clock does, no more than this is kept: two a second. */
const MAX_SAMPLES = 600;

/** Sources with a colour of their own: more could not be told apart. */
export const MAX_COLOURS = 7;

/** Snapshots come every second; between two that are further apart than this the page was not connected. */
const GAP_MS = 5_000;

export function recorded(history: readonly CreditSample[], snapshot: Snapshot): readonly CreditSample[] {
  const atMs = snapshot.uptimeMs;
  const earning = snapshot.sources.filter((source) => source.creditedBitsPerSecond > 0);
  const sample = {
    atMs,
    bitsPerSecond: new Map(earning.map(({ id, creditedBitsPerSecond }) => [id, creditedBitsPerSecond])),
  };
  return [
    ...history.filter((earlier) => earlier.atMs < atMs && atMs - earlier.atMs <= HISTORY_MS),
    sample,
  ].slice(-MAX_SAMPLES);
}

/** The sources that were credited most in all of the history, at most so many. */
export function leaders(history: readonly CreditSample[], most = MAX_COLOURS): readonly string[] {
  const sums = new Map<string, number>();
  for (const { bitsPerSecond } of history) {
    for (const [id, rate] of bitsPerSecond) sums.set(id, (sums.get(id) ?? 0) + rate);
  }
  return [...sums]
    .sort(([a, sumA], [b, sumB]) => sumB - sumA || (a < b ? -1 : 1))
    .slice(0, most)
    .map(([id]) => id);
}

/** A source keeps its colour for as long as it is among those that have one; newcomers get the colours that are free. */
export function assignColours(
  before: ReadonlyMap<string, number>,
  ids: readonly string[],
): ReadonlyMap<string, number> {
  const kept = new Map(ids.flatMap((id) => (before.has(id) ? [[id, before.get(id)!] as const] : [])));
  const taken = new Set(kept.values());
  const free = Array.from({ length: ids.length }, (_, i) => i + 1).filter((colour) => !taken.has(colour));
  return new Map(ids.map((id) => [id, kept.get(id) ?? free.shift()!]));
}

/** Bottom to top, the others first. They are left out if they never earned anything. */
export function creditSeries(
  history: readonly CreditSample[],
  colours: ReadonlyMap<string, number>,
): readonly CreditSeries[] {
  const lastMs = history.at(-1)?.atMs ?? 0;
  const points = (rateIn: (sample: CreditSample) => number) =>
    history.flatMap((sample, i) => {
      const seconds = (sample.atMs - lastMs) / 1000;
      const point = [seconds, rateIn(sample)] as const;
      const before = history[i - 1];
      if (!before || sample.atMs - before.atMs <= GAP_MS) return [point];
      return [[(before.atMs - lastMs) / 1000 + 1, null] as const, point];
    });
  const series = [...colours]
    .sort(([, a], [, b]) => a - b)
    .map(([id, colour]) => ({
      id,
      colour,
      points: points(({ bitsPerSecond }) => bitsPerSecond.get(id) ?? 0),
    }));
  const otherRate = ({ bitsPerSecond }: CreditSample) =>
    [...bitsPerSecond].reduce((sum, [id, rate]) => (colours.has(id) ? sum : sum + rate), 0);
  if (!history.some((sample) => otherRate(sample) > 0)) return series;
  return [{ id: undefined, colour: 0, points: points(otherRate) }, ...series];
}
