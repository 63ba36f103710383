/** Parts whose native loops go where the state tells, which may come of a damaged file. */
import type { Part } from "./family.ts";

/**
 * Has the state looked at before the loops are let near it: its size, and all that they take for granted.
 * @returns the part; it throws an Error for a state that was not made by the loops
 */
export function guarded(part: Part, isSound: (state: DataView) => boolean): Part {
  const check = (state: Uint8Array) => {
    const view = new DataView(state.buffer, state.byteOffset, state.length);
    if (state.length === part.stateBytes && isSound(view)) return;
    throw new Error("the state of a test is damaged: begin anew");
  };
  return {
    ...part,
    feed(state, bytes, offset) {
      check(state);
      part.feed(state, bytes, offset);
    },
    conclude(state, bytes) {
      check(state);
      return part.conclude(state, bytes);
    },
  };
}

/** Guards a part whose state begins with 64-bit numbers by which the loops find their way, and which they never change. */
export function headed(numbers: readonly number[], part: Omit<Part, "prepare">): Part {
  const head = BigUint64Array.from(numbers, BigInt);
  const prepare = (state: Uint8Array) => numbersOf(state).set(head);
  return guarded({ ...part, prepare }, (state) => head.every((number, i) => number === numberAt(state, i)));
}

/** Tells if these words of 32 bits stand at the beginning of the state. */
export function beginsWith(state: DataView, words: readonly number[]): boolean {
  return words.every((word, i) => state.getUint32(4 * i, true) === word);
}

/** Reads the `i`-th number of 64 bits. */
export function numberAt(state: DataView, i: number): bigint {
  return state.getBigUint64(8 * i, true);
}

/** Views a state as numbers of 64 bits. */
export function numbersOf(state: Uint8Array): BigUint64Array {
  return new BigUint64Array(state.buffer, state.byteOffset, Math.floor(state.length / 8));
}
