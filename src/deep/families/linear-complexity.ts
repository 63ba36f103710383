/**
 * Linear complexity of lanes: the length of the shortest linear feedback shift register over GF(2) that generates the bits of a lane,
 * which is each so many-th bit of the stream. It is found by the steps of the Berlekamp-Massey algorithm (J. L. Massey, 1969), many at
 * a time (c/deep/discrepancies.c).
 *
 * Two statistics of each lane are judged. One is the linear complexity L of its n bits, near n/2 for good data: its law is exact (see
 * `complexityTwoSided`). The other is the longest run of bits that the register found so far predicts right. For good data each
 * prediction is right with chance a half, independent of the others, so the chance of a run is bounded closely (`zeroRunUpper`). The run
 * finds a lane that was linear for a while only. How often L changes is not judged: for good data these are a part of the same fair bits, of
 * which it would count the ones.
 *
 * All that a generator of K bits of state gives satisfies a linear recurrence of K terms if its steps and its output are linear over
 * GF(2), and so does each lane of it, whatever the stride: LFSRs, generalised ones such as R250, xorshift, the Mersenne Twister, WELL. A
 * lane of 2K + 60 bits shows it: of words of 32 bits, 8K + 240 bytes. Of some generators a single bit of the word is linear: the
 * lowest of xoroshiro128+ and xorshift1024+, and of additive lagged Fibonacci generators. Lane by lane, therefore, all bits of words of 2 to 64
 * bits are looked at in the first MB, and the lowest of some other sizes. Their order does not matter: words that have their most significant
 * byte first have the same lanes. Only bits that are packed into bytes one after the other have another order if they begin at the top, so there stride 1
 * is taken both ways. Some lanes are longer, 2^18 bits at 1 MB; those of stride 32 and 64 grow to 2^23 bits, which find 4,190,000 bits of state. And
 * some are taken where each doubling of the data begins.
 *
 * Bit b of an LCG modulo a power of two, or of a counter, has complexity 2^b + 1, or of every 2^k-th word 2^(b − k) + 1: so those are found whose
 * output has low bits, such as Java's Random, which drops 16.
 *
 * It cannot see generators whose every output bit mixes by carries, products or rotations by amounts that depend on the state: xoshiro256**,
 * PCG, the upper bits of sums. Blocks that are linear each by itself are what binary rank finds; words
 * of recurrences with carry have a family of their own.
 */
import type { DeepLoops } from "../../../ffi/deep-loops.ts";
import { complexityTwoSided, zeroRunUpper } from "../../stats/deep/linear-complexity-law.ts";
import type { Family, Observation, Part } from "../family.ts";
import { guarded } from "../guarded.ts";
import {
  type BitLane,
  bitsWithin,
  LaneState,
  lane,
  laneInWords,
  lanesOf,
  type Window,
} from "../linear/bit-lanes.ts";
import { generatorsOf } from "../linear/generators.ts";

const MB = 2 ** 20;
const MOST_DOUBLINGS = 30;

/** Beyond a power of two, so that bits of that complexity are found, those of LCGs: 2 · (2^15 + 1) and some 60 bits show it. */
const MARGIN = 2 ** 12;

/** Enough for MT19937, too, which takes 39,874 and some. */
const FIRST_BITS = 2 ** 16 + MARGIN;

/** Words of other sizes: the lowest bit of each, wherever its byte is. */
const OTHER_LANES = [24, 48, 96, 128, 256].flatMap((stride) => [lane(stride, 0), lane(stride, stride - 8)]);

/** Lanes for the largest states: enough where all bits are linear. */
const LONGEST_LANES = [lane(32, 0), lane(64, 0)];

/** Lanes that stand for a stream that is linear in all bits, or in the lowest bit of words in either order of bytes. */
const TELLING_LANES = [
  ...LONGEST_LANES,
  ...[lane(1, 0), lane(1, 0, true), lane(8, 0), lane(16, 0), lane(16, 8), lane(32, 24), lane(64, 56)],
];

/** The bits that a part measures. */
interface Question {
  readonly window: number;
  readonly bits: number;
}

interface Plan {
  readonly id: string;
  readonly lanes: readonly BitLane[];
  readonly windows: readonly Window[];
  /** Chooses the bits to judge when there are so many bytes; undefined for none. */
  ask(bytes: number): Question | undefined;
}

/** All lanes once. */
function firstPlan(id: string, lanes: readonly BitLane[]): Plan {
  return {
    id,
    lanes,
    windows: [{ begin: 0, bits: FIRST_BITS, place: 0 }],
    ask: (bytes) => (bytes < 2 * MB ? { window: 0, bits: FIRST_BITS } : undefined),
  };
}

/** Bits of long lanes, less the margin, by doublings of 1 MB; none at those that are not here. Twice as many take some three times as long. */
const LONG_BITS: Readonly<Record<number, number>> = {
  0: 2 ** 18,
  3: 2 ** 19,
  6: 2 ** 20,
  11: 2 ** 21,
  14: 2 ** 22,
  17: 2 ** 23,
};

/** Lanes from the beginning of the stream, of up to so many bits. */
function longPlan(id: string, lanes: readonly BitLane[], most: number): Plan {
  return {
    id,
    lanes,
    windows: [{ begin: 0, bits: most + MARGIN, place: 0 }],
    ask(bytes) {
      const bits = LONG_BITS[Math.max(0, Math.floor(Math.log2(bytes / MB)))];
      return bits === undefined || bits > most ? undefined : { window: 0, bits: bits + MARGIN };
    },
  };
}

/** A few lanes where each doubling begins, the last one that is complete. */
const LATER_PLAN: Plan = {
  id: "later",
  lanes: TELLING_LANES,
  windows: Array.from({ length: MOST_DOUBLINGS }, (_, i) => ({
    begin: MB * 2 ** i,
    bits: FIRST_BITS,
    // The one before stays until the next one is complete.
    place: i % 2,
  })),
  ask(bytes) {
    const window = LATER_PLAN.windows.findLastIndex(({ begin }) => begin + LATER_BYTES <= bytes);
    return window < 0 ? undefined : { window, bits: FIRST_BITS };
  },
};

/** Bytes that hold such a lane of the widest stride. */
const LATER_BYTES = (FIRST_BITS / 8) * Math.max(...TELLING_LANES.map(({ stride }) => stride));

const PLANS: readonly Plan[] = [
  firstPlan("bytes", [lane(1, 0, true), ...[1, 2, 4, 8, 16].flatMap(lanesOf)]),
  firstPlan("words-32", lanesOf(32)),
  firstPlan("words-64", [...lanesOf(64), ...OTHER_LANES]),
  longPlan(
    "long",
    TELLING_LANES.filter((each) => !LONGEST_LANES.includes(each)),
    2 ** 19,
  ),
  longPlan("longest", LONGEST_LANES, 2 ** 23),
  LATER_PLAN,
];

export const LINEAR_COMPLEXITY: Family = {
  id: "linear-complexity",
  title: "Linear complexity",
  looksFor: "bits of a linear recurrence, in lanes of the stream",
  parts: (loops) => PLANS.map((plan) => partOf(plan, loops)),
};

function partOf({ id, lanes, windows, ask }: Plan, loops: DeepLoops): Part {
  const layout = new LaneState(lanes, windows);
  const measure = loops.measure("linear_complexity");
  const part: Part = {
    id,
    stateBytes: layout.bytes,
    prepare: (state) => layout.prepare(state),
    feed: loops.feed("linear_lanes"),
    conclude(state, bytes) {
      const question = ask(bytes);
      if (question === undefined) return [];
      const { window, bits } = question;
      layout.ask(state, window, bits, bytes);
      const figures = new Float64Array(3 * lanes.length);
      measure(state, figures);
      const within = bytes - windows[window]!.begin;
      return judge(
        lanes.map((each, i) => {
          const [complexity, run, predictor] = figures.subarray(3 * i, 3 * i + 3);
          return {
            lane: each,
            bits: bitsWithin(each, within, bits),
            complexity: complexity!,
            run: run!,
            predictor: predictor!,
          };
        }),
      );
    },
  };
  return guarded(part, (state) => layout.isSound(state));
}

interface Measured {
  readonly lane: BitLane;
  readonly bits: number;
  readonly complexity: number;
  /** Longest run of bits that were predicted right, and the length of the register that did. */
  readonly run: number;
  readonly predictor: number;
}

/** The lane that is furthest from what good data give, by each statistic. */
function judge(lanes: readonly Measured[]): Observation[] {
  const statistics = [
    {
      test: "complexity",
      statistic: (each: Measured) => each.complexity,
      p: (each: Measured) => complexityTwoSided(each.complexity, each.bits),
    },
    {
      test: "predicted-run",
      statistic: (each: Measured) => each.run,
      p: (each: Measured) => zeroRunUpper(each.run, each.bits),
    },
  ];
  return statistics.map(({ test, statistic, p }) => {
    const worst = lanes.reduce((a, b) => (isPlainer(b, a, p) ? b : a));
    return {
      test,
      lane: laneInWords(worst.lane),
      n: worst.bits,
      statistic: statistic(worst),
      p: p(worst),
      among: lanes.length,
      suspicion: suspicionOf(worst),
      look: `give ${2 * worst.predictor + 100} bits of this lane to a Berlekamp-Massey program, such as berlekamp_massey() of SageMath: the recurrence that it finds predicts the bits that follow`,
    };
  });
}

/** Lanes below are surely linear: there the shortest register says most, since lanes of narrower strides mix several. */
const SURE = 2 ** -100;

function isPlainer(a: Measured, b: Measured, p: (each: Measured) => number): boolean {
  if (p(a) < SURE && p(b) < SURE) return a.predictor < b.predictor;
  return p(a) < p(b);
}

/** Words of which generators are known, and bits of registers that are packed bit by bit. */
const NARROWEST_WORD = 32;
const LONGEST_PACKED = 31;

function suspicionOf({ lane, predictor, run, complexity }: Measured): string {
  if (predictor <= 1) return "linear over GF(2): these bits are constant, always 0 or always 1";
  // A lane of narrower strides mixes several bits of a word, and has a multiple of their complexity.
  const isTelling = lane.stride >= NARROWEST_WORD || predictor <= LONGEST_PACKED;
  const known = isTelling ? generatorsOf(predictor) : undefined;
  const such = known === undefined ? "such as an LFSR, xorshift or Mersenne Twister" : `as of ${known}`;
  const length = complexity !== predictor ? `; it holds for ${run} bits, then ends` : "";
  return `linear over GF(2): a recurrence of ${predictor} bits, ${such}${length}`;
}
