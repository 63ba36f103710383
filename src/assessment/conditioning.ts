/** Entropy of the output of a conditioning component, SP 800-90B §3.1.5, as `ea_conditioning` computes it. */
import { formatCount } from "#kit/format/numbers.ts";
import {
  type Component,
  NON_VETTED_SHARE,
  nonVettedOutputEntropy,
  outputEntropyOf,
} from "../conditioning/output-entropy.ts";
import type { AssessmentReport, Outcome } from "./assessment.ts";
import { conditioningCommand } from "./nist-commands.ts";

/** Pure data, written to JSON unchanged. */
export interface ConditioningReport extends Component, Partial<Outcome> {
  readonly schema: 1;
  readonly component: "vetted" | "non-vetted";
  /** Output_Entropy, bits: rounded, so that it may be n_out itself. */
  readonly outputEntropy: number;
  /** −log2 ε, where Output_Entropy is (1 − ε)·n_out. */
  readonly epsilonExponent: number;
  /** h′ of a component that is not vetted, bits a bit; then 0.999·n_out, and h′·n_out. */
  readonly hPrime?: number;
  readonly shareBound?: number;
  readonly assessedBound?: number;
  /** The assessment that h′ comes from. */
  readonly data?: AssessmentReport;
  readonly hOut: number;
  readonly remarks: readonly string[];
  readonly nist: readonly string[];
}

/** Bits of input above n_out from which FIPS 140-3 IG D.K, resolution 19, takes the output for full entropy. */
const FULL_ENTROPY_MARGIN = 64;

/** @throws RangeError as `outputEntropyOf` */
export function assessVetted(component: Component): ConditioningReport {
  const { bits, epsilonExponent } = outputEntropyOf(component);
  const { nOut, hIn } = component;
  const isFull = hIn >= nOut + FULL_ENTROPY_MARGIN && bits > NON_VETTED_SHARE * nOut;
  return {
    schema: 1,
    component: "vetted",
    ...component,
    outputEntropy: bits,
    epsilonExponent,
    hOut: bits,
    remarks: isFull
      ? [
          `h_in is at least n_out + ${FULL_ENTROPY_MARGIN}: full entropy by FIPS 140-3 IG D.K, resolution 19, if the component's security strength is ${nOut} bits or more`,
        ]
      : [],
    nist: [conditioningCommand(component, undefined)],
  };
}

/**
 * @param hPrime h′, or the assessment of conditioned data that it comes from
 * @throws RangeError as `nonVettedOutputEntropy`
 */
export function assessNonVetted(component: Component, hPrime: number | AssessmentReport): ConditioningReport {
  const data = typeof hPrime === "number" ? undefined : hPrime;
  const h = typeof hPrime === "number" ? hPrime : hPrime.hBitstring!;
  const { nIn, nOut, nw, hIn } = component;
  const { bits, epsilonExponent } = outputEntropyOf(component);
  return {
    schema: 1,
    component: "non-vetted",
    ...component,
    outputEntropy: bits,
    epsilonExponent,
    hPrime: h,
    shareBound: NON_VETTED_SHARE * nOut,
    assessedBound: h * nOut,
    hOut: nonVettedOutputEntropy(nIn, nOut, nw, hIn, h),
    ...(data && { data }),
    remarks: data ? [...data.remarks, ...fewOutputs(data, nOut)] : [],
    nist: [...(data?.nist ?? []), conditioningCommand(component, h)],
    ...(data && { passed: data.passed, ...(data.reason !== undefined && { reason: data.reason }) }),
  };
}

/** SP 800-90B §3.1.1, item 3. */
const LEAST_OUTPUTS = 1_000_000;

function fewOutputs({ symbols, bitsPerSymbol }: AssessmentReport, nOut: number): string[] {
  const outputs = Math.floor((symbols * bitsPerSymbol) / nOut);
  if (outputs >= LEAST_OUTPUTS) return [];
  return [
    `the data hold ${formatCount(outputs)} outputs of ${nOut} bits; SP 800-90B §3.1.1 asks for ${formatCount(LEAST_OUTPUTS)}`,
  ];
}
