/** Chooses the loops of SP 800-90B: those of the native library, which take a fraction of the time, where it can be loaded. */
import { NativeError } from "#kit/errors.ts";
import { type EstimatorLoops, MOST_SYMBOLS, type PredictorName } from "../ffi/estimator-loops.ts";
import { loadLibrary, type NativeLibrary } from "../ffi/index.ts";
import { type IidLoops, PLAIN_IID_LOOPS } from "./stats/sp800-90b/iid/index.ts";
import { type Loops, PLAIN_LOOPS } from "./stats/sp800-90b/index.ts";

/**
 * @param stop in shared memory: native loops end with an error once it holds anything but 0
 * @param load loads the library
 */
export function estimatorLoops(stop?: Int32Array, load: () => NativeLibrary = loadLibrary): Loops {
  return ifLoaded(() => nativeLoops(load().estimatorLoops(stop)), PLAIN_LOOPS);
}

/** Chooses those of the IID track. */
export function iidLoops(stop?: Int32Array, load: () => NativeLibrary = loadLibrary): IidLoops {
  return ifLoaded(() => nativeIidLoops(load().estimatorLoops(stop)), PLAIN_IID_LOOPS);
}

function ifLoaded<L>(native: () => L, plain: L): L {
  try {
    return native();
  } catch (error) {
    if (error instanceof NativeError) return plain;
    throw error;
  }
}

/** Falls back for lengths that the library does not take. */
const either =
  <Input extends { readonly symbols: Uint8Array }, Result>(
    plain: (input: Input) => Result,
    fast: (input: Input) => Result,
  ): ((input: Input) => Result) =>
  (input) => {
    const { length } = input.symbols;
    return (length > 0 && length <= MOST_SYMBOLS ? fast : plain)(input);
  };

function nativeLoops(native: EstimatorLoops): Loops {
  const play = (name: PredictorName, plain: Loops["lag"]) =>
    either(plain, (sequence) => native.predict(name, sequence));
  return {
    countSymbols: either(PLAIN_LOOPS.countSymbols, (data) => native.countSymbols(data)),
    countWaits: either(PLAIN_LOOPS.countWaits, (bits) => native.countWaits(bits)),
    countSteps: either(PLAIN_LOOPS.countSteps, (bits) => native.countSteps(bits)),
    countDistances: either(PLAIN_LOOPS.countDistances, (bits) => native.countDistances(bits)),
    countRepeats: either(PLAIN_LOOPS.countRepeats, (sequence) => native.countRepeats(sequence)),
    multiMcw: play("mcw", PLAIN_LOOPS.multiMcw),
    lag: play("lag", PLAIN_LOOPS.lag),
    multiMmc: play("mmc", PLAIN_LOOPS.multiMmc),
    lz78y: play("lz78y", PLAIN_LOOPS.lz78y),
  };
}

function nativeIidLoops(native: EstimatorLoops): IidLoops {
  return {
    countRepeats: nativeLoops(native).countRepeats,
    shuffle(symbols, state) {
      const { length } = symbols;
      const isTaken = length > 0 && length <= MOST_SYMBOLS;
      (isTaken ? native.shuffle : PLAIN_IID_LOOPS.shuffle)(symbols, state);
    },
    meterFor: either(PLAIN_IID_LOOPS.meterFor, (data) => native.meterFor(data)),
  };
}
