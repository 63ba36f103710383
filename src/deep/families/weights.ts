/**
 * Weights: how the numbers of ones of words depend on each other.
 *
 * Each weight is low, middling or high, about a third each. A pattern takes a function of one to four of eight successive classes: one
 * that is odd in the class, or one that is even, both with mean 0 and variance 1. Products of such functions of different words have mean 0 and
 * variance 1, too, and no two of them are correlated, so a sum of n of them is √n times a nearly normal variable: the Hamming-weight
 * dependency of D. Blackman and S. Vigna ("A new test for Hamming-weight dependencies", ACM Trans. Model. Comput. Simul. 32 (2022)), over
 * all patterns of up to four words. Words are of 1 byte to 1 MiB of the stream, which shows what lies far apart (as BCFN of PractRand), and
 * of 1 to 8 bytes of each other lane.
 *
 * Besides, products of the weights of 32-bit words up to 4,096 apart, in units that are sampled; and what follows the first one after zeros
 * (as FPF of PractRand).
 *
 * Finds generators with sparse or slowly mixing states, lagged Fibonacci and linear ones, counters and low bits of congruential ones.
 */
import type { DeepLoops } from "../../../ffi/deep-loops.ts";
import { evenCells } from "../../stats/deep/even-cells.ts";
import { judgePatterns, middling, middlingChance } from "../../stats/deep/weight-patterns.ts";
import { chainProductTwoSided } from "../../stats/deep/weight-products.ts";
import { readCounts, total } from "../counts.ts";
import type { Family, Observation, Part } from "../family.ts";
import { headed } from "../guarded.ts";
import { ALL, BIT_LANES, BYTE_LANES, groupMemory, LANES, lanesMask } from "../lanes.ts";
import { lowestOf, type Single } from "../lowest.ts";

const LEVELS = 21;
const LANE_LEVELS = 4;

const DEPENDENT =
  "weights of words depend on earlier ones: a linear or lagged generator, or one that mixes its state too little";

/** Classes of words, of which the middle one has its own chance. */
interface Kind {
  readonly test: string;
  readonly suspicion: string;
  middle(bits: number): number;
}

const CLASSES: Kind = { test: "patterns", suspicion: DEPENDENT, middle: middlingChance };

/** Remainders modulo 3: of the 2^bits words, a third and two thirds of one have 0. */
const REMAINDERS: Kind = {
  test: "remainders",
  suspicion:
    "remainders of words modulo 3 depend on earlier ones: a small state, mixed by additions and rotations",
  middle: (bits) => (1 + 2 * 2 ** -bits) / 3,
};

export const WEIGHTS: Family = {
  id: "weights",
  title: "Dependence of Hamming weights",
  looksFor: "words whose weights or remainders depend on each other: sparse, small or slowly mixed states",
  parts: (loops) => [
    classes(loops, "classes", ALL, LEVELS, CLASSES),
    classes(loops, "classes-of-byte-lanes", BYTE_LANES, LANE_LEVELS, CLASSES),
    classes(loops, "classes-of-bit-lanes", BIT_LANES, LANE_LEVELS, CLASSES),
    classes(loops, "remainders", ALL, LANE_LEVELS, REMAINDERS),
    lags(loops),
    firstOnes(loops, "first-ones", ALL),
    firstOnes(loops, "first-ones-of-byte-lanes", BYTE_LANES),
    firstOnes(loops, "first-ones-of-bit-lanes", BIT_LANES),
  ],
};

/** As c/deep/weight_classes.c has them. */
const CELLS = 3 ** 8;
const CODES = 0xaab0;
const HEADER = 8 * (3 + LEVELS);
const LEVEL = 8 * CELLS + 4 * CODES + 40;

/** Codes by cell: in base three and in base four, the latest class being the highest digit. */
const CODE_OF = Uint16Array.from({ length: CELLS }, (_, cell) => Number.parseInt(cell.toString(3), 4));

function classes(loops: DeepLoops, id: string, lanes: readonly number[], levels: number, kind: Kind): Part {
  return headed(
    [
      Number(kind === REMAINDERS),
      lanesMask(lanes),
      levels,
      ...Array.from({ length: LEVELS }, (_, level) => middling(8 * 2 ** level)),
    ],
    {
      id,
      stateBytes: HEADER + lanes.length * levels * LEVEL + groupMemory(lanes),
      feed: loops.feed("weight_classes"),
      conclude(state) {
        const observations: Observation[] = [];
        for (const [at, lane] of lanes.entries()) {
          for (let level = 0; level < levels; level++) {
            const singles = judgePatterns(windowsOf(state, at * levels + level), kind.middle(8 * 2 ** level));
            if (singles.length === 0) break;
            const of = `${wordName(level)}${LANES[lane]!.words === "" ? "" : ` of ${LANES[lane]!.words}`}`;
            observations.push(
              lowestOf(
                singles.map(({ pattern, ...single }): Single => ({ lane: `${of}: ${pattern}`, ...single })),
                { test: kind.test, suspicion: kind.suspicion },
              ),
            );
          }
        }
        return observations;
      },
    },
  );
}

function wordName(level: number): string {
  if (level < 4) return `${8 * 2 ** level}-bit words`;
  return level < 10 ? `words of ${2 ** level} bytes` : `words of ${2 ** (level - 10)} KiB`;
}

/** Counts the windows of classes, by the number that the classes are in base three, the latest being the highest digit. @param at of the lane and level in the state */
export function windowsOf(state: Uint8Array, at: number): Float64Array {
  const start = HEADER + at * LEVEL;
  const counts = readCounts(state, start, CELLS);
  const recent = new Uint32Array(state.buffer, state.byteOffset + start + 8 * CELLS, CODES);
  for (let cell = 0; cell < CELLS; cell++) counts[cell]! += recent[CODE_OF[cell]!]!;
  return counts;
}

/** As c/deep/weight_lags.c has them. */
const LAGS = 4096;
const UNIT = 2 ** 16;
const PRODUCTS = UNIT / 4 - LAGS;

function lags(loops: DeepLoops): Part {
  return {
    id: "lags",
    stateBytes: 8 * LAGS,
    feed: loops.feed("weight_lags"),
    conclude(state, bytes) {
      const sums = new BigInt64Array(state.buffer, state.byteOffset, LAGS);
      const units = bytes / UNIT;
      const n = (Math.min(units, 16) + Math.ceil(Math.max(0, units - 64) / 64)) * PRODUCTS;
      const singles = Array.from(sums, (sum, at): Single => {
        const statistic = Number(sum);
        return {
          lane: `32-bit words ${at + 1} apart`,
          n,
          statistic,
          p: chainProductTwoSided(statistic, n, 8),
        };
      });
      return [lowestOf(singles, { test: "products-at-lags", suspicion: DEPENDENT })];
    },
  };
}

/** As c/deep/first_ones.c has them. */
const LEAST_PLACE = 3;
const PLACES = 13;
const FOLLOWING = 2 ** 14;
/** By place a number of words, one number unused, and then counts: of 32 bits. No more than 2^32 words are counted for a place. */
const LANE_COUNTS = 4 * (PLACES + 1 + PLACES * FOLLOWING);
/** Makes sure that some 500 pairs of them are equal. */
const LEAST_FOLLOWED = 4096;

function firstOnes(loops: DeepLoops, id: string, lanes: readonly number[]): Part {
  return headed([lanesMask(lanes)], {
    id,
    stateBytes: 8 + lanes.length * LANE_COUNTS + groupMemory(lanes),
    feed: loops.feed("first_ones"),
    conclude(state) {
      return lanes.flatMap((lane, at) => {
        const singles: Single[] = [];
        for (let place = 0; place < PLACES; place++) {
          const start = 8 + at * LANE_COUNTS + 4 * (PLACES + 1 + place * FOLLOWING);
          const counts = Float64Array.from(
            new Uint32Array(state.buffer, state.byteOffset + start, FOLLOWING),
          );
          const n = total(counts);
          const { words } = LANES[lane]!;
          const after = `after ${place + LEAST_PLACE} zeros and a one${words === "" ? "" : ` in ${words}`}`;
          singles.push({
            lane: after,
            n,
            ...(n < LEAST_FOLLOWED ? { statistic: 0, p: 1 } : evenCells(counts)),
          });
        }
        return [lowestOf(singles, { test: "after-first-one", suspicion: DEPENDENT })];
      });
    },
  });
}
