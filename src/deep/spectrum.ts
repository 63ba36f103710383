/** The part of the family of periods that looks at how the number of ones changes along the stream. */
import { type DeepLoops, UNIT_BYTES } from "../../ffi/deep-loops.ts";
import { leastOf, logExcessBound, logGammaBound } from "../stats/deep/periods.ts";
import { realTransform } from "../stats/math/real-transform.ts";
import type { Observation, Part } from "./family.ts";
import { guarded } from "./guarded.ts";

/** As in c/deep/block_weights.c. */
const MOST_BLOCKS = 2 ** 17;
const LEAST_BLOCK = 8;

export function spectrumPart(loops: DeepLoops): Part {
  const measure = loops.measure("block_weight_series");
  const part: Part = {
    id: "spectrum",
    stateBytes: 16 + 4 * MOST_BLOCKS,
    feed: loops.feed("block_weights"),
    conclude(state) {
      const figures = new Float64Array(2 + MOST_BLOCKS);
      measure(state, figures);
      const [block = 0, blocks = 0] = figures;
      // Ones less zeros.
      const excesses = figures.subarray(2, 2 + blocks).map((ones) => 2 * ones - 8 * block);
      return [...lines(excesses, block), stretches(excesses, block)];
    },
  };
  return guarded(part, (state) => {
    const [doublings, blocks, bytes] = [
      state.getUint32(0, true),
      state.getUint32(4, true),
      Number(state.getBigUint64(8, true)),
    ];
    const block = LEAST_BLOCK * 2 ** doublings;
    const isInside = bytes % UNIT_BYTES === 0 && bytes <= MOST_BLOCKS * block;
    return doublings < 32 && isInside && blocks === Math.floor(bytes / block);
  });
}

/** Numbers of harmonics that are summed. */
const HARMONICS = [4, 32];
/** Lines of the lowest frequencies that are summed: changes slower than one in 1/16 of the data. */
const SLOW_LINES = 16;

function lines(excesses: Float64Array, block: number): readonly Observation[] {
  const used = excesses.subarray(0, smoothLength(excesses.length));
  const powers = powersOf(used, 8 * block);
  const bytes = used.length * block;
  const strongest = largestOf(powers, 1);
  const lane = `ones in blocks of ${block} bytes`;
  const harmonics = HARMONICS.map((count) => ({ count, ...strongestBase(powers, count) })).map((each) => ({
    ...each,
    logP: logGammaBound(each.power, each.count) + Math.log(each.bases),
  }));
  const best = harmonics.reduce((least, each) => (each.logP < least.logP ? each : least));
  let slow = 0;
  for (let k = 1; k <= SLOW_LINES; k++) slow += powers[k]!;
  return [
    {
      test: "line",
      lane,
      n: used.length,
      statistic: powers[strongest]!,
      p: leastOf(logGammaBound(powers[strongest]!, 1), powers.length - 1),
      among: 1,
      suspicion: `the number of ones swings with a period of ${periodOf(bytes, strongest)}: a disturbance by another signal, or a cycle of that length`,
    },
    {
      test: "harmonics",
      lane,
      n: used.length,
      statistic: best.power / best.count,
      p: leastOf(best.logP, HARMONICS.length),
      among: 1,
      suspicion: `the number of ones jumps every ${periodOf(bytes, best.base)}: records, blocks or a cycle of that length`,
    },
    {
      test: "slow-lines",
      lane,
      n: used.length,
      statistic: slow / SLOW_LINES,
      p: leastOf(logGammaBound(slow, SLOW_LINES), 1),
      among: 1,
      suspicion:
        "the share of ones drifts slowly: temperature, wear, a supply voltage, or two sources in turn",
    },
  ];
}

/** Returns the greatest length up to n that is fifteen, fourteen … or eight times a power of two, whose transforms are quick. */
function smoothLength(n: number): number {
  const unit = 2 ** Math.max(0, Math.floor(Math.log2(n)) - 3);
  return unit * Math.floor(n / unit);
}

/** Returns the powers of lines 0 … n/2 − 1, each exponential of mean 1 but for line 0, which is left at 0. @param bits of a block */
function powersOf(excesses: Float64Array, bits: number): Float64Array {
  const spectrum = realTransform(excesses);
  const powers = new Float64Array(excesses.length / 2);
  for (let k = 1; k < powers.length; k++) {
    powers[k] = (spectrum[2 * k]! ** 2 + spectrum[2 * k + 1]! ** 2) / (bits * excesses.length);
  }
  return powers;
}

function largestOf(values: Float64Array, from: number): number {
  let largest = from;
  for (let i = from + 1; i < values.length; i++) if (values[i]! > values[largest]!) largest = i;
  return largest;
}

/**
 * Finds the base of which so many harmonics have the greatest power together, as a number of lines, and how many bases there are. Bases
 * are 1/`count` of a line apart, so that the last harmonic of the one that is nearest is half a line away at most. Harmonics are of
 * different lines, and independent.
 */
function strongestBase(powers: Float64Array, count: number): { base: number; power: number; bases: number } {
  const last = powers.length - 1;
  let [best, power] = [count, 0];
  for (let step = count; step <= last; step++) {
    let sum = 0;
    for (let j = 1; j <= count; j++) sum += powers[Math.round((j * step) / count)]!;
    if (sum > power) [best, power] = [step, sum];
  }
  return { base: best / count, power, bases: Math.max(1, last - count + 1) };
}

/** Judges the blocks, pairs of them, pairs of pairs and so on: the one with most ones or fewest for its size. */
function stretches(excesses: Float64Array, block: number): Observation {
  let found = { logP: 1, start: 0, size: block, excess: 0 };
  let judged = 0;
  let sums = excesses;
  for (let size = block; sums.length >= 1; size *= 2) {
    let most = 0;
    for (let i = 1; i < sums.length; i++) if (Math.abs(sums[i]!) > Math.abs(sums[most]!)) most = i;
    const logP = logExcessBound(sums[most]!, 8 * size);
    if (logP < found.logP) found = { logP, start: most * size, size, excess: sums[most]! };
    judged += sums.length;
    const half = new Float64Array(Math.floor(sums.length / 2));
    for (let i = 0; i < half.length; i++) half[i] = sums[2 * i]! + sums[2 * i + 1]!;
    sums = half;
  }
  const { logP, start, size, excess } = found;
  return {
    test: "stretch",
    lane: "blocks of all sizes",
    n: judged,
    statistic: excess / (8 * size),
    p: leastOf(logP, judged),
    among: 1,
    suspicion: `too ${excess > 0 ? "many" : "few"} ones in ${size} bytes from offset ${start} on: a burst, a gap that was filled, a source that stood still`,
    look: `look at the ${size} bytes from offset ${start} on`,
  };
}

function periodOf(bytes: number, lines: number): string {
  const period = bytes / lines;
  return `${period < 100_000 ? period.toFixed(1) : Math.round(period)} bytes`;
}
