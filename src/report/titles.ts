/** What tests are called when people read about them. */
import { BATTERY } from "../stats/battery.ts";
import type { SuiteId } from "../stats/result.ts";
import { ESTIMATORS } from "../stats/sp800-90b/index.ts";
import { ESTIMATOR_TITLES, estimateId } from "./sp800-90b-results.ts";

export function testTitle(suite: SuiteId, test: string): string {
  return TITLES[suite][test] ?? test;
}

const TITLES: Readonly<Record<SuiteId, Readonly<Record<string, string>>>> = {
  battery: Object.fromEntries(BATTERY.map(({ id, title }) => [id, title])),
  "sp800-22": {
    frequency: "Frequency (monobit)",
    "block-frequency": "Block frequency",
    "cumulative-sums": "Cumulative sums",
    runs: "Runs",
    "longest-run": "Longest run of ones",
    rank: "Binary matrix rank",
    dft: "Discrete Fourier transform",
    "non-overlapping-template": "Non-overlapping template",
    "overlapping-template": "Overlapping template",
    universal: "Maurer's universal",
    "approximate-entropy": "Approximate entropy",
    "random-excursions": "Random excursions",
    "random-excursions-variant": "Random excursions variant",
    serial: "Serial",
    "linear-complexity": "Linear complexity",
  },
  "sp800-90b": {
    ...Object.fromEntries(
      ESTIMATORS.flatMap((id) =>
        (["original", "bitstring"] as const).map((track) => [
          estimateId(id, track),
          `${ESTIMATOR_TITLES[id]}, ${track === "original" ? "symbols" : "bit string"}`,
        ]),
      ),
    ),
    "h-original": "H_original",
    "h-bitstring": "H_bitstring",
    "min-entropy": "min(H_original, bits · H_bitstring)",
  },
  ais31: {
    "procedure-a": "Procedure A",
    "t0-disjointness": "T0 disjointness",
    "t1-monobit": "T1 monobit",
    "t2-poker": "T2 poker",
    "t3-runs": "T3 runs",
    "t4-long-run": "T4 long run",
    "t5-autocorrelation": "T5 autocorrelation",
    "procedure-b": "Procedure B",
    "t6-single": "T6 uniformity of bits",
    "t6-transition": "T6 transitions",
    "t7-pairs": "T7 dependence on the bit two before",
    "t7-triples": "T7 dependence on the bit three before",
    "t8-entropy": "T8 entropy",
  },
  "fips140-2": {
    blocks: "Blocks that fail a test",
    monobit: "Monobit",
    poker: "Poker",
    runs: "Runs",
    "long-run": "Long run",
    "continuous-run": "Continuous run",
  },
};
