import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { loadLibrary } from "../../ffi/index.ts";
import { DrbgError } from "../../src/errors.ts";
import {
  cipherKeyStream,
  type KeyStream,
  MAX_REQUEST_LENGTH,
  SEED_LENGTH,
  selfTest,
} from "../../src/rbg/ctr-drbg.ts";
import { Rbg } from "../../src/rbg/generator.ts";
import { keyStreams } from "../support/key-streams.ts";
import { COMPILE_TIMEOUT_MS, hostLibrary } from "../support/native-builds.ts";

/** Returns the bytes of one pass, and the state after it. */
function pass(keyStream: KeyStream, state: Uint8Array, length: number): { out: string; state: string } {
  const changed = state.slice();
  const out = new Uint8Array(length);
  keyStream(changed, out);
  return { out: out.toHex(), state: changed.toHex() };
}

const KEY = "603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4";

const streams = await keyStreams();

describe.each(streams)("key stream by $name", ({ keyStream }) => {
  test("SP 800-38A, F.5.5: the output blocks of CTR-AES256", () => {
    const state = Uint8Array.fromHex(`${KEY}f0f1f2f3f4f5f6f7f8f9fafbfcfdfefe`);
    expect(pass(keyStream, state, 64).out).toBe(
      "0bdf7df1591716335e9a8b15c860c5025a6e699d536119065433863c8f657b94" +
        "1bc12c9c01610d5d0d8bd6a3378eca622956e1c8693536b1bee99c73a31576b6",
    );
  });

  test("every length that ends a block, or a group of blocks, otherwise", () => {
    const state = Uint8Array.from({ length: SEED_LENGTH }, (_, i) => 7 * i);
    for (let length = 0; length <= 40 * 16; length++) {
      expect(pass(keyStream, state, length)).toEqual(pass(cipherKeyStream, state, length));
    }
    for (const length of [MAX_REQUEST_LENGTH - 1, MAX_REQUEST_LENGTH]) {
      expect(pass(keyStream, state, length)).toEqual(pass(cipherKeyStream, state, length));
    }
  });

  test("V wraps around at every block of a request, in its low half and as a whole", () => {
    for (const high of ["0123456789abcdef", "ffffffffffffffff"]) {
      for (let before = 0n; before < 40n; before++) {
        const low = (2n ** 64n - 1n - before).toString(16);
        const state = Uint8Array.fromHex(KEY + high + low);
        expect(pass(keyStream, state, 560)).toEqual(pass(cipherKeyStream, state, 560));
      }
    }
  });

  test("any state and length: as the runtime's cipher, inside the view and nowhere else", () => {
    const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
    fc.assert(
      fc.property(bytes(SEED_LENGTH), fc.nat(3_000), fc.nat(40), (state, length, offset) => {
        const whole = new Uint8Array(offset + length + 40).fill(0xa5);
        const states = new Uint8Array(SEED_LENGTH + 2 * offset).fill(0xa5);
        states.set(state, offset);
        keyStream(states.subarray(offset, offset + SEED_LENGTH), whole.subarray(offset, offset + length));
        const expected = pass(cipherKeyStream, state, length);
        const frame = "a5".repeat(offset);
        expect(whole.toHex()).toBe(frame + expected.out + "a5".repeat(40));
        expect(states.toHex()).toBe(frame + expected.state + frame);
      }),
      { seed: 5, numRuns: 300 },
    );
  });

  test("passes the self-test", () => selfTest(keyStream));
});

test.each(streams.slice(1))("$name asks for a state of 48 bytes", ({ keyStream }) => {
  for (const length of [0, 47, 49]) {
    expect(() => keyStream(new Uint8Array(length), new Uint8Array(16))).toThrow(RangeError);
  }
});

test(
  "a processor without AES instructions has no native one",
  async () => {
    const library = loadLibrary({ path: await hostLibrary("EE_AES_LIMIT=NO_AES") });
    expect(library.keyStream).toBeUndefined();
  },
  COMPILE_TIMEOUT_MS,
);

describe("a key stream that is wrong", () => {
  const lies: Record<string, KeyStream> = {
    "in one bit of the output": (state, out) => {
      cipherKeyStream(state, out);
      if (out.length > 0) out[0]! ^= 1;
    },
    "in one bit of the state": (state, out) => {
      cipherKeyStream(state, out);
      state[47]! ^= 1;
    },
    "by doing nothing": () => {},
  };
  for (const [name, keyStream] of Object.entries(lies)) {
    test(`${name}: no generator is made, and no entropy taken for it`, async () => {
      expect(() => selfTest(keyStream)).toThrow(DrbgError);
      let taken = 0;
      const entropy = {
        async extract(length: number) {
          taken += length;
          return new Uint8Array(length);
        },
        extractReady: () => new Uint8Array(0),
      };
      await expect(Rbg.instantiate(entropy, undefined, { keyStream })).rejects.toThrow(DrbgError);
      expect(taken).toBe(0);
    });
  }
});
