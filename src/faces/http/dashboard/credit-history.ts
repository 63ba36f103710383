/** Credited bits over the last five minutes, as series of a chart that is stacked by source. */
import type { Snapshot } from "../../../pool/snapshot.ts";

export interface CreditSample {
  /** The pool's uptime. */
  readonly atMs: number;
  /** By source; only sources that were credited something. */
  readonly bitsPerSecond: ReadonlyMap<string, number>;
}

export interface CreditSeries {
  /** Undefined for the sum of the sources without a colour of their own. */
  readonly id: string | undefined;
  /** 0 for that sum, else 1 to MAX_COLOURS. */
  readonly colour: number;
  /** Seconds before now (negative) and bits a second; null breaks the line where nothing is known. */
  readonly points: readonly (readonly [number, number | null])[];
}

export const HISTORY_MS = 300_000;

/** Two a second. Bounds memory, whatever the pool's clock does. */
const MAX_SAMPLES = 600;

/** Most sources with a colour of their own: more could not be told apart. */
export const MAX_COLOURS = 7;

/** Snapshots come every second; between two further apart than this, the page was not connected. */
const GAP_MS = 5_000;

/** Appends a snapshot and drops samples older than HISTORY_MS. */
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

/** Joins samples of the server with those that were seen, of which each replaces the server's. */
export function merged(
  sent: readonly CreditSample[],
  seen: readonly CreditSample[],
): readonly CreditSample[] {
  const byTime = new Map([...sent, ...seen].map((sample) => [sample.atMs, sample]));
  const all = [...byTime.values()].sort((a, b) => a.atMs - b.atMs);
  const last = all.at(-1)?.atMs ?? 0;
  return all.filter(({ atMs }) => last - atMs <= HISTORY_MS).slice(-MAX_SAMPLES);
}

/** Returns the ids of the sources with the most credit over the whole history, most first. */
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

/** Assigns colours to `ids`. A source that had one keeps it; new ones get the free colours. */
export function assignColours(
  before: ReadonlyMap<string, number>,
  ids: readonly string[],
): ReadonlyMap<string, number> {
  const kept = new Map(ids.flatMap((id) => (before.has(id) ? [[id, before.get(id)!] as const] : [])));
  const taken = new Set(kept.values());
  const free = Array.from({ length: ids.length }, (_, i) => i + 1).filter((colour) => !taken.has(colour));
  return new Map(ids.map((id) => [id, kept.get(id) ?? free.shift()!]));
}

/** Returns the series from bottom to top. The sum of the others comes first, unless it is always 0. */
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
