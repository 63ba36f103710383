/**
 * Recurrences with carry: the 2-adic complexity of the stream (A. Klapper, M. Goresky, 1997). The bits of words, the earliest lowest, are
 * taken as one number N of n bits. If a multiply-with-carry, add-with-carry or subtract-with-borrow generator or a counter made
 * them, N is a fraction p / q modulo 2^n, where q is as large as its state, and not of n / 2 bits as for good data: of
 * multiply-with-carry by a, with lag r and words of w bits, q = a·2^(wr) − 1 (G. Marsaglia, A. Zaman, "A new class of random
 * number generators", 1991).
 *
 * Steps of Euclid's algorithm from the low end (c/deep/carry_recurrence.c) meet one bit of N each. Whether it fits is, for good data, a
 * fair bit each time, so the longest run of bits that fit has the law of runs of fair bits (`zeroRunUpper`). Once p and q are found,
 * all bits fit: after some 2.07 steps for each bit of the larger of them, and at most 2.9. A state of K bits thus shows in some
 * 2.07 K + 60 bits, that of CMWC4096 (131,104) in 34 KB.
 *
 * It is asked of the first bytes alone: all of them as a number, words of 16, 32 and 64 bits with their most significant byte first, and the low
 * and the high halves of words. Output of which any other part is missing, or that is mixed with something else, it does not see.
 */
import type { DeepLoops } from "../../../ffi/deep-loops.ts";
import { zeroRunUpper } from "../../stats/deep/linear-complexity-law.ts";
import type { Family, Observation, Part } from "../family.ts";
import { guarded } from "../guarded.ts";
import { bitsOfDigits, type Digits, digitsInWords, FirstBytes, LIMB_BITS } from "../linear/digits.ts";

/** It says no more of more data. */
const LAST_BYTES = 2 ** 21;

/** Enough for CMWC4096; the time grows with the square: some 0.06 s. */
const ALL_BITS = LIMB_BITS * 5000;
const SWAPPED_BITS = LIMB_BITS * 2000;
const HALF_BITS = LIMB_BITS * 1000;

const ALL: readonly Digits[] = [
  { wordBytes: 1, digitBytes: 1, first: 0, fromTop: false, bits: ALL_BITS },
  ...[2, 4, 8].map((bytes) => ({
    wordBytes: bytes,
    digitBytes: bytes,
    first: 0,
    fromTop: true,
    bits: SWAPPED_BITS,
  })),
  ...[4, 8].flatMap((wordBytes) =>
    [0, wordBytes / 2].flatMap((first) =>
      [false, true].map((fromTop) => ({
        wordBytes,
        digitBytes: wordBytes / 2,
        first,
        fromTop,
        bits: HALF_BITS,
      })),
    ),
  ),
];

export const CARRY_RECURRENCE: Family = {
  id: "carry-recurrence",
  title: "Recurrences with carry",
  looksFor: "recurrences with carry: multiply-with-carry, subtract-with-borrow",
  parts: (loops) => [firstBytesPart(loops)],
};

function firstBytesPart(loops: DeepLoops): Part {
  const layout = new FirstBytes(ALL);
  const measure = loops.measure("carry_recurrence");
  const part: Part = {
    id: "first-bytes",
    stateBytes: layout.bytes,
    prepare: (state) => layout.prepare(state),
    feed: loops.feed("first_bytes"),
    conclude(state, bytes) {
      if (bytes > LAST_BYTES) return [];
      const measured = ALL.map((digits) => {
        const bits = bitsOfDigits(digits, bytes);
        layout.ask(state, digits, bits);
        const figures = new Float64Array(2);
        measure(state, figures);
        const [run, before] = figures;
        return { digits, bits, run: run!, before: before! };
      });
      return [judge(measured)];
    },
  };
  return guarded(part, (state) => layout.isSound(state));
}

interface Measured {
  readonly digits: Digits;
  readonly bits: number;
  /** Longest run of steps that fit, and how many steps there were before. */
  readonly run: number;
  readonly before: number;
}

/** Steps for each bit of the larger of p and q, on average: as measured with random numbers of 256, 1,024 and 4,096 bits. */
const STEPS_PER_BIT = 2.07;

function judge(all: readonly Measured[]): Observation {
  const p = ({ run, bits }: Measured) => zeroRunUpper(run, bits);
  const worst = all.reduce((a, b) => (p(b) < p(a) ? b : a));
  const { digits, bits, run, before } = worst;
  const state = Math.round(before / STEPS_PER_BIT);
  return {
    test: "fitting-run",
    lane: digitsInWords(digits),
    n: bits,
    statistic: run,
    p: p(worst),
    among: all.length,
    suspicion: `a recurrence with carry of some ${state} bits: multiply-with-carry, add-with-carry, subtract-with-borrow or a counter`,
    look: "take n bits of these words, the earliest lowest, as a number N: it is a small fraction modulo 2^n, which rational_reconstruction(N, 2^n) of SageMath finds",
  };
}
