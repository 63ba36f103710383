/** Chooses the estimators' loops: those of the native library, which take a fraction of the time, where it can be loaded. */
import { NativeError } from "#kit/errors.ts";
import { type EstimatorLoops, MOST_SYMBOLS, type PredictorName } from "../ffi/estimator-loops.ts";
import { loadLibrary, type NativeLibrary } from "../ffi/index.ts";
import { type Loops, PLAIN_LOOPS } from "./stats/sp800-90b/index.ts";

/**
 * @param stop in shared memory: native loops end with an error once it holds anything but 0
 * @param load loads the library
 */
export function estimatorLoops(stop?: Int32Array, load: () => NativeLibrary = loadLibrary): Loops {
  try {
    return nativeLoops(load().estimatorLoops(stop));
  } catch (error) {
    if (error instanceof NativeError) return PLAIN_LOOPS;
    throw error;
  }
}

function nativeLoops(native: EstimatorLoops): Loops {
  /** Falls back for lengths that the library does not take. */
  const either =
    <Result>(
      plain: (sequence: Sequence) => Result,
      fast: (sequence: Sequence) => Result,
    ): ((sequence: Sequence) => Result) =>
    (sequence) => {
      const { length } = sequence.symbols;
      return (length > 0 && length <= MOST_SYMBOLS ? fast : plain)(sequence);
    };
  const play = (name: PredictorName, plain: Loops["lag"]) =>
    either(plain, (sequence) => native.predict(name, sequence));
  return {
    countRepeats: either(PLAIN_LOOPS.countRepeats, (sequence) => native.countRepeats(sequence)),
    multiMcw: play("mcw", PLAIN_LOOPS.multiMcw),
    lag: play("lag", PLAIN_LOOPS.lag),
    multiMmc: play("mmc", PLAIN_LOOPS.multiMmc),
    lz78y: play("lz78y", PLAIN_LOOPS.lz78y),
  };
}

type Sequence = Parameters<Loops["lag"]>[0];
