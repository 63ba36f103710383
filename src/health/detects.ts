import { aptCutoff, aptWindow, CONTINUOUS_ALPHA_EXPONENT, rctCutoff } from "./health-tests.ts";
import { testedH } from "./monitor.ts";
import { SECOND_ALPHA_EXPONENT, secondWindow } from "./second-tests.ts";

/** The smallest losses that the continuous health tests see. Smaller ones are for the estimate of blocks. Pure data. */
export interface Detection {
  /** Equal symbols in a row that the repetition count test calls a failure. */
  readonly stuckAfter: number;
  /** Symbols in which the adaptive proportion test counts. */
  readonly window: number;
  /**
   * Share, 0 to 1, of one value that makes most of its windows fail. Undefined where none does, because at this H even a
   * window of equal symbols proves nothing: then such a loss **is not seen**, unless the source is stuck.
   */
  readonly commonFrom: number | undefined;
}

/** Returns what the tests of a claim see. @param info a claim of 0 is tested as `NOMINAL_H` */
export function detects({ claim, symbolBits }: { claim: number; symbolBits: number }): Detection {
  return detection(testedH(claim), aptWindow(symbolBits), CONTINUOUS_ALPHA_EXPONENT);
}

/** Returns what `SecondTests` see of a source whose reference, calibrated or running, is this many bits per symbol. */
export function secondDetects(reference: number, symbolBits: number): Detection {
  const h = Math.min(reference / 2, symbolBits);
  return detection(h, secondWindow(h, symbolBits), SECOND_ALPHA_EXPONENT);
}

function detection(h: number, window: number, alphaExponent: number): Detection {
  const cutoff = aptCutoff(h, window, alphaExponent);
  return {
    stuckAfter: rctCutoff(h, alphaExponent),
    window,
    // The first symbol of the window is given: the others have to make up the rest of the count.
    commonFrom: cutoff > window ? undefined : (cutoff - 1) / (window - 1),
  };
}

/** Describes a detection: "stuck for 76 symbols, or one value in 87 % of 512", "stuck for 601 symbols, and no smaller loss". */
export function describeDetection({ stuckAfter, window, commonFrom }: Detection): string {
  const stuck = `stuck for ${stuckAfter} symbols`;
  if (commonFrom === undefined) return `${stuck}, and no smaller loss`;
  return `${stuck}, or one value in ${percent(commonFrom)} % of ${window}`;
}

/** Rounds up, so that no more is promised than is seen. */
function percent(share: number): string {
  return share > 0.99 ? (Math.ceil(share * 1000) / 10).toFixed(1) : String(Math.ceil(share * 100));
}
