/** The loops of the estimators of SP 800-90B in the native library: see c/ee.h. */
import { checkErrno } from "#kit/native/calls.ts";
import type { Library } from "#kit/native/library.ts";

const PREDICTOR = { args: ["ptr", "i32", "ptr", "ptr"], returns: "i32" } as const;

const FUNCTIONS = {
  ee_repeat_lengths: { args: ["ptr", "i32", "i32", "ptr", "ptr", "ptr"], returns: "i32" },
  ee_repeat_counts: { args: ["ptr", "ptr", "i32", "i32", "ptr", "ptr", "ptr"], returns: "i32" },
  ee_mcw_bits: PREDICTOR,
  ee_mcw_symbols: PREDICTOR,
  ee_lag_bits: PREDICTOR,
  ee_lag_symbols: PREDICTOR,
  ee_mmc_bits: PREDICTOR,
  ee_mmc_symbols: PREDICTOR,
  ee_lz78y_bits: PREDICTOR,
  ee_lz78y_symbols: PREDICTOR,
} as const;

/** EE_MOST_SYMBOLS of c/ee.h. */
export const MOST_SYMBOLS = 2 ** 30;

export type PredictorName = "mcw" | "lag" | "mmc" | "lz78y";

/** Symbols are one a byte, at least one, below `alphabetSize`. */
export interface NativeSequence {
  readonly symbols: Uint8Array;
  readonly alphabetSize: number;
}

export interface EstimatorLoops {
  /** @throws NativeError ECANCELED once `stop` holds anything but 0; ENOMEM; EINVAL for more than MOST_SYMBOLS */
  countRepeats(sequence: NativeSequence): {
    readonly longest: number;
    readonly highestCount: Int32Array;
    readonly equalPairs: Float64Array;
  };
  /** @throws NativeError as above; EINVAL for fewer symbols than the predictor takes */
  predict(
    name: PredictorName,
    sequence: NativeSequence,
  ): { readonly correct: number; readonly longestRun: number };
}

/** @param stop in shared memory, for the loops to end early */
export function bindEstimatorLoops(library: Library, stop: Int32Array | undefined): EstimatorLoops {
  const functions = library.bind(FUNCTIONS);
  const stopWord = stop ?? null;
  return {
    countRepeats({ symbols, alphabetSize }) {
      const n = symbols.length;
      requireLength(n);
      const lengths = new Int32Array(n);
      const spare = new Int32Array(n);
      const longest = functions.ee_repeat_lengths(symbols, n, alphabetSize, lengths, spare, stopWord);
      checkErrno("repeats", longest);
      const highestCount = new Int32Array(longest + 1);
      const equalPairs = new Float64Array(longest + 1);
      const result = functions.ee_repeat_counts(
        lengths,
        spare,
        n,
        longest,
        highestCount,
        equalPairs,
        stopWord,
      );
      checkErrno("repeats", result);
      return { longest, highestCount, equalPairs };
    },
    predict(name, { symbols, alphabetSize }) {
      requireLength(symbols.length);
      const out = new Int32Array(2);
      const predict = functions[`ee_${name}_${alphabetSize === 2 ? "bits" : "symbols"}`];
      checkErrno(name, predict(symbols, symbols.length, out, stopWord));
      return { correct: out[0]!, longestRun: out[1]! };
    },
  };
}

/** A longer one would reach C as a negative number, and there is no pointer to the memory of an empty one. */
function requireLength(n: number): void {
  if (n < 1 || n > MOST_SYMBOLS) throw new RangeError(`1 to ${MOST_SYMBOLS} symbols, not ${n}`);
}
