/**
 * Compares two recordings of one source: the distribution of samples, the shares of symbols and the dependence on the sample before, each
 * with an effect size, a p-value that reckons with dependence, and the least effect that would have been found.
 */
import { upperBound } from "../sp800-90b/upper-bounds.ts";
import {
  BATCHES,
  type BatchMean,
  batchMean,
  compareMeans,
  type FigureTest,
  neighbourCorrelation,
} from "./batch-means.ts";
import { type ChangePoint, changePoints, type Drift, driftOf } from "./change-points.ts";
import { distancesOf, shareDistances } from "./distances.ts";

/** Fewer samples make batches of fewer than 32, whose means say nothing. */
export const LEAST_SAMPLES = BATCHES * 32;

/** Tests that share one level: five of the difference, and of either sequence one for drift and one for change points. */
export const TESTS = 5 + 2 * 2;

/** Blocks in which drift is looked for, at most: a picture's points, and places to within 1 %. */
const MOST_BLOCKS = 128;

/** Cuts at the sixteenths of either sample: a difference between two cuts is at most one sixteenth of a sample. */
const PARTS = 16;

/** Bars of a picture. */
const BARS = 64;

export interface Sequence {
  /** Samples, 64 bits each, little-endian, at least LEAST_SAMPLES. */
  readonly bytes: Uint8Array;
  /** The symbol of each. */
  readonly symbols: Uint8Array;
}

export interface TwoSamplesRequest {
  readonly a: Sequence;
  readonly b: Sequence;
  readonly symbolBits: number;
  /** Probability of a false alarm in each test. */
  readonly level: number;
  /** b's unit divided by a's, for the level alone. */
  readonly unitRatio: number;
  /** Changes with a smaller Cliff's delta are not reported. */
  readonly leastEffect: number;
}

export interface TwoSamples {
  readonly a: SampleFigures;
  readonly b: SampleFigures;
  readonly tests: TestedEffects;
  readonly histogram: TwoHistograms;
}

export interface TestedEffects {
  /** Kolmogorov's distance, with Cliff's delta beside it. */
  readonly distribution: Effect & { readonly cliff: number };
  /** Natural logarithm of the ratio of levels, b's to a's: means of the logarithms of the batches' medians. Its size counts. */
  readonly level: Effect;
  /** The lesser of Kolmogorov's distances as they are, and with b scaled to a's median. */
  readonly shape: Effect;
  /** Total variation distance of the symbols, with χ² and Cramér's V beside it. */
  readonly symbols: Effect & { readonly chiSquare: number; readonly cramerV: number };
  /** Difference of the rank correlations of neighbours, b's less a's. */
  readonly order: Effect;
}

export interface Effect {
  readonly effect: number;
  /** Mean size of this effect where nothing differs: an effect as measured holds chance too. */
  readonly byChance: number;
  readonly pValue: number;
  /** An effect from here on would have been found, nine times in ten or more often. */
  readonly detectable: number;
}

export interface SampleFigures {
  readonly samples: number;
  /** Least value, quartiles, 99th percentile, largest value. */
  readonly quantiles: Quantiles;
  /** Most common value estimate, SP 800-90B §6.3.1, bits per symbol. */
  readonly mcvH: number;
  /**
   * −log₂ of how often the symbol after each symbol is its commonest follower, of as many pairs as both recordings have; null where those
   * are too few. Not an estimate of the standard's: as `mcvH`, for who knows the symbol before.
   */
  readonly followerH: number | null;
  /** Rank correlation of neighbours (Spearman's at lag 1, in steps of the cuts). */
  readonly neighbours: number;
  readonly drift: Drift;
  readonly changes: readonly ChangePoint[];
  /** Median of each block, in time. */
  readonly medians: readonly number[];
}

export interface Quantiles {
  readonly least: number;
  readonly q25: number;
  readonly median: number;
  readonly q75: number;
  readonly q99: number;
  readonly largest: number;
}

/** Shares of samples in equal parts of the range that both pictures show. */
export interface TwoHistograms {
  readonly low: number;
  /** Width of a part. */
  readonly width: number;
  readonly a: readonly number[];
  readonly b: readonly number[];
}

export function compareSamples({
  a,
  b,
  symbolBits,
  level,
  unitRatio,
  leastEffect,
}: TwoSamplesRequest): TwoSamples {
  const [first, second] = [prepared(a.bytes), prepared(b.bytes)];
  const scaled = scaledTo(first, second);
  const plain = withCuts(first, second, level);
  const aligned = withCuts(first, scaled, level);
  const [symbolsA, symbolsB] = [a.symbols, b.symbols];
  const [sharesA, sharesB] = [sharesOf(symbolsA, symbolBits), sharesOf(symbolsB, symbolBits)];
  const shares = shareDistances(sharesA.counts, sharesB.counts);
  const ofShares = compareMeans(sharesA.means, sharesB.means, level);
  const pairs = Math.min(symbolsA.length, symbolsB.length) - 1;
  const figures = (
    of: Prepared,
    symbols: Uint8Array,
    counts: Float64Array,
    neighbours: number,
  ): SampleFigures => {
    const blocks = blocksOf(of);
    return {
      samples: of.values.length,
      quantiles: quantilesOf(of.sorted),
      mcvH: mcvOf(counts),
      followerH: followerEntropy(symbols, symbolBits, pairs),
      neighbours,
      drift: driftOf(blocks.levels),
      changes: changePoints(blocks.levels, level, leastEffect),
      medians: blocks.medians,
    };
  };
  const [orderA, orderB] = [plain.a.neighbours, plain.b.neighbours];
  const [levelA, levelB] = [logLevel(first, 1), logLevel(second, unitRatio)];
  return {
    a: figures(first, symbolsA, sharesA.counts, orderA.mean),
    b: figures(second, symbolsB, sharesB.counts, orderB.mean),
    tests: {
      distribution: { ...plain.effect, cliff: plain.cliff },
      level: ofOne(compareMeans([levelA], [levelB], level), levelB.mean - levelA.mean),
      shape: shapeOf(plain.effect, aligned.effect),
      symbols: {
        ...ofSum(ofShares, shares.totalVariation),
        chiSquare: shares.chiSquare,
        cramerV: shares.cramerV,
      },
      order: ofOne(compareMeans([orderA], [orderB], level), orderB.mean - orderA.mean),
    },
    histogram: histogramOf(first.sorted, second.sorted),
  };
}

function withCuts(a: Prepared, b: Prepared, level: number) {
  const cuts = cutsOf(a.sorted, b.sorted);
  const [ofA, ofB] = [batchesOf(a, cuts), batchesOf(b, cuts)];
  const { kolmogorov, cliff } = distancesOf(a.sorted, b.sorted);
  return { a: ofA, b: ofB, cliff, effect: ofLargest(compareMeans(ofA.below, ofB.below, level), kolmogorov) };
}

/**
 * The shape has changed where no scale makes the two alike: neither their own, nor one median. The median of two alternating states jumps
 * between them by chance, so that the second alone would be an alarm.
 */
function shapeOf(plain: Effect, aligned: Effect): Effect {
  const nearer = plain.effect < aligned.effect ? plain : aligned;
  return { ...nearer, pValue: Math.max(plain.pValue, aligned.pValue) };
}

/** Scales b to a's median, in whole numbers as samples are. A median of 0 is taken for 1, as in `logLevel`. */
function scaledTo(a: Prepared, b: Prepared): Prepared {
  const factor = Math.max(1, quantile(a.sorted, 0.5)) / Math.max(1, quantile(b.sorted, 0.5));
  return {
    values: b.values.map((value) => Math.round(value * factor)),
    sorted: b.sorted.map((value) => Math.round(value * factor)),
  };
}

function ofOne({ pValue, detectable, byChance }: FigureTest, effect: number): Effect {
  return { effect, byChance: byChance[0]!, pValue, detectable: detectable[0]! };
}

/** The effect is the largest of the figures' differences. */
function ofLargest({ pValue, detectable, byChance }: FigureTest, effect: number): Effect {
  const most = (values: Float64Array) => values.reduce((a, b) => Math.max(a, b), 0);
  return { effect, byChance: most(byChance), pValue, detectable: Math.min(1, most(detectable)) };
}

/** The effect is half the sum: where it is that of all bounds, at least one figure passes its own. */
function ofSum({ pValue, detectable, byChance }: FigureTest, effect: number): Effect {
  const half = (values: Float64Array) => values.reduce((a, b) => a + b, 0) / 2;
  return { effect, byChance: half(byChance), pValue, detectable: Math.min(1, half(detectable)) };
}

interface Prepared {
  readonly values: Float64Array;
  readonly sorted: Float64Array;
}

function prepared(bytes: Uint8Array): Prepared {
  // Low word first.
  const words = new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4);
  const values = new Float64Array(words.length / 2);
  for (let i = 0; i < values.length; i++) values[i] = words[2 * i]! + words[2 * i + 1]! * 2 ** 32;
  return { values, sorted: values.slice().sort() };
}

/** Chooses different values at which the distribution functions are compared, in ascending order. */
function cutsOf(a: Float64Array, b: Float64Array): Float64Array {
  const cuts = new Set<number>();
  for (const sorted of [a, b]) {
    const largest = sorted[sorted.length - 1]!;
    for (let part = 1; part < PARTS; part++) {
      const cut = quantile(sorted, part / PARTS);
      // At its own largest value a distribution function is 1 already; what is above it in the other is seen below it.
      cuts.add(cut === largest ? Math.max(sorted[0]!, valueBelow(sorted, cut)) : cut);
    }
  }
  return Float64Array.from(cuts).sort();
}

/** Returns the largest value below; the value itself where there is none. */
function valueBelow(sorted: Float64Array, value: number): number {
  const at = countBelow(sorted, value);
  return at > 0 ? sorted[at - 1]! : value;
}

/** Counts the elements below a value. */
function countBelow(sorted: Float64Array, value: number): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle]! < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

interface Batches {
  /** Share of samples up to each cut. */
  readonly below: readonly BatchMean[];
  readonly neighbours: BatchMean;
}

function batchesOf({ values }: Prepared, cuts: Float64Array): Batches {
  const length = Math.floor(values.length / BATCHES);
  const below = cuts.map(() => 0);
  const perBatch = grid(cuts.length);
  const correlations = new Float64Array(BATCHES);
  const places = new Float64Array(length);
  for (let batch = 0; batch < BATCHES; batch++) {
    const inParts = new Float64Array(cuts.length + 1);
    for (let i = 0; i < length; i++) {
      const place = countBelow(cuts, values[batch * length + i]!);
      places[i] = place;
      inParts[place]!++;
    }
    correlations[batch] = neighbourCorrelation(places);
    let upTo = 0;
    for (let k = 0; k < cuts.length; k++) {
      upTo += inParts[k]!;
      below[k]! += upTo;
      perBatch[k]![batch] = upTo / length;
    }
  }
  const n = length * BATCHES;
  return {
    below: perBatch.map((shares, k) => batchMean(shares, independent(below[k]!, n))),
    neighbours: batchMean(correlations, 1 / n),
  };
}

interface Shares {
  /** By symbol. */
  readonly means: readonly BatchMean[];
  readonly counts: Float64Array;
}

function sharesOf(symbols: Uint8Array, symbolBits: number): Shares {
  const length = Math.floor(symbols.length / BATCHES);
  const alphabet = 1 << symbolBits;
  const perBatch = grid(alphabet);
  const counts = new Float64Array(alphabet);
  for (let i = 0; i < length * BATCHES; i++) {
    counts[symbols[i]!]!++;
    perBatch[symbols[i]!]![Math.floor(i / length)]! += 1 / length;
  }
  const n = length * BATCHES;
  return { means: perBatch.map((shares, k) => batchMean(shares, independent(counts[k]!, n))), counts };
}

/** The natural logarithm of the batches' medians. A median of 0 is taken for 1: ratios of counts have no other sense. */
function logLevel({ values }: Prepared, unit: number): BatchMean {
  const length = Math.floor(values.length / BATCHES);
  const logs = Float64Array.from({ length: BATCHES }, (_, batch) =>
    Math.log(unit * Math.max(1, quantile(values.slice(batch * length, (batch + 1) * length).sort(), 0.5))),
  );
  return batchMean(logs, 0);
}

function grid(rows: number): Float64Array[] {
  return Array.from({ length: rows }, () => new Float64Array(BATCHES));
}

/** Variance of a share among independent samples, with half a count on either side, so that 0 of n is not certain. */
function independent(count: number, n: number): number {
  const share = (count + 0.5) / (n + 1);
  return (share * (1 - share)) / n;
}

function blocksOf({ values, sorted }: Prepared): { levels: number[]; medians: number[] } {
  const count = Math.min(MOST_BLOCKS, Math.floor(values.length / 32));
  const length = Math.floor(values.length / count);
  const cuts = cutsOf(sorted, sorted);
  // Mean place, in the order of all, of the samples between two cuts.
  const counts = Float64Array.from(cuts, (cut) =>
    countBelow(sorted, cut + Math.max(1, cut * Number.EPSILON)),
  );
  const places = Array.from({ length: cuts.length + 1 }, (_, k) => {
    const [from, to] = [counts[k - 1] ?? 0, counts[k] ?? sorted.length];
    return (from + to) / 2 / sorted.length;
  });
  const levels: number[] = [];
  const medians: number[] = [];
  for (let block = 0; block < count; block++) {
    const part = values.slice(block * length, (block + 1) * length);
    let level = 0;
    for (let i = 0; i < length; i++) level += places[countBelow(cuts, part[i]!)]! / length;
    levels.push(level);
    medians.push(quantile(part.sort(), 0.5));
  }
  return { levels, medians };
}

/** The value of which that share is below or equal, without interpolation: samples are whole numbers. */
function quantile(sorted: Float64Array, share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.max(0, Math.ceil(share * sorted.length) - 1))]!;
}

function quantilesOf(sorted: Float64Array): Quantiles {
  return {
    least: sorted[0]!,
    q25: quantile(sorted, 0.25),
    median: quantile(sorted, 0.5),
    q75: quantile(sorted, 0.75),
    q99: quantile(sorted, 0.99),
    largest: sorted[sorted.length - 1]!,
  };
}

function mcvOf(counts: Float64Array): number {
  const most = counts.reduce((a, b) => Math.max(a, b), 0);
  const n = counts.reduce((a, b) => a + b, 0);
  return Math.max(0, -Math.log2(upperBound(most / n, n)));
}

/** Pairs for each cell of the table: with fewer, the commonest follower is the one that chance made common. */
const PAIRS_PER_CELL = 16;

function followerEntropy(symbols: Uint8Array, symbolBits: number, pairs: number): number | null {
  const alphabet = 1 << symbolBits;
  if (pairs < PAIRS_PER_CELL * alphabet ** 2) return null;
  const counts = new Float64Array(alphabet ** 2);
  for (let i = 0; i < pairs; i++) counts[symbols[i]! * alphabet + symbols[i + 1]!]!++;
  let hits = 0;
  for (let k = 0; k < alphabet; k++) {
    let most = 0;
    for (let next = 0; next < alphabet; next++) most = Math.max(most, counts[k * alphabet + next]!);
    hits += most;
  }
  return Math.max(0, -Math.log2(hits / pairs));
}

/** One sample in so many is left out at either end of a picture. */
const LEFT_OUT = 200;

function histogramOf(a: Float64Array, b: Float64Array): TwoHistograms {
  const low = Math.min(quantile(a, 1 / LEFT_OUT), quantile(b, 1 / LEFT_OUT));
  const high = Math.max(quantile(a, 1 - 1 / LEFT_OUT), quantile(b, 1 - 1 / LEFT_OUT));
  // Whole widths: a part that covers fewer values would look emptier.
  const width = Math.max(1, Math.ceil((high - low + 1) / BARS));
  const bars = Math.max(1, Math.ceil((high - low + 1) / width));
  const shares = (sorted: Float64Array) =>
    Array.from({ length: bars }, (_, i) => {
      const [from, to] = [low + i * width, low + (i + 1) * width];
      return (countBelow(sorted, to) - countBelow(sorted, from)) / sorted.length;
    });
  return { low, width, a: shares(a), b: shares(b) };
}
