/** The loops of the battery for large data in the native library: see c/ee.h. */
import { checkErrno, oncePerName } from "#kit/native/calls.ts";
import type { Library } from "#kit/native/library.ts";

const FEED = { args: ["ptr", "ptr", "u64", "u64", "ptr"], returns: "i32" } as const;
const MEASURE = { args: ["ptr", "ptr", "u64", "ptr"], returns: "i32" } as const;

/** EE_DEEP_UNIT of c/ee.h. */
export const UNIT_BYTES = 2 ** 16;

export interface DeepLoops {
  /** Binds `ee_deep_<name>`, which takes in bytes. @throws NativeError if there is none */
  feed(name: string): DeepFeed;
  /** Binds `ee_deep_<name>`, which fills an array of figures. @throws NativeError if there is none */
  measure(name: string): DeepMeasure;
}

/**
 * Takes in the next bytes.
 * @param bytes a multiple of UNIT_BYTES, at least one
 * @param offset of the first of them in the stream
 * @throws NativeError ECANCELED once `stop` holds anything but 0; ENOMEM
 */
export type DeepFeed = (state: Uint8Array, bytes: Uint8Array, offset: number) => void;

/** Fills `out`, of one figure at least. @throws NativeError as above */
export type DeepMeasure = (state: Uint8Array, out: Float64Array) => void;

/** @param stop in shared memory, for the loops to end early */
export function bindDeepLoops(library: Library, stop: Int32Array | undefined): DeepLoops {
  const stopWord = stop ?? null;
  return {
    feed: oncePerName((name) => {
      const symbol = `ee_deep_${name}`;
      const loop = library.bind({ [symbol]: FEED })[symbol]!;
      return (state, bytes, offset) => {
        if (bytes.length === 0 || bytes.length % UNIT_BYTES !== 0) {
          throw new RangeError(`a piece has a multiple of ${UNIT_BYTES} bytes, not ${bytes.length}`);
        }
        checkErrno(name, loop(state, bytes, bytes.length, offset, stopWord));
      };
    }),
    measure: oncePerName((name) => {
      const symbol = `ee_deep_${name}`;
      const loop = library.bind({ [symbol]: MEASURE })[symbol]!;
      return (state, out) => checkErrno(name, loop(state, out, out.length, stopWord));
    }),
  };
}
