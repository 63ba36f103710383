/** States of a damaged file do not lead the native loops astray. */
import { expect, test } from "bun:test";
import { loadLibrary } from "../../ffi/index.ts";
import { BINARY_RANK } from "../../src/deep/families/binary-rank.ts";
import { CARRY_RECURRENCE } from "../../src/deep/families/carry-recurrence.ts";
import { LINEAR_COMPLEXITY } from "../../src/deep/families/linear-complexity.ts";
import { keystream } from "../support/keystream.ts";

test.each([LINEAR_COMPLEXITY, CARRY_RECURRENCE, BINARY_RANK])(
  "$id refuses a damaged table and a cut state",
  (family) => {
    for (const part of family.parts(loadLibrary().deepLoops())) {
      const state = new Uint8Array(part.stateBytes);
      part.prepare?.(state);
      part.feed(state, keystream(2 ** 16, 1), 0);
      state[4] = 1;
      expect(() => part.feed(state, keystream(2 ** 16, 1), 2 ** 16)).toThrow("damaged");
      state[4] = 0;
      expect(() => part.feed(state.subarray(0, -8), keystream(2 ** 16, 1), 2 ** 16)).toThrow("damaged");
      expect(() => part.feed(state, keystream(2 ** 16, 1), 2 ** 16)).not.toThrow();
    }
  },
);
