/**
 * Frequencies: how often bits, bytes and pairs of bytes are there, and how often a bit is the same as an earlier one.
 *
 * Counts are of units that do not overlap, so for good data they are binomial and multinomial exactly. Bits are compared with those 1 to
 * 4,096 bits before: of independent fair bits, the XORs at one lag are independent and fair, too, so each such count is
 * binomial. Tails of binomial laws are bounded (`stats/deep/binomial-bounds.ts`), those of χ² follow a gamma law that has its first three
 * cumulants (`stats/deep/even-cells.ts`). Both ends of χ² count, as generators of full period are too even.
 *
 * Finds bias of all bits or of one place in sixteen bytes, values that come too often or too evenly in the stream and in 20 lanes of its words,
 * and correlation of bits. A bias of 0.0005, all in all or of each bit to the one before it, is found in 16 MB. Cannot find what needs
 * more than two bytes at once to be seen.
 */
import type { DeepLoops } from "../../../ffi/deep-loops.ts";
import { binomialBoundTwoSided } from "../../stats/deep/binomial-bounds.ts";
import { evenCells } from "../../stats/deep/even-cells.ts";
import { readCounts, total } from "../counts.ts";
import type { Family, Observation, Part } from "../family.ts";
import { headed } from "../guarded.ts";
import { ALL, BIT_LANES, BYTE_LANES, groupMemory, LANES, lanesMask } from "../lanes.ts";
import { lowestOf, type Single } from "../lowest.ts";

export const FREQUENCIES: Family = {
  id: "frequencies",
  title: "Frequencies of bits, bytes and pairs",
  looksFor: "bias and correlation of bits, bytes and pairs of them that come too often or too evenly",
  parts: (loops) => [
    bytePlaces(loops),
    pairs(loops, "pairs", ALL),
    pairs(loops, "pairs-of-byte-lanes", BYTE_LANES),
    pairs(loops, "pairs-of-bit-lanes", BIT_LANES),
    transitions(loops),
    distantPairs(loops),
  ],
};

const BIAS = "bias: one value of a bit comes more often";
const UNEVEN = "values that do not come equally often: a small state, a bad output function or text";
const CORRELATED = "correlation: a bit depends on an earlier one";

/** Bytes are counted by their place in so many. */
const PLACES = 16;
const VALUES = 256;

/** Number of ones of each byte. */
const ONES = Uint8Array.from({ length: VALUES }, (_, value) => value.toString(2).replaceAll("0", "").length);

function bytePlaces(loops: DeepLoops): Part {
  return {
    id: "bytes",
    stateBytes: PLACES * VALUES * 8,
    feed: loops.feed("byte_positions"),
    conclude(state, bytes) {
      const counts = readCounts(state, 0, PLACES * VALUES);
      const bits: Single[] = [];
      const values: Single[] = [];
      const squares: Single[] = [];
      for (let stride = 2; stride <= PLACES; stride *= 2) {
        for (let place = 0; place < stride; place++) {
          const lane = `byte ${place} of each ${stride}`;
          const of = countsAt(counts, place, stride);
          const n = bytes / stride;
          squares.push({ lane, n, ...evenCells(of) });
          for (const [value, count] of of.entries()) {
            const p = binomialBoundTwoSided(count, n, 1 / VALUES);
            values.push({ lane: `value ${value} in ${lane}`, n, statistic: count, p });
          }
          for (let bit = 0; bit < 8; bit++) {
            const ones = of.reduce((sum, count, value) => sum + ((value >> bit) & 1) * count, 0);
            const p = binomialBoundTwoSided(ones, n, 1 / 2);
            bits.push({ lane: `bit ${bit} of ${lane}`, n, statistic: ones, p });
          }
        }
      }
      const all = countsAt(counts, 0, 1);
      const ones = all.reduce((sum, count, value) => sum + ONES[value]! * count, 0);
      return [
        {
          test: "ones",
          lane: "",
          n: 8 * bytes,
          statistic: ones,
          p: binomialBoundTwoSided(ones, 8 * bytes, 1 / 2),
          among: 1,
          suspicion: BIAS,
        },
        { test: "bytes", lane: "", n: bytes, ...evenCells(all), among: 1, suspicion: UNEVEN },
        lowestOf(bits, { test: "ones-by-place", suspicion: BIAS }),
        lowestOf(squares, { test: "bytes-by-place", suspicion: UNEVEN }),
        lowestOf(values, {
          test: "value-by-place",
          suspicion:
            "one value at one place comes too often or too rarely: a biased start of short streams, such as RC4's",
        }),
      ];
    },
  };
}

/** Adds up the counts of the places that are `place` modulo `stride`. */
function countsAt(counts: Float64Array, place: number, stride: number): Float64Array {
  const sum = new Float64Array(VALUES);
  for (let at = place; at < PLACES; at += stride) {
    for (let value = 0; value < VALUES; value++) sum[value]! += counts[at * VALUES + value]!;
  }
  return sum;
}

const UNIT = 2 ** 16;
/** Counts the units that are looked at where one of sixteen is, after the first 64. */
function sampledUnits(units: number): number {
  return Math.min(units, 64) + Math.ceil(Math.max(0, units - 64) / 16);
}

const PAIRS = 2 ** 16;
/** Size of the head of c/deep/byte_pairs.c's state, the lanes; then come, by lane, counts of 64 bits, more recent ones of 32, and how many these are. */
const HEADER = 8;
const TABLE = PAIRS * (8 + 4) + 8;
/** Two draws a cell, or less where collisions are many: with so many pairs 2,048 are expected. */
const LEAST_PAIRS = 2 ** 14;

/** Counts for each pair how many of the bits [0, 16 − lag) differ from the one `lag` bits later. */
const DIFFERENCES = [1, 2, 3, 4, 5, 6, 7, 8].map((lag) =>
  Uint8Array.from({ length: PAIRS }, (_, pair) => {
    const differing = (pair ^ (pair >> lag)) & (0xffff >> lag);
    return ONES[differing & 255]! + ONES[differing >> 8]!;
  }),
);

/** @param lanes indexes in LANES, ascending */
function pairs(loops: DeepLoops, id: string, lanes: readonly number[]): Part {
  const tables = lanes.length + (lanes[0] === 0 ? 1 : 0);
  return headed([lanesMask(lanes)], {
    id,
    stateBytes: HEADER + tables * TABLE + groupMemory(lanes),
    feed: loops.feed("byte_pairs"),
    conclude(state, bytes) {
      if (lanes[0] === 0) return wholeStream(tableOf(state, 0), tableOf(state, 1), bytes);
      return lanes.flatMap((lane, at) => oneLane(lane, tableOf(state, at)));
    },
  });
}

function tableOf(state: Uint8Array, at: number): Float64Array {
  const start = HEADER + at * TABLE;
  const counts = readCounts(state, start, PAIRS);
  const recent = new Uint32Array(state.buffer, state.byteOffset + start + 8 * PAIRS, PAIRS);
  for (let pair = 0; pair < PAIRS; pair++) counts[pair]! += recent[pair]!;
  return counts;
}

const CELL = "one pair of bytes comes too often or too rarely: stuck words, padding or text";

function wholeStream(even: Float64Array, odd: Float64Array, bytes: number): Observation[] {
  const [first, ...others] = differencesIn(even, bytes / 2, "");
  const observations: Observation[] = [
    { test: "transitions", ...first!, among: 1, suspicion: CORRELATED },
    lowestOf(others, { test: "transitions-at-short-lags", suspicion: CORRELATED }),
  ];
  const sampled = sampledUnits(bytes / UNIT);
  for (const [counts, n, lane] of [
    [even, bytes / 2, "at even offsets"],
    [odd, sampled * (UNIT / 2 - 1), "at odd offsets"],
  ] as const) {
    observations.push(
      { test: "pairs", lane, n, ...evenCells(counts), among: 1, suspicion: UNEVEN },
      lowestOf([mostUneven(counts, n, lane)], { test: "one-pair", suspicion: CELL }),
    );
  }
  return [...observations, zeroRuns(even, bytes / 2, "")];
}

function oneLane(lane: number, counts: Float64Array): Observation[] {
  const { words } = LANES[lane]!;
  const n = total(counts);
  const ones = dot(counts, ONES_OF_PAIR);
  const p = binomialBoundTwoSided(ones, 16 * n, 1 / 2);
  const observations: Observation[] = [
    { test: "ones", lane: words, n: 16 * n, statistic: ones, p, among: 1, suspicion: BIAS },
    lowestOf(differencesIn(counts, n, words), { test: "transitions", suspicion: CORRELATED }),
    lowestOf([mostUneven(counts, n, words)], { test: "one-pair", suspicion: CELL }),
    zeroRuns(counts, n, words),
  ];
  if (n < LEAST_PAIRS) return observations;
  return [
    ...observations,
    { test: "pairs", lane: words, n, ...evenCells(counts), among: 1, suspicion: UNEVEN },
  ];
}

function differencesIn(counts: Float64Array, n: number, lane: string): Single[] {
  return DIFFERENCES.map((differ, at) => {
    const compared = n * (15 - at);
    const statistic = dot(counts, differ);
    const p = binomialBoundTwoSided(statistic, compared, 1 / 2);
    return { lane: inLane(`lag ${at + 1}`, lane), n: compared, statistic, p };
  });
}

/** Counts the words that begin, and those that end, with so many zeros and then a one, or have none. */
function zeroRuns(counts: Float64Array, n: number, lane: string): Observation {
  const low = new Float64Array(17);
  const high = new Float64Array(17);
  for (let pair = 0; pair < PAIRS; pair++) {
    low[pair === 0 ? 16 : 31 - Math.clz32(pair & -pair)]! += counts[pair]!;
    high[Math.clz32(pair) - 16]! += counts[pair]!;
  }
  const singles = [low, high].flatMap((of, end) =>
    Array.from(of, (statistic, zeros): Single => {
      const p = binomialBoundTwoSided(statistic, n, 2 ** -Math.min(16, zeros + 1));
      return {
        lane: inLane(`${zeros} zeros at the ${end === 0 ? "low" : "high"} end`, lane),
        n,
        statistic,
        p,
      };
    }),
  );
  return lowestOf(singles, { test: "zeros-at-ends", suspicion: UNEVEN });
}

function inLane(what: string, lane: string): string {
  return lane === "" ? what : `${what} in ${lane}`;
}

const ONES_OF_PAIR = Uint8Array.from({ length: PAIRS }, (_, pair) => ONES[pair & 255]! + ONES[pair >> 8]!);

function dot(counts: Float64Array, values: Uint8Array): number {
  let sum = 0;
  for (let pair = 0; pair < PAIRS; pair++) sum += counts[pair]! * values[pair]!;
  return sum;
}

/** Finds the pair whose count is the least likely, and corrects for the choice. */
function mostUneven(counts: Float64Array, n: number, lane: string): Single {
  const mean = n / PAIRS;
  let [least, most] = [0, 0];
  for (let pair = 1; pair < PAIRS; pair++) {
    if (counts[pair]! < counts[least]!) least = pair;
    if (counts[pair]! > counts[most]!) most = pair;
  }
  const [pair, p] = [least, most]
    .map((each): [number, number] => [each, binomialBoundTwoSided(counts[each]!, n, mean / n)])
    .sort((a, b) => a[1] - b[1])[0]!;
  const value = `0x${pair.toString(16).padStart(4, "0")}`;
  return { lane: inLane(value, lane), n, statistic: counts[pair]!, p: Math.min(1, p * PAIRS) };
}

/** As c/deep/transitions.c has them. */
const MOST_LAGS = 128;
const HISTORY = 512;

/** Lags that words and the blocks of ciphers have; then each lag up to 64, and some more. */
const LAGS = [8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096];
const SAMPLED_LAGS = [
  ...Array.from({ length: 56 }, (_, at) => at + 9).filter((lag) => !LAGS.includes(lag)),
  ...[72, 80, 96, 112, 160, 192, 320, 384, 768, 1536, 3072],
];

/** Compares bits with earlier ones: in all units at some lags, in the first 64 units and one of sixteen after them at the others. */
function transitions(loops: DeepLoops): Part {
  const lags = [...LAGS, ...SAMPLED_LAGS];
  return headed([lags.length, LAGS.length, ...lags], {
    id: "transitions",
    stateBytes: 16 + 16 * MOST_LAGS + HISTORY + UNIT,
    feed: loops.feed("transitions"),
    conclude(state, bytes) {
      const differ = readCounts(state, 16 + 8 * MOST_LAGS, lags.length);
      const units = bytes / UNIT;
      const sampled = sampledUnits(units);
      const singles = lags.map((lag, at): Single => {
        const n = 8 * ((at < LAGS.length ? units : sampled) * UNIT - HISTORY);
        const statistic = differ[at]!;
        return { lane: `lag ${lag}`, n, statistic, p: binomialBoundTwoSided(statistic, n, 1 / 2) };
      });
      return [
        lowestOf(singles.slice(0, LAGS.length), { test: "transitions-at-lags", suspicion: CORRELATED }),
        lowestOf(singles.slice(LAGS.length), { test: "transitions-at-sampled-lags", suspicion: CORRELATED }),
      ];
    },
  });
}

/** As c/deep/distant_pairs.c has them. */
const DISTANCES = 7;

/** Counts pairs of bytes of 32-bit words and the words after them. */
function distantPairs(loops: DeepLoops): Part {
  return {
    id: "distant-pairs",
    stateBytes: 4 * 4 * DISTANCES * PAIRS,
    feed: loops.feed("distant_pairs"),
    conclude(state) {
      const singles = Array.from({ length: 4 * DISTANCES }, (_, at): Single => {
        const counts = Float64Array.from(
          new Uint32Array(state.buffer, state.byteOffset + 4 * at * PAIRS, PAIRS),
        );
        const [place, distance] = [Math.floor(at / DISTANCES), (at % DISTANCES) + 1];
        const lane = `byte ${place} of 32-bit words with the ${distance === 1 ? "next one" : `one ${distance} later`}`;
        return { lane, n: total(counts), ...evenCells(counts) };
      });
      return [
        lowestOf(singles, {
          test: "distant-pairs",
          suspicion:
            "a byte depends on one of the word before: multiply-with-carry of 16 bits, or another small multiplier",
        }),
      ];
    },
  };
}
