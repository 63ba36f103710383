/** The health tests that a claim leads to, each with its cutoff and how that comes about: for whoever reads or checks them. */
import {
  aptCutoff,
  aptWindow,
  CONTINUOUS_ALPHA_EXPONENT,
  type HealthFailure,
  rctCutoff,
  STARTUP_ALPHA_EXPONENT,
} from "./health-tests.ts";
import { testedH } from "./monitor.ts";
import { SECOND_ALPHA_EXPONENT, secondH, secondWindow } from "./second-tests.ts";

/** *second*: the tests that compare a source with itself. They warn. */
export type HealthPhase = "start-up" | "continuous" | "second";

/** One test as it runs. Plain data. */
export interface HealthCutoff {
  readonly phase: HealthPhase;
  readonly test: HealthFailure["test"];
  /** Section of SP 800-90B that defines it. */
  readonly section: "4.4.1" | "4.4.2";
  /** H that the cutoff is made for, bits per symbol. */
  readonly h: number;
  /** a, where α = 2^−a is the probability of a false alarm in a source that holds exactly H. */
  readonly alphaExponent: number;
  /** W, symbols; null for the repetition count, which has none. */
  readonly window: number | null;
  /** C: the smallest count that fails. */
  readonly cutoff: number;
  /** The formula with its numbers. */
  readonly derivation: string;
  /** False where even a window of equal symbols is no rarer than α: then the test never fires. */
  readonly canFire: boolean;
}

/** Returns the four tests of a claim, which fail a source. @param claim bits per symbol; 0 is tested as `NOMINAL_H` */
export function cutoffsOf(claim: number, symbolBits: number): HealthCutoff[] {
  const h = testedH(claim);
  const window = aptWindow(symbolBits);
  return [
    ...pair("start-up", h, window, STARTUP_ALPHA_EXPONENT),
    ...pair("continuous", h, window, CONTINUOUS_ALPHA_EXPONENT),
  ];
}

/**
 * Returns the second tests of a reference, calibrated or running: none where it is so low that they would be blind.
 * @param reference bits per symbol
 */
export function secondCutoffsOf(reference: number, symbolBits: number): HealthCutoff[] {
  const h = secondH(reference, symbolBits);
  return h === undefined ? [] : pair("second", h, secondWindow(h, symbolBits), SECOND_ALPHA_EXPONENT);
}

function pair(phase: HealthPhase, h: number, window: number, alphaExponent: number): HealthCutoff[] {
  const rct = rctCutoff(h, alphaExponent);
  const apt = aptCutoff(h, window, alphaExponent);
  return [
    {
      phase,
      test: "repetition-count",
      section: "4.4.1",
      h,
      alphaExponent,
      window: null,
      cutoff: rct,
      derivation: `1 + ceil(${alphaExponent} / ${h}) = ${rct}`,
      canFire: true,
    },
    {
      phase,
      test: "adaptive-proportion",
      section: "4.4.2",
      h,
      alphaExponent,
      window,
      cutoff: apt,
      derivation: `2 + qbinom(1 - 2^-${alphaExponent}, ${window - 1}, 2^-${h}) = ${apt}`,
      canFire: apt <= window,
    },
  ];
}
