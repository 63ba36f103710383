/** The result of a comparison: plain data, as `--json` writes it. */
import type { SampleFigures, TestedEffects, TwoHistograms } from "../../stats/two-sample/two-samples.ts";

/** `same`: within what could be seen. `cannot say`: too few samples, too unsteady, or nothing that can be compared. */
export type Verdict = "same" | "different" | "cannot say";

export interface Comparison {
  readonly schema: 1;
  readonly a: Side;
  readonly b: Side;
  readonly verdict: Verdict;
  readonly conclusion: string;
  readonly falseAlarms: {
    /** Probability that chance alone makes any test of the comparison an alarm. */
    readonly level: number;
    readonly tests: number;
    readonly perTest: number;
  };
  /** Sizes from which on a change counts; null for all that chance does not explain. */
  readonly bounds: Bounds | null;
  /** In what the machines, programs and loads differ, in words. */
  readonly differences: readonly string[];
  readonly sources: readonly SourceComparison[];
  readonly onlyInA: readonly string[];
  readonly onlyInB: readonly string[];
  /** Recordings and files that were left out, and why; what has changed since it was tagged. */
  readonly remarks: readonly string[];
}

export interface Side {
  readonly name: string;
  readonly kind: "recording" | "folder" | "package" | "tag" | "profile";
  readonly sources: number;
  readonly machine: string;
}

export interface Bounds {
  /** Ratio of levels. */
  readonly level: number;
  /** Kolmogorov's distance, once both have one median. */
  readonly shape: number;
  /** Ratio of min-entropies. */
  readonly entropy: number;
  /** Difference of rank correlations. */
  readonly order: number;
  /** Ratio of samples a second. */
  readonly rate: number;
}

export interface SourceComparison {
  readonly id: string;
  readonly verdict: Verdict;
  /** The verdict with its reasons. */
  readonly words: string;
  /** Further findings: small differences, drift, changes, what was looked at. */
  readonly notes: readonly string[];
  readonly differences: readonly string[];
  /** Samples a second, of a and b. */
  readonly rateHz: readonly [number, number] | null;
  /** Present where both have samples. */
  readonly samples?: SamplesCompared;
  /** Present where either is a profile. */
  readonly assessed?: readonly [Assessed, Assessed];
}

export interface SamplesCompared {
  readonly unit: string;
  /** Length of a tick, ns; null where the unit is another. */
  readonly tickNs: readonly [number | null, number | null];
  readonly a: Looked;
  readonly b: Looked;
  readonly tests: TestedEffects;
  readonly histogram: TwoHistograms;
}

export interface Looked extends SampleFigures {
  /** Samples of the recording, of which `samples` were looked at. */
  readonly recorded: number;
  readonly isVerified: boolean;
}

/** A min-entropy as `assess` and `calibrate` have it, bits per symbol. */
export interface Assessed {
  readonly h: number;
  /** Lowest and highest of several stretches; null where there is one. */
  readonly spread: readonly [number, number] | null;
  /** Symbols of each stretch. */
  readonly symbols: number;
  /** Present where not all of the recording was read. */
  readonly part?: PartRead;
}

/** A recording of which not all was read, so that its SHA-256 was not checked. */
export interface PartRead {
  readonly samples: number;
  readonly recorded: number;
  readonly stretches: number;
}
