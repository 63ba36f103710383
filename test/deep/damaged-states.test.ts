/** States of a damaged file do not lead the native loops astray. */
import { expect, test } from "bun:test";
import { loadLibrary } from "../../ffi/index.ts";
import { BINARY_RANK } from "../../src/deep/families/binary-rank.ts";
import { CARRY_RECURRENCE } from "../../src/deep/families/carry-recurrence.ts";
import { FREQUENCIES } from "../../src/deep/families/frequencies.ts";
import { GAPS } from "../../src/deep/families/gaps.ts";
import { LINEAR_COMPLEXITY } from "../../src/deep/families/linear-complexity.ts";
import { REPEATS } from "../../src/deep/families/repeats.ts";
import { SIMILAR_BLOCKS } from "../../src/deep/families/similar-blocks.ts";
import { WEIGHTS } from "../../src/deep/families/weights.ts";
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

test("repeats refuses a table of another size, and any entries lead nowhere else", () => {
  const [part] = REPEATS.parts(loadLibrary().deepLoops());
  const state = new Uint8Array(part!.stateBytes);
  part!.prepare!(state);
  // Entries of any numbers in a table that is about to be doubled four times, and thinned.
  state.set(keystream(2 ** 20, 2), 4096);
  for (const offset of [0, 2 ** 24, 2 ** 30]) part!.feed(state, keystream(2 ** 16, 1), offset);
  for (const [at, value] of [
    [0, 11],
    [8, 11],
    [16, 29],
  ] as const) {
    const kept = state[at]!;
    state[at] = value;
    expect(() => part!.feed(state, keystream(2 ** 16, 1), 2 ** 30)).toThrow("damaged");
    state[at] = kept;
  }
  expect(() => part!.feed(state.subarray(0, -8), keystream(2 ** 16, 1), 0)).toThrow("damaged");
});

test("similar-blocks counts on in a state of any numbers", () => {
  const [part] = SIMILAR_BLOCKS.parts(loadLibrary().deepLoops());
  const state = keystream(part!.stateBytes, 3);
  part!.feed(state, keystream(2 ** 16, 1), 0);
  expect(() => part!.feed(state.subarray(0, -8), keystream(2 ** 16, 1), 0)).toThrow("damaged");
});

test.each([FREQUENCIES, WEIGHTS, GAPS])(
  "$id refuses another table, and counts on with any other numbers",
  (family) => {
    for (const part of family.parts(loadLibrary().deepLoops())) {
      const fresh = new Uint8Array(part.stateBytes);
      if (!part.prepare) continue;
      part.prepare(fresh);
      const state = keystream(part.stateBytes, 4);
      expect(() => part.feed(state, keystream(2 ** 16, 1), 0)).toThrow("damaged");
      const head = fresh.findLastIndex((byte) => byte !== 0) + 1;
      state.set(fresh.subarray(0, 8 * Math.ceil(head / 8)));
      part.feed(state, keystream(2 ** 20, 1), 0);
      expect(() => part.feed(state.subarray(0, -8), keystream(2 ** 16, 1), 0)).toThrow("damaged");
    }
  },
);
