/**
 * Recurrences: words that follow from a few earlier ones by addition.
 *
 * Three terms: in the highest bytes of words, x[n] = x[n − r] ± x[n − s] but for a carry, or with XOR, for all lags up to 4,500: lagged Fibonacci generators and
 * subtract-with-borrow of any modulus that fills the word, also where words are left out, as long as one relation in eight is whole. Each
 * relation of one pair of lags holds by chance with probability 3/256 (1/256), independently from n to n, so agreements are binomial, and all
 * pairs together are corrected for by Bonferroni.
 *
 * Differences: linear congruential generators modulo a power of two, of any multiplier and truncation: `stats/deep/congruential.ts`.
 *
 * Both look at the start of the stream only: the first 64 KiB, and the first 2 MiB.
 */
import type { DeepLoops } from "../../../ffi/deep-loops.ts";
import { binomialTailBound } from "../../stats/deep/binomial-bounds.ts";
import { findCongruential } from "../../stats/deep/congruential.ts";
import type { Family, Part } from "../family.ts";
import { LANES } from "../lanes.ts";
import { lowestOf, type Single } from "../lowest.ts";

export const RECURRENCES: Family = {
  id: "recurrences",
  title: "Recurrences of few terms",
  looksFor: "lagged sums, differences and XORs, and congruential generators modulo powers of two",
  parts: (loops) => [threeTerms(loops), differences()],
};

/** As c/deep/three_terms.c has them. */
const LAGS = 4500;
const COUNTED = 2048;
const KEPT = 8192;
const BYTE_LANES = 7;
const UNIT = 2 ** 16;
const LANE_MEMORY = (UNIT / 16) * (28 + 11);
const PAIRS_OF_LAGS = (LAGS * (LAGS - 1)) / 2;
const FORMS = [
  {
    words: (r: number, s: number) => `x[n] = x[n − ${s}] + x[n − ${r}]`,
    chance: 3 / 256,
    tried: PAIRS_OF_LAGS,
  },
  {
    words: (r: number, s: number) => `x[n] = x[n − ${r}] − x[n − ${s}]`,
    chance: 3 / 256,
    tried: 2 * PAIRS_OF_LAGS,
  },
  {
    words: (r: number, s: number) => `x[n] = x[n − ${s}] XOR x[n − ${r}]`,
    chance: 1 / 256,
    tried: PAIRS_OF_LAGS,
  },
] as const;

function threeTerms(loops: DeepLoops): Part {
  const measure = loops.measure("three_terms_found");
  return {
    id: "three-terms",
    stateBytes: 8 * (1 + BYTE_LANES * FORMS.length * 3) + BYTE_LANES * KEPT + LANE_MEMORY,
    feed: loops.feed("three_terms"),
    conclude(state) {
      const out = new Float64Array(BYTE_LANES * FORMS.length * 3);
      measure(state, out);
      const singles = LANES.slice(0, BYTE_LANES).flatMap((lane, at) =>
        FORMS.map(({ words, chance, tried }, form) => {
          const [statistic = 0, r = 0, s = 0] = out.subarray(3 * (at * FORMS.length + form));
          const p =
            tried * binomialTailBound(Math.max(statistic, Math.ceil(COUNTED * chance)), COUNTED, chance);
          const where = r === 0 ? lane.words : `${words(r, s)} in ${lane.words || "all bytes"}`;
          return { lane: where, n: COUNTED, statistic, p: Math.min(1, p), reach: r + s };
        }),
      );
      // A recurrence of words is one of all bytes as well: it is told where its lags are shortest.
      singles.sort((a, b) => a.reach - b.reach);
      return [
        lowestOf(
          singles.map(({ reach: _, ...single }): Single => single),
          {
            test: "three-terms",
            suspicion:
              "each word follows from two earlier ones: a lagged Fibonacci generator or subtract-with-borrow",
          },
        ),
      ];
    },
  };
}

const START = 2 ** 21;

function differences(): Part {
  return {
    id: "differences",
    stateBytes: START,
    feed(state, bytes, offset) {
      if (offset < START) state.set(bytes.subarray(0, START - offset), offset);
    },
    conclude(state, bytes) {
      const { words, order, lag, pairs, close, p } = findCongruential(state.subarray(0, bytes));
      return [
        {
          test: "differences",
          lane: `${words.name}, difference of order ${order} at lag ${lag}`,
          n: pairs,
          statistic: close,
          p,
          among: 1,
          suspicion:
            "differences at a power of two are constant: a linear congruential generator modulo a power of two, a counter, or bytes that are copied so far on",
        },
      ];
    },
  };
}
