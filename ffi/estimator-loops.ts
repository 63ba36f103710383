/** The loops of SP 800-90B in the native library: see c/ee.h. */
import { checkErrno } from "#kit/native/calls.ts";
import type { Library } from "#kit/native/library.ts";

const COUNT = { args: ["ptr", "i32", "ptr", "ptr"], returns: "i32" } as const;

const FUNCTIONS = {
  ee_count_symbols: COUNT,
  ee_count_waits: COUNT,
  ee_count_steps: COUNT,
  ee_count_distances: COUNT,
  ee_repeat_lengths: { args: ["ptr", "i32", "i32", "ptr", "ptr", "ptr"], returns: "i32" },
  ee_repeat_first_rare: { args: ["ptr", "i32", "ptr"], returns: "i32" },
  ee_repeat_counts: { args: ["ptr", "ptr", "i32", "i32", "i32", "ptr", "ptr", "ptr"], returns: "i32" },
  ee_mcw_bits: COUNT,
  ee_mcw_symbols: COUNT,
  ee_lag_bits: COUNT,
  ee_lag_symbols: COUNT,
  ee_mmc_bits: COUNT,
  ee_mmc_symbols: COUNT,
  ee_lz78y_bits: COUNT,
  ee_lz78y_symbols: COUNT,
  ee_shuffle: { args: ["ptr", "i32", "ptr", "ptr"], returns: "i32" },
  ee_iid_memory: { args: ["i32"], returns: "f64" },
  ee_iid_statistics: {
    args: ["ptr", "i32", "ptr", "i32", "f64", "i32", "ptr", "ptr", "ptr", "ptr"],
    returns: "i32",
  },
} as const;

/** EE_MOST_SYMBOLS of c/ee.h. */
export const MOST_SYMBOLS = 2 ** 30;

/** Functions that fill an array of fixed length. */
type CountName =
  | "count_symbols"
  | "count_waits"
  | "count_steps"
  | "count_distances"
  | `${PredictorName}_${"bits" | "symbols"}`;

/** Bits of a block of the compression estimate. */
const BLOCK_BITS = 6;

export type PredictorName = "mcw" | "lag" | "mmc" | "lz78y";

/** Symbols are one a byte, at least one, below `alphabetSize`. */
export interface NativeSequence {
  readonly symbols: Uint8Array;
  readonly alphabetSize: number;
}

/** The data of the permutation test: see `IidData`. */
interface PermutedData extends NativeSequence {
  readonly values: Uint8Array;
  readonly mean: number;
  readonly median: number;
}

/** EE_IID_STATISTICS of c/ee.h. */
const IID_STATISTICS = 19;

export interface EstimatorLoops {
  /** Counts the bytes 0 … 255. @throws NativeError as below */
  countSymbols(data: Pick<NativeSequence, "symbols">): Int32Array;
  /** @throws NativeError as below */
  countWaits(bits: NativeSequence): { readonly waits: number; readonly sumT: number };
  /** @throws NativeError as below */
  countSteps(bits: NativeSequence): {
    readonly ones: number;
    readonly oneToOne: number;
    readonly changes: number;
  };
  /** Counts the distances 0, 1 … n / 6. @throws NativeError as below */
  countDistances(bits: NativeSequence): Int32Array;
  /** @throws NativeError ECANCELED once `stop` holds anything but 0; ENOMEM; EINVAL for more than MOST_SYMBOLS */
  countRepeats(sequence: NativeSequence): {
    readonly longest: number;
    readonly firstRare: number;
    readonly highestCount: Int32Array;
    readonly equalPairs: Float64Array;
  };
  /** @throws NativeError as above; EINVAL for fewer symbols than the predictor takes */
  predict(
    name: PredictorName,
    sequence: NativeSequence,
  ): { readonly correct: number; readonly longestRun: number };
  /** Shuffles the symbols, and leaves the generator where it then stands. @throws NativeError as above */
  shuffle(symbols: Uint8Array, state: Int32Array): void;
  /** Makes what measures the statistics of permutations of the data; it has 6 MB and a byte a symbol of working memory. */
  meterFor(data: PermutedData): {
    /** Writes the `wanted` statistics (1, else 0) to their places. @throws NativeError as above */
    measure(symbols: Uint8Array, wanted: Uint8Array, out: Float64Array): void;
  };
}

/** @param stop in shared memory, for the loops to end early */
export function bindEstimatorLoops(library: Library, stop: Int32Array | undefined): EstimatorLoops {
  const functions = library.bind(FUNCTIONS);
  const stopWord = stop ?? null;
  const count = (name: CountName, symbols: Uint8Array, places: number): Int32Array => {
    requireLength(symbols.length);
    const out = new Int32Array(places);
    checkErrno(name, functions[`ee_${name}`](symbols, symbols.length, out, stopWord));
    return out;
  };
  return {
    countSymbols: ({ symbols }) => count("count_symbols", symbols, 256),
    countWaits({ symbols }) {
      const [waits, sumT] = count("count_waits", symbols, 2);
      return { waits: waits!, sumT: sumT! };
    },
    countSteps({ symbols }) {
      const [ones, oneToOne, changes] = count("count_steps", symbols, 3);
      return { ones: ones!, oneToOne: oneToOne!, changes: changes! };
    },
    countDistances: ({ symbols }) =>
      count("count_distances", symbols, Math.floor(symbols.length / BLOCK_BITS) + 1),
    countRepeats({ symbols, alphabetSize }) {
      const n = symbols.length;
      requireLength(n);
      const lengths = new Int32Array(n);
      const spare = new Int32Array(n);
      const longest = functions.ee_repeat_lengths(symbols, n, alphabetSize, lengths, spare, stopWord);
      checkErrno("repeats", longest);
      const firstRare = functions.ee_repeat_first_rare(lengths, n, stopWord);
      checkErrno("repeats", firstRare);
      const highestCount = new Int32Array(firstRare);
      const equalPairs = new Float64Array(Math.max(0, longest + 1 - firstRare));
      const result = functions.ee_repeat_counts(
        lengths,
        spare,
        n,
        longest,
        firstRare,
        highestCount,
        // There is no pointer to the memory of an empty array.
        equalPairs.length > 0 ? equalPairs : null,
        stopWord,
      );
      checkErrno("repeats", result);
      return { longest, firstRare, highestCount, equalPairs };
    },
    predict(name, { symbols, alphabetSize }) {
      const [correct, longestRun] = count(`${name}_${alphabetSize === 2 ? "bits" : "symbols"}`, symbols, 2);
      return { correct: correct!, longestRun: longestRun! };
    },
    shuffle(symbols, state) {
      requireLength(symbols.length);
      checkErrno("shuffle", functions.ee_shuffle(symbols, symbols.length, state, stopWord));
    },
    meterFor({ symbols: { length }, alphabetSize, values, mean, median }) {
      requireLength(length);
      const memory = new Uint8Array(functions.ee_iid_memory(length));
      return {
        measure(symbols, wanted, out) {
          if (symbols.length !== length) throw new RangeError("a permutation has the length of the data");
          if (Math.min(wanted.length, out.length) < IID_STATISTICS || values.length < alphabetSize)
            throw new RangeError(`there are ${IID_STATISTICS} statistics, and ${alphabetSize} values`);
          const result = functions.ee_iid_statistics(
            symbols,
            length,
            values,
            alphabetSize,
            mean,
            Math.ceil(median),
            wanted,
            out,
            memory,
            stopWord,
          );
          checkErrno("statistics", result);
        },
      };
    },
  };
}

/** A longer one would reach C as a negative number, and there is no pointer to the memory of an empty one. */
function requireLength(n: number): void {
  if (n < 1 || n > MOST_SYMBOLS) throw new RangeError(`1 to ${MOST_SYMBOLS} symbols, not ${n}`);
}
