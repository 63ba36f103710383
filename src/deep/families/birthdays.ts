/**
 * Birthdays: successive words are the coordinates of a point, and points are sorted as numbers of 96 bits.
 *
 * The points of a linear congruential generator lie on a lattice, so that their spacings, the differences of neighbours, are few, and
 * repeat; so do those of counters and Weyl sequences. Of n points on a lattice with m in all, about n³/(4m) spacings equal another one
 * (P. L'Ecuyer, R. Simard, Math. Comput. Simul. 55 (2001) 131–137), and fewer where words are truncated: two thirds for each word.
 * There are so many more than m places in the space that good data have none: m = 2^32 is found with 2^12 points, m = 2^48 with
 * 2^18. The sets are:
 *
 *   - three successive words of 32 bits; the upper halves of six; the lower halves of six, which of an LCG modulo 2^64 that gives its upper
 *     32 bits are those of an LCG modulo 2^48; the lower bytes of twelve words of 16 bits, for the like. (Of halves and bytes,
 *     after 64 MB, in one unit of four.) All with the least, and the most, significant byte first. A point begins at each
 *     word. Kept are points in a slice of the space, given by their first bits, which gets half as large whenever there would be too
 *     many: a lattice in it has fewer points as well.
 *   - two successive words, in sets of 64 KiB by themselves: all in the first 4 MiB, then one in 64. Zero is a point of
 *     each. In a lagged Fibonacci generator x[i] = x[i − r] ± x[i − s], whenever x[i − s] is next to zero, x[i] and x[i − r] have the same
 *     spacing. Lags up to some 10,000 words are found in 1 MB, by the carry between the words about half of the time.
 *
 * Of the points in the slice, those count too that agree in their first 32 bits (one word), until the values get scarce beyond 8 GB, and
 * from 16 GB on in 48 bits. A generator with so few bits of state gives each value once before it gives one twice: none agree
 * where dozens should. Laws and sources: src/stats/deep/birthdays.ts.
 *
 * It does not see the lattice of generators with more than some 70 bits of state, nor of outputs that are scrambled.
 */
import type { DeepFeed, DeepLoops, DeepMeasure } from "../../../ffi/deep-loops.ts";
import { UNIT_BYTES } from "../../../ffi/deep-loops.ts";
import { collisionsTwoSided, equalPointsUpper, repeatedSpacingsUpper } from "../../stats/deep/birthdays.ts";
import type { Family, Observation, Part } from "../family.ts";
import { beginsWith, guarded } from "../guarded.ts";

const POINT_BITS = 96;
const POINT_BYTES = POINT_BITS / 8;
const HEADER_BYTES = 32;

const LATTICE =
  "points with successive words as coordinates lie on a lattice: a linear congruential generator, multiply-with-carry, a counter or a Weyl sequence";
const LOOK_LATTICE =
  "plot each word against the next, where both are small (below 1/1000 of their range): the dots form lines";
const ADDITIVE =
  "words are the sums or differences of two earlier ones: a lagged Fibonacci or subtract-with-borrow generator, or a counter";

/** Points from all over the stream. */
interface Kind {
  readonly id: string;
  readonly lane: string;
  /** As the C file numbers them. */
  readonly parts: number;
  readonly isBigEndian: boolean;
  readonly logPoints: number;
}

/** Counts equal values, too: those of other kinds are much the same. */
const COUNTING = "words";

const KINDS: readonly Kind[] = [
  { id: "words", lane: "three 32-bit words", logPoints: 20 },
  { id: "upper-halves", lane: "the upper halves of six 32-bit words", logPoints: 18 },
  { id: "lower-halves", lane: "the lower halves of six 32-bit words", logPoints: 18 },
  { id: "lower-bytes", lane: "the lower bytes of twelve 16-bit words", logPoints: 18 },
].flatMap(({ id, lane, logPoints }, parts) => [
  { id, lane, parts, isBigEndian: false, logPoints },
  {
    id: `big-endian-${id}`,
    lane: `${lane}, big-endian`,
    parts,
    isBigEndian: true,
    logPoints: 18,
  },
]);

export const BIRTHDAYS: Family = {
  id: "birthdays",
  title: "Birthday spacings and collisions",
  looksFor: "lattices of congruential generators and counters, lagged sums, values that are too few",
  parts(loops) {
    const feed = loops.feed("birthdays");
    const measure = loops.measure("birthday_counts");
    return [
      ...KINDS.map((kind) => slicePart(kind, feed, measure)),
      nearPart("near", "pairs of 32-bit words", false, loops),
      nearPart("big-endian-near", "pairs of big-endian 32-bit words", true, loops),
    ];
  },
};

function slicePart(kind: Kind, feed: DeepFeed, measure: DeepMeasure): Part {
  // The room for more points than are expected is that of the C file.
  const points = 2 ** kind.logPoints + 2 ** (kind.logPoints - 6);
  const header = [kind.parts, Number(kind.isBigEndian), kind.logPoints];
  const part: Part = {
    id: kind.id,
    stateBytes: HEADER_BYTES + POINT_BYTES * points,
    prepare(state) {
      new Uint32Array(state.buffer, state.byteOffset, 3).set(header);
    },
    feed,
    conclude(state, bytes) {
      const out = new Float64Array(6);
      measure(state, out);
      const [n = 0, slice = 0, repeats = 0, equal = 0, equal32 = 0, equal48 = 0] = out;
      const spacings: Observation = {
        test: "spacings",
        lane: kind.lane,
        n,
        statistic: repeats,
        p: repeatedSpacingsUpper(repeats, n, POINT_BITS - slice),
        among: 1,
        suspicion: LATTICE,
        look: LOOK_LATTICE,
      };
      if (kind.id !== COUNTING) return [spacings];
      return [
        spacings,
        {
          test: "equal-points",
          lane: kind.lane,
          n,
          statistic: equal,
          p: equalPointsUpper(equal, n, POINT_BITS - slice),
          among: 1,
          suspicion: "the same 12 bytes come again: a short period, or records with fixed fields",
        },
        ...collisions(bytes, n, slice, equal32, equal48),
      ];
    },
  };
  return guarded(part, (state) => {
    const [slice, units, count] = [
      state.getUint32(12, true),
      state.getBigUint64(16, true),
      state.getBigUint64(24, true),
    ];
    return beginsWith(state, header) && slice <= MOST_SLICE && units <= MOST_UNITS && count <= points;
  });
}

/** More than of any stream that is tested. */
const MOST_UNITS = 2 ** 30;
const MOST_SLICE = 32;

/** Values in the slice for each point that is kept, below which there would hardly be any but equal ones. */
const LEAST_CELLS = 2;
/** Collisions that are expected at least: fewer tell nothing by being none. */
const LEAST_COLLISIONS = 8;

function collisions(
  bytes: number,
  n: number,
  slice: number,
  equal32: number,
  equal48: number,
): readonly Observation[] {
  // Expected, for which tests there are must not depend on the data.
  const kept = bytes / 4 / 2 ** slice;
  return [
    { bits: 32, equal: equal32 },
    { bits: 48, equal: equal48 },
  ]
    .filter(({ bits }) => {
      const cells = 2 ** (bits - slice);
      return cells >= LEAST_CELLS * kept && (kept * kept) / 2 / cells >= LEAST_COLLISIONS;
    })
    .map(({ bits, equal }) => ({
      test: `collisions-${bits}`,
      lane: bits === 32 ? "32-bit words" : "48 bits at each 32-bit word",
      n,
      statistic: equal,
      p: collisionsTwoSided(equal, n, 2 ** (bits - slice)),
      among: 1,
      suspicion:
        equal === 0
          ? `no value of ${bits} bits comes twice: a generator with ${bits} bits of state, or a counter`
          : `values of ${bits} bits are equal too often or too seldom: a small state, or values of unequal chance`,
    }));
}

function nearPart(id: string, lane: string, isBigEndian: boolean, loops: DeepLoops): Part {
  const measure = loops.measure("near_birthday_counts");
  return {
    id,
    stateBytes: 24,
    prepare(state) {
      state[0] = Number(isBigEndian);
    },
    feed: loops.feed("near_birthdays"),
    conclude(state) {
      const out = new Float64Array(2);
      measure(state, out);
      const [sets = 0, repeats = 0] = out;
      const points = UNIT_BYTES / 4;
      return [
        {
          test: "near-spacings",
          lane,
          n: sets * points,
          statistic: repeats,
          p: repeatedSpacingsUpper(repeats, points, 64, sets),
          among: 1,
          suspicion: ADDITIVE,
          look: `sort the pairs of words of ${UNIT_BYTES} bytes as 64-bit numbers: some differences of neighbours are equal`,
        },
      ];
    },
  };
}
