/** States that begin with 64-bit numbers by which the native loop finds its way, and which it never changes. */
import type { DeepFeed } from "../../ffi/deep-loops.ts";
import type { Part } from "./family.ts";
import { damaged, numbersOf } from "./state-numbers.ts";

/** Makes what a part needs to prepare and feed such a state. Feeding one of another size or with other numbers is an error: it came of a damaged file. */
export function headedState(
  numbers: readonly number[],
  stateBytes: number,
  feed: DeepFeed,
): Required<Pick<Part, "stateBytes" | "prepare" | "feed">> {
  const head = BigUint64Array.from(numbers, BigInt);
  return {
    stateBytes,
    prepare: (state) => numbersOf(state, stateBytes).set(head),
    feed(state, bytes, offset) {
      const found = numbersOf(state, stateBytes);
      if (head.some((number, at) => number !== found[at])) throw damaged();
      feed(state, bytes, offset);
    },
  };
}
