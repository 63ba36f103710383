import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { loadLibrary } from "../../ffi/index.ts";
import { DrbgError } from "../../src/errors.ts";
import {
  cipherDerive,
  cipherKeyStream,
  type DrbgCipher,
  type KeyStream,
  MAX_REQUEST_LENGTH,
  RUNTIME_CIPHER,
  SEED_LENGTH,
  selfTest,
} from "../../src/rbg/ctr-drbg.ts";
import { Rbg } from "../../src/rbg/generator.ts";
import { SelfTests } from "../../src/rbg/self-tests.ts";
import { drbgCiphers } from "../support/drbg-ciphers.ts";
import { FakeSystem } from "../support/fake-system.ts";
import { COMPILE_TIMEOUT_MS, hostLibrary } from "../support/native-builds.ts";

/** Returns the bytes of one pass, and the state after it. */
function pass(keyStream: KeyStream, state: Uint8Array, length: number): { out: string; state: string } {
  const changed = state.slice();
  const out = new Uint8Array(length);
  keyStream(changed, out);
  return { out: out.toHex(), state: changed.toHex() };
}

const KEY = "603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4";

const ciphers = await drbgCiphers();

describe.each(ciphers)("key stream by $name", ({ cipher }) => {
  const { keyStream } = cipher;

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

  test("passes the self-test", () => selfTest(cipher));
});

describe.each(ciphers.slice(1))("derivation by $name", ({ cipher }) => {
  const derived = (derive: DrbgCipher["derive"], input: Uint8Array) => {
    const out = new Uint8Array(SEED_LENGTH);
    derive(input, out);
    return out.toHex();
  };

  // NIST's vectors, which go through it, are in ctr-drbg.test.ts.
  test("every length over several borders of blocks: as by the runtime's cipher", () => {
    for (let length = 0; length <= 200; length++) {
      const input = Uint8Array.from({ length }, (_, i) => 11 * i + length);
      expect(derived(cipher.derive, input)).toBe(derived(cipherDerive, input));
    }
  });

  test("any input, in the middle of a buffer, and it is left as it was", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 2_000 }), fc.nat(40), (bytes, offset) => {
        const whole = new Uint8Array(bytes.length + 2 * offset).fill(0xa5);
        whole.set(bytes, offset);
        const before = whole.toHex();
        const input = whole.subarray(offset, offset + bytes.length);
        expect(derived(cipher.derive, input)).toBe(derived(cipherDerive, bytes));
        expect(whole.toHex()).toBe(before);
      }),
      { seed: 6, numRuns: 300 },
    );
  });
});

test.each(ciphers.slice(1))("$name asks for a state of 48 bytes, and room for as many", ({ cipher }) => {
  for (const length of [0, 47, 49]) {
    expect(() => cipher.keyStream(new Uint8Array(length), new Uint8Array(16))).toThrow(RangeError);
    expect(() => cipher.derive(new Uint8Array(16), new Uint8Array(length))).toThrow(RangeError);
  }
});

test(
  "a processor without AES instructions has no native one",
  async () => {
    const library = loadLibrary({ path: await hostLibrary("EE_AES_LIMIT=NO_AES") });
    expect(library.drbgCipher).toBeUndefined();
  },
  COMPILE_TIMEOUT_MS,
);

describe("an AES that is wrong", () => {
  const lies: Record<string, Partial<DrbgCipher>> = {
    "in one bit of the output": {
      keyStream(state, out) {
        cipherKeyStream(state, out);
        if (out.length > 0) out[0]! ^= 1;
      },
    },
    "in one bit of the state": {
      keyStream(state, out) {
        cipherKeyStream(state, out);
        state[47]! ^= 1;
      },
    },
    "in one bit of what is derived": {
      derive(input, out) {
        cipherDerive(input, out);
        out[47]! ^= 1;
      },
    },
    "in what is derived of 48 bytes: requests with additional input": {
      derive(input, out) {
        cipherDerive(input, out);
        if (input.length === 48) out[0]! ^= 1;
      },
    },
    "by making no key stream": { keyStream() {} },
    "by deriving nothing": { derive() {} },
  };
  for (const [name, lie] of Object.entries(lies)) {
    const cipher = { ...RUNTIME_CIPHER, ...lie };
    test(`${name}: no generator is made, and no entropy taken for it`, async () => {
      expect(() => selfTest(cipher)).toThrow(DrbgError);
      const tests = new SelfTests(() => cipher);
      let taken = 0;
      const entropy = {
        async extract(length: number) {
          taken += length;
          return new Uint8Array(length);
        },
      };
      await expect(Rbg.instantiate(entropy, new FakeSystem(), undefined, tests)).rejects.toThrow(DrbgError);
      expect(taken).toBe(0);
    });
  }
});
