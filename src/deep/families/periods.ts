/**
 * Periods: flaws that come again and again at the same distance.
 *
 * Folding. The stream is laid in rows of P bytes, for every P from 1 to 4,096, and ones are counted in each of the 8·P columns of bits. Of
 * all columns of all periods the most extreme is judged, and the most extreme sum of squares of a period, too large or too small. A
 * bit that is stuck once in 1,000 bytes is found in 1 MB. Periods of b bits are among these as far as b / gcd(b, 8) ≤ 4096: all b up to
 * 4,096, even ones to 8,192, and so on.
 *
 * As that takes as many steps as there are periods from 2,049 to 4,096 (shorter ones have multiples there), only some data are folded,
 * in segments of 512 KiB whose places in their rows are kept: all of the first 4 MiB, then one segment in 256 to 1 GiB, and four of
 * each doubling beyond. Some periods of usual devices and formats, with their divisors, are folded in all data: powers of two to 4,096, and see
 * USUAL; those to 65,536 in one MiB of eight.
 *
 * Equal bits. Each bit is compared with that of 1 to 4,096 bytes before, in 32 KiB of each such segment: a difference that is found too
 * often or too seldom is that of data which echo, without any column that is uneven.
 *
 * Spectrum. Ones are counted in up to 2^17 blocks of equal size, at least eight bytes, over all data. Lines of the Fourier transform of
 * the counts show periods of more than two blocks, the sums of harmonics those with sharp pulses, and lines of the lowest frequencies
 * slow drifts. Joined to two, four, eight and more, the blocks show stretches with too many or too few ones.
 *
 * All laws are Chernoff bounds (src/stats/deep/periods.ts), which cost a factor of some ten in p-values and hold with any amount of data. It does not
 * find long periods of a single weak bit: one stuck bit in T bytes is seen in the spectrum of N bytes for T up to some √(N/100).
 */
import type { DeepLoops } from "../../../ffi/deep-loops.ts";
import { leastOf, logExcessBound, logSquaresBound } from "../../stats/deep/periods.ts";
import type { Family, Observation, Part } from "../family.ts";
import { beginsWith, guarded } from "../guarded.ts";
import { spectrumPart } from "../spectrum.ts";

/** As in c/deep/folds.c and equal_bits.c. */
const MOST_PERIOD = 4096;
const SEGMENT_BYTES = 2 ** 19;
const MOST_PERIODS = 256;
const HEADER_BYTES = 16 + (4 + 4 + 8) * MOST_PERIODS;
const PHASES_ALIGNED = 32;

/**
 * Periods with many divisors of sizes in use: pages and sectors (2^12), powers of ten, 9 and 11 (2^3·9·5·11), 15 (2^8·15), packets of MPEG
 * (20·188).
 */
const USUAL = [4096, 4000, 3960, 3840, 3760];

/** Folded in the first 64 MiB, and then in one MiB of eight. */
const LONG = 65_536;
const LONG_SEGMENT_BYTES = 2 ** 20;
const LONG_SEGMENTS_APART = 8;

/** Periods that are folded are divided among so many parts. */
const FOLDING_PARTS = 8;

export const PERIODS: Family = {
  id: "periods",
  title: "Periodic flaws",
  looksFor: "stuck, weak or equal bits at one place of a period, drifts, bursts",
  parts(loops) {
    return [
      ...Array.from({ length: FOLDING_PARTS }, (_, i) => {
        const first = MOST_PERIOD / 2 + 1 + MOST_PERIODS * i;
        const multiples = Array.from({ length: MOST_PERIODS }, (_, at) => first + at);
        const periods = upTo(MOST_PERIOD).filter((period) =>
          multiples.includes(period * Math.floor(MOST_PERIOD / period)),
        );
        const lane = `periods of ${first} to ${multiples.at(-1)} bytes, and fractions of them`;
        const segmentBytes = SEGMENT_BYTES;
        return foldingPart({ id: `folds-${first}`, lane, multiples, periods, apart: 0, segmentBytes }, loops);
      }),
      foldingPart(
        {
          id: "usual-folds",
          lane: "usual periods to 4,096 bytes",
          multiples: USUAL,
          periods: upTo(MOST_PERIOD).filter((period) => USUAL.some((multiple) => multiple % period === 0)),
          apart: 1,
          segmentBytes: SEGMENT_BYTES,
        },
        loops,
      ),
      foldingPart(
        {
          id: "long-folds",
          lane: "periods of 8,192 to 65,536 bytes that are powers of two",
          multiples: [LONG],
          periods: [LONG / 8, LONG / 4, LONG / 2, LONG],
          apart: LONG_SEGMENTS_APART,
          segmentBytes: LONG_SEGMENT_BYTES,
        },
        loops,
      ),
      equalBitsPart(loops),
      spectrumPart(loops),
    ];
  },
};

function upTo(last: number): number[] {
  return Array.from({ length: last }, (_, i) => i + 1);
}

interface Folding {
  readonly id: string;
  readonly lane: string;
  /** Periods that are folded. */
  readonly multiples: readonly number[];
  /** Periods that are judged: divisors of those. */
  readonly periods: readonly number[];
  /** Zero: only some segments are folded, as few as there must be. Else all of the first 64, and then one in so many. */
  readonly apart: number;
  readonly segmentBytes: number;
}

function foldingPart({ id, lane, multiples, periods, apart, segmentBytes }: Folding, loops: DeepLoops): Part {
  const measure = loops.measure("fold_counts");
  const places = multiples.reduce(
    (sum, period) => sum + 8 * PHASES_ALIGNED * Math.ceil(period / PHASES_ALIGNED),
    0,
  );
  const header = [multiples.length, apart, segmentBytes, 0, ...multiples];
  const part: Part = {
    id,
    stateBytes: HEADER_BYTES + (apart === 0 ? 2 : 10) * places + segmentBytes + PHASES_ALIGNED,
    prepare({ buffer, byteOffset }) {
      new Uint32Array(buffer, byteOffset, header.length).set(header);
    },
    feed: loops.feed("folds"),
    conclude(state, bytes) {
      if (bytes < segmentBytes) return [];
      const figures = new Float64Array(4 * periods.at(-1)!);
      measure(state, figures);
      return judged(
        lane,
        periods.map((period) => foldOf(period, figures)),
      );
    },
  };
  return guarded(part, (state) => beginsWith(state, header));
}

/** Outcome of one period. */
interface Fold {
  readonly period: number;
  readonly rows: number;
  /** The most extreme column: |ones − zeros|, which it is, and the logarithm of its chance. */
  readonly excess: number;
  readonly where: number;
  readonly logColumn: number;
  /** All columns: the sum of (ones − zeros)²/rows, of mean 1 for each, and the logarithm of its chance. */
  readonly squares: number;
  readonly logSquares: number;
}

function foldOf(period: number, figures: Float64Array): Fold {
  const [rows = 0, sum = 0, excess = 0, where = 0] = figures.subarray(4 * (period - 1), 4 * period);
  const squares = sum / rows;
  return {
    period,
    rows,
    excess,
    where,
    logColumn: logExcessBound(excess, rows),
    squares,
    logSquares: logSquaresBound(squares, 8 * period, rows),
  };
}

function judged(lane: string, folds: readonly Fold[]): readonly Observation[] {
  const columns = folds.reduce((sum, { period }) => sum + 8 * period, 0);
  const column = leastBy(folds, ({ logColumn }) => logColumn);
  const all = leastBy(folds, ({ logSquares }) => logSquares);
  const isUneven = all.squares > 8 * all.period;
  return [
    {
      test: "column",
      lane,
      n: column.rows,
      statistic: column.excess / column.rows,
      p: leastOf(column.logColumn, columns),
      among: 1,
      suspicion: `uneven at ${placeOf(column.where)} of every ${bytesOf(column.period)}: framing, a counter, a stuck line of memory or of a bus`,
      look: `cut the data into rows of ${bytesOf(column.period)} and count the ones at ${placeOf(column.where)}`,
    },
    {
      test: "columns",
      lane,
      n: all.rows,
      statistic: all.squares / (8 * all.period),
      p: leastOf(all.logSquares, folds.length),
      among: 1,
      suspicion: isUneven
        ? `bits depend on their place in every ${bytesOf(all.period)}: framing, a table, a short cycle`
        : `ones are spread too evenly over the places of every ${bytesOf(all.period)}: a counter, or a low-discrepancy sequence`,
      look: `cut the data into rows of ${bytesOf(all.period)} and count the ones in each column`,
    },
  ];
}

function equalBitsPart(loops: DeepLoops): Part {
  const measure = loops.measure("equal_bit_counts");
  return {
    id: "equal-bits",
    stateBytes: 8 + 8 * MOST_PERIOD,
    feed: loops.feed("equal_bits"),
    conclude(state) {
      const figures = new Float64Array(1 + MOST_PERIOD);
      measure(state, figures);
      const bits = figures[0]!;
      const lags = Array.from({ length: MOST_PERIOD }, (_, i) => {
        const excess = bits - 2 * figures[i + 1]!;
        return { lag: i + 1, excess, logP: logExcessBound(excess, bits) };
      });
      const { lag, excess, logP } = leastBy(lags, (each) => each.logP);
      return [
        {
          test: "equal-bits",
          lane: "distances of 1 to 4,096 bytes",
          n: bits,
          statistic: excess / bits,
          p: leastOf(logP, lags.length),
          among: 1,
          suspicion: `bits ${excess > 0 ? "equal" : "differ from"} those of ${bytesOf(lag)} before too often: an echo, a short period, or stuck bits`,
          look: `combine the data by exclusive or with themselves, shifted by ${bytesOf(lag)}, and count the ones`,
        },
      ];
    },
  };
}

function leastBy<T>(items: readonly T[], value: (item: T) => number): T {
  return items.reduce((least, item) => (value(item) < value(least) ? item : least));
}

function bytesOf(count: number): string {
  return count === 1 ? "byte" : `${count} bytes`;
}

function placeOf(column: number): string {
  return `bit ${column % 8} of byte ${Math.floor(column / 8)}`;
}
