/** Sources side by side: rate, entropy and credit of each, and what each two know of each other. */
import { CREDITED_SHARE, claimAt, type SourceInfo } from "../source.ts";
import { normalTwoSided } from "../stats/math/tails.ts";
import { correlation, sharedInformation } from "./dependence.ts";
import type { Surveyed } from "./survey.ts";

/** Entropies in bits per symbol; null where too little was sampled to say. */
export interface SourceFigures {
  readonly id: string;
  readonly family: string;
  readonly symbolBits: number;
  readonly samples: number;
  readonly rateHz: number;
  readonly claimedH: number;
  /** Most common value estimate (SP 800-90B §6.3.1) of the raw symbols. */
  readonly mcvH: number | null;
  /** The lowest of all estimators on both tracks. */
  readonly assessedH: number | null;
  /** rate × min(claimed, ½ assessed): the credit this source would get if it ran alone. */
  readonly creditedBitsPerSecond: number;
  /** Why there are no figures, or fewer samples than asked for. */
  readonly reason?: string;
}

/** @param info the source with the claim it is credited by, which may differ from its file's */
export function figuresOf(
  { symbols, rateHz, assessment, shortfall }: Surveyed,
  info: SourceInfo,
  stepNs: number | undefined,
): SourceFigures {
  const claimedH = claimAt(info, stepNs);
  return {
    id: info.id,
    family: info.family,
    symbolBits: info.symbolBits,
    samples: symbols.length,
    rateHz,
    claimedH,
    mcvH: assessment ? (assessment.estimators.mcv.original ?? 0) : null,
    assessedH: assessment?.minEntropy ?? null,
    creditedBitsPerSecond: rateHz * Math.min(claimedH, CREDITED_SHARE * (assessment?.minEntropy ?? 0)),
    ...(shortfall && { reason: shortfall.reason }),
  };
}

/** By pair of sources, row and column in the order of `ids`; the diagonals are null. */
export interface Dependence {
  /** Symbols of each source, compared index by index. */
  readonly symbols: number;
  /** Sources with that many symbols. */
  readonly ids: readonly string[];
  /** Pearson's coefficients. */
  readonly pearson: Matrix;
  /** Two-sided p-values of the coefficients: r·√n is normal if symbols are independent of their neighbours and of the other source. */
  readonly pearsonP: Matrix;
  /** Mutual information less that of shuffled symbols, bits; about 0 for independent sources, possibly a little below. */
  readonly sharedInformation: Matrix;
}

type Matrix = readonly (readonly (number | null)[])[];

/** Compares the sources that delivered `symbols` symbols each; leaves the others out. */
export function dependenceOf(surveyed: readonly Surveyed[], symbols: number): Dependence {
  const able = surveyed.filter((each) => each.symbols.length === symbols);
  const matrix = (measure: (a: Uint8Array, b: Uint8Array) => number) => {
    const values = able.map(() => able.map((): number | null => null));
    for (let i = 0; i < able.length; i++) {
      for (let j = 0; j < i; j++) {
        const value = measure(able[i]!.symbols, able[j]!.symbols);
        values[i]![j] = value;
        values[j]![i] = value;
      }
    }
    return values;
  };
  const pearson = matrix(correlation);
  return {
    symbols,
    ids: able.map(({ info }) => info.id),
    pearson,
    pearsonP: pearson.map((row) =>
      row.map((r) => (r === null ? null : normalTwoSided(r * Math.sqrt(symbols)))),
    ),
    sharedInformation: matrix(sharedInformation),
  };
}
