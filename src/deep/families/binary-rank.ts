/**
 * Ranks of square matrices over GF(2) of 64 to 4,096 rows, and from 256 MB on of one of up to 16,384 rows each time the data have doubled. A row
 * is as many consecutive bits of the stream, or of its lowest or highest bytes of words of 32 or 64 bits. The law of the rank is exact (see
 * `missingRanks`); for good data it is that of a matrix of independent fair bits, whatever the order of bits in bytes, for that only
 * permutes columns.
 *
 * Of each size two statistics are judged: the lowest rank, which is a grave matter as soon as six ranks are missing, once in 2^36 matrices;
 * and how many matrices have full rank, and how many lack two ranks or more, by the binomial law. The first finds what is linear, the second what is
 * so now and then.
 *
 * If the bits of a row are always the same linear functions over GF(2) of K bits, no matrix has a rank above K: those of more rows show
 * it. A generator of K bits of state whose steps and output are linear is so, but K² bits are needed, where the linear complexity of a lane
 * takes some 64K. What rank adds is that the K bits may be any: blocks of 8 to 512 bytes, from 256 MB on of 1,024 to 4,096, of a linear
 * generator that is seeded anew for each, or that end with a CRC or parity of the rest. It cannot see output that depends on the
 * state by carries, products or rotations by amounts that the state decides, nor a linear generator that steps an irregular number of times within a row.
 *
 * All data up to 4 MB are looked at by each size; after that a 64th of them by matrices of up to 512 rows, a 32nd by those of up to 4,096.
 */
import type { DeepLoops } from "../../../ffi/deep-loops.ts";
import { missingRanks, missingRanksUpper, worstOfMatricesUpper } from "../../stats/deep/binary-rank-law.ts";
import { binomialTwoSided } from "../../stats/math/tails.ts";
import type { Family, Observation, Part } from "../family.ts";
import { guarded } from "../guarded.ts";
import { generatorsOf } from "../linear/generators.ts";
import { type RankCounts, RankState, type Series, seriesSpan } from "../linear/rank-series.ts";

const MB = 2 ** 20;

const DENSE_BYTES = 4 * MB;

/** The binomial law says little of fewer. */
const FEWEST_TO_COUNT = 64;

/** Matrices of the whole stream, or of one byte of each `step`. */
function everywhere(rows: number, thin: number, step = 1, first = 0): Omit<Series, "place"> {
  return { rows, step, first, begin: 0, dense: DENSE_BYTES, thin, end: Number.MAX_SAFE_INTEGER };
}

/** Gives each a place of its own. */
function besideEachOther(all: readonly Omit<Series, "place">[]): Series[] {
  return all.map((series, place) => ({ ...series, place }));
}

const NARROW: readonly Series[] = besideEachOther([
  ...[64, 128, 256, 512].map((rows) => everywhere(rows, 64)),
  ...[0, 3].map((first) => everywhere(512, 64, 4, first)),
  ...[0, 7].map((first) => everywhere(512, 64, 8, first)),
]);

const WIDE: readonly Series[] = besideEachOther([1024, 2048, 4096].map((rows) => everywhere(rows, 32)));

const FIRST_WIDEST = 8;
const MOST_DOUBLINGS = 30;

/** One matrix in the second half of the 2^doublings MB. The work grows with the cube of the rows: some 0.1 s for 8,192, 1 s for 16,384. One of 32,768 would take 134 MB, more than there is beside all other states in 1 GB. */
function widestRows(doublings: number): number {
  if (doublings < 10) return 8192;
  return doublings < 11 ? 12_288 : 16_384;
}

const WIDEST: readonly Series[] = Array.from({ length: MOST_DOUBLINGS - FIRST_WIDEST + 1 }, (_, i) => {
  const begin = (MB / 2) * 2 ** (FIRST_WIDEST + i);
  return {
    rows: widestRows(FIRST_WIDEST + i),
    step: 1,
    first: 0,
    begin,
    dense: 0,
    thin: 1,
    end: begin + 1,
    place: 0,
  };
});

export const BINARY_RANK: Family = {
  id: "binary-rank",
  title: "Binary rank",
  looksFor: "linear dependence among bits, up to thousands of them apart",
  parts: (loops) => [
    rankPart("narrow", NARROW, judgeSeries, loops),
    rankPart("wide", WIDE, judgeSeries, loops),
    rankPart("widest", WIDEST, judgeWidest, loops),
  ],
};

type Judge = (series: readonly Series[], counts: readonly RankCounts[], bytes: number) => Observation[];

function rankPart(id: string, series: readonly Series[], judge: Judge, loops: DeepLoops): Part {
  const layout = new RankState(series);
  const part: Part = {
    id,
    stateBytes: layout.bytes,
    prepare: (state) => layout.prepare(state),
    feed: loops.feed("binary_rank"),
    conclude: (state, bytes) => judge(series, layout.counts(state), bytes),
  };
  return guarded(part, (state) => layout.isSound(state));
}

/** Judges the lowest rank of all sizes, and the numbers of matrices of each rank where there are enough. */
function judgeSeries(all: readonly Series[], counts: readonly RankCounts[]): Observation[] {
  const lowest: Observation[] = [];
  const numbers: Observation[] = [];
  for (const [i, series] of all.entries()) {
    const { matrices, worst, missing } = counts[i]!;
    if (matrices === 0) continue;
    const p = worstOfMatricesUpper(worst, series.rows, matrices);
    lowest.push(lowestRank(series, matrices, worst, p));
    if (matrices < FEWEST_TO_COUNT) continue;
    const full = binomialTwoSided(missing[0], matrices, missingRanks(0, series.rows));
    const many = binomialTwoSided(missing[2], matrices, missingRanksUpper(2, series.rows));
    numbers.push({
      ...lowestRank(series, matrices, worst, Math.min(full, many)),
      test: "ranks",
      statistic: full < many ? missing[0] : missing[2],
      among: 2,
      suspicion: `${full < many ? "the number of matrices of full rank" : "the number of matrices that lack two ranks or more"} is not that of independent bits: a state that is linear over GF(2) shows now and then, or rows depend on each other`,
    });
  }
  return [lowest, numbers].filter((each) => each.length > 0).map(lowestOf);
}

/** Judges the last of the single matrices that is complete. */
function judgeWidest(all: readonly Series[], counts: readonly RankCounts[], bytes: number): Observation[] {
  const last = all.findLastIndex((series) => series.begin + seriesSpan(series) <= bytes);
  if (last < 0) return [];
  const series = all[last]!;
  const { worst } = counts[last]!;
  return [{ ...lowestRank(series, 1, worst, missingRanksUpper(worst, series.rows)), test: "widest-matrix" }];
}

function lowestRank(series: Series, matrices: number, worst: number, p: number): Observation {
  const { rows, step, first } = series;
  const rank = rows - worst;
  const known = generatorsOf(rank);
  const such = known === undefined ? "" : `, as of ${known}`;
  const bytes = step === 1 ? "" : `byte ${first} of ${8 * step}-bit words, least significant byte first; `;
  return {
    test: "lowest-rank",
    lane: `${bytes}matrices of ${rows} rows`,
    n: matrices,
    statistic: worst,
    p,
    among: 1,
    suspicion: `linear over GF(2): ${rows} rows of ${rows} bits have rank ${rank}, so that each follows from a state of some ${rank} bits${such}: an LFSR, xorshift or the like, or bits that are constant, or copies, parities or CRCs of others`,
  };
}

/** The lowest of several, which speaks for all of them. */
function lowestOf(observations: readonly Observation[]): Observation {
  const among = observations.reduce((sum, each) => sum + each.among, 0);
  return { ...observations.reduce((a, b) => (b.p < a.p ? b : a)), among };
}
