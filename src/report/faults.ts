/** Words for faults: of each test the kind that it finds, of each suite what it looks for. */
import type { SuiteId } from "../stats/result.ts";

/** Kinds of fault by test. Tests of one name in several suites find the same. */
const FAULTS: Readonly<Record<string, string>> = {
  monobit: "ones and zeros not equally frequent",
  frequency: "ones and zeros not equally frequent",
  "block-frequency": "ones and zeros uneven within short blocks",
  "byte-frequency": "byte values not equally frequent",
  runs: "bits change too often or too seldom",
  "longest-run": "runs of ones too long or too short",
  serial: "bit patterns not equally frequent",
  "approximate-entropy": "bits predict the next bit",
  dft: "periods in the bits",
  "spectral-flatness": "periods in the bytes",
  "shannon-entropy": "byte values too uneven or too even",
  "min-entropy": "one byte value too frequent",
  "permutation-entropy": "bytes rise and fall in favoured orders",
  "compression-ratio": "compressible",
  autocorrelation: "bits predict a later bit",
  "serial-correlation": "bytes predict the next byte",
  "lag-correlation": "bytes predict a later byte",
  "cross-correlation": "places in the byte, or even and odd bytes, move together",
  "kolmogorov-smirnov": "byte values not uniform",
  "anderson-darling": "byte values not uniform, at the ends above all",
  "overlapping-template": "too many or too few runs of nine ones",
  "non-overlapping-template": "a bit pattern too frequent or too rare",
  universal: "blocks of bits repeat too soon or too late",
  "matrix-rank": "linear dependence among bits",
  rank: "linear dependence among bits",
  "linear-complexity": "bits of a linear recurrence",
  "cumulative-sums": "ones and zeros drift apart",
  "random-excursions": "the walk of the bits comes to some levels too often or too seldom",
  "random-excursions-variant": "the walk of the bits comes to some levels too often or too seldom",
  "birthday-spacings": "values on a lattice, or repeated",
  "bit-avalanche": "too many or too few bits change from byte to byte",
  "monte-carlo-pi": "points of successive bytes not uniform",
  "mean-variance": "bytes too large, too small or too spread",
  "procedure-a": "more basic tests failed than chance allows",
  "procedure-b": "more basic tests failed than chance allows",
  "t0-disjointness": "words of 48 bits repeat",
  "t1-monobit": "ones and zeros not equally frequent",
  "t2-poker": "half bytes not equally frequent",
  "t3-runs": "runs of some length too many or too few",
  "t4-long-run": "a run too long",
  "t5-autocorrelation": "bits predict a later bit",
  "t6-single": "ones and zeros not equally frequent",
  "t6-transition": "bits predict the next bit",
  "t7-pairs": "bits predict the bit two later",
  "t7-triples": "bits predict the bit three later",
  "t8-entropy": "too little entropy in the bytes",
  blocks: "too many blocks failed",
  poker: "half bytes not equally frequent",
  "long-run": "a run too long in too many blocks",
  "continuous-run": "32-bit words repeat at once",
};

/** Tells what kind of fault a failed test has found; undefined for tests that judge nothing. */
export function faultOf(test: string): string | undefined {
  return FAULTS[test];
}

const LOOKED_FOR: Readonly<Record<SuiteId, string | undefined>> = {
  battery: "bias, patterns, periods, correlation, repetition and short linear recurrences",
  "sp800-22": "bias, bit patterns, periods and short linear recurrences",
  "sp800-90b": undefined,
  ais31: "bias, dependence on the bits before, and repeated words",
  "fips140-2": "bias, long runs and stuck words",
};

/** Says what was looked for in how many bytes, and of a pass what it leaves open. */
export function scopeOf(suites: readonly SuiteId[], size: string, isPass: boolean): string[] {
  const looked = suites.flatMap((suite) => {
    const words = LOOKED_FOR[suite];
    return words === undefined ? [] : [`${words} (${suite})`];
  });
  if (looked.length === 0) return [];
  return [`looked for: ${looked.join("; ")}; in ${size}`, ...(isPass ? [LEFT_OPEN] : [])];
}

const LEFT_OPEN =
  "a pass is no proof, and the score is not entropy: a generator whose faults need more data or other tests passes, such as MT19937 or xorshift128, and so does any cipher whose key is known";
