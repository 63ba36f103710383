/** The figures that follow from a source's claim alone: its conditioning component, and the health tests that its samples pass. */
import { assessVetted, type ConditioningReport } from "../../assessment/conditioning.ts";
import { FULL_ENTROPY_INPUT_BITS, OUTPUT_BITS } from "../../conditioning/sha256.ts";
import { cutoffsOf, type HealthCutoff, secondCutoffsOf } from "../../health/cutoffs.ts";
import { HealthMonitor } from "../../health/monitor.ts";
import { REFERENCE_BLOCKS } from "../../health/second-tests.ts";
import { SEED_FAMILY_SHARE } from "../../pool/account.ts";
import type { Manifest } from "../../recording/manifest.ts";
import { blockSymbols } from "../../sampling/probation.ts";
import { CREDITED_SHARE } from "../../source.ts";
import { SAMPLE_BYTES } from "../../trace.ts";

/** One block of SHA-256, as the pool makes it of this source alone. */
export interface ConditioningSheet extends ConditioningReport {
  readonly algorithm: "SHA2-256";
  /** Fewest samples of a block, each credited all that is claimed. */
  readonly samples: number;
  readonly bitsPerSample: number;
  /** h_in of a block that seeds the DRBG where one family of sources delivers: it is made of twice the credit. */
  readonly hInOfSeed: number;
}

/**
 * The pool hashes whole samples of 64 bits until 320 bits are credited (`Account`), so n_in is the least where each sample is
 * credited its full claim; where the estimate of a block is lower, n_in grows and h_in stays.
 * @returns null for a claim of 0
 */
export function conditioningSheet(claimedH: number): ConditioningSheet | null {
  if (!(claimedH > 0)) return null;
  const bitsPerSample = 8 * SAMPLE_BYTES;
  const samples = Math.ceil(FULL_ENTROPY_INPUT_BITS / claimedH);
  return {
    ...assessVetted({
      nIn: samples * bitsPerSample,
      nOut: OUTPUT_BITS,
      nw: OUTPUT_BITS,
      hIn: FULL_ENTROPY_INPUT_BITS,
    }),
    algorithm: "SHA2-256",
    samples,
    bitsPerSample,
    hInOfSeed: FULL_ENTROPY_INPUT_BITS / SEED_FAMILY_SHARE,
  };
}

export interface HealthSheet {
  readonly claimedH: number;
  readonly symbolBits: number;
  /** Samples of the start-up test, none of which is ever credited. */
  readonly startupSymbols: number;
  /** SP 800-90B's two tests, at start-up and continuously. An alarm puts the source into quarantine. */
  readonly tests: readonly HealthCutoff[];
  readonly second: {
    /** Blocks whose lowest estimate is the reference while the program runs. */
    readonly referenceBlocks: number;
    /** The reference that the cutoffs below are for: the assessment of this recording. */
    readonly reference: number;
    /** An alarm forfeits what waits, and starts the source over. */
    readonly tests: readonly HealthCutoff[];
  };
  readonly estimate: {
    /** Symbols of a block, of which each is assessed before it is paid. */
    readonly blockSymbols: number;
    /** Share of the estimate that is credited at most. */
    readonly creditedShare: number;
  };
}

/** @param rateHz the source's, to the order of magnitude @param assessedH of the recording, bits per symbol */
export function healthSheet({ source }: Manifest, rateHz: number, assessedH: number): HealthSheet {
  const { claimedH, symbolBits } = source;
  return {
    claimedH,
    symbolBits,
    startupSymbols: new HealthMonitor(claimedH, symbolBits).startupSymbols,
    tests: cutoffsOf(claimedH, symbolBits),
    second: {
      referenceBlocks: REFERENCE_BLOCKS,
      reference: assessedH,
      tests: secondCutoffsOf(assessedH, symbolBits),
    },
    estimate: { blockSymbols: blockSymbols(rateHz), creditedShare: CREDITED_SHARE },
  };
}
