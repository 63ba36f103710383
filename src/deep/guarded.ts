/** Parts whose native loops go where the state tells, which may come of a damaged file. */
import type { Part } from "./family.ts";
import { damaged } from "./state-numbers.ts";

/**
 * Has the state looked at before the loops are let near it: its size, and all that they take for granted.
 * @throws Error for one that was not made by the loops
 */
export function guarded(part: Part, isSound: (state: DataView) => boolean): Part {
  const check = (state: Uint8Array) => {
    const view = new DataView(state.buffer, state.byteOffset, state.length);
    if (state.length !== part.stateBytes || !isSound(view)) throw damaged();
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

/** Tells if these words of 32 bits stand at the beginning of the state. */
export function beginsWith(state: DataView, words: readonly number[]): boolean {
  return words.every((word, i) => state.getUint32(4 * i, true) === word);
}
