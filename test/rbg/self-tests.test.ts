import { describe, expect, test } from "bun:test";
import { DrbgError } from "../../src/errors.ts";
import { DrbgGenerator, FullGenerator, fillAtOnce } from "../../src/rbg/generator.ts";
import { REQUESTS_BETWEEN_RUNS, SelfTests } from "../../src/rbg/self-tests.ts";
import { drbgCiphers } from "../support/drbg-ciphers.ts";
import { FailingCipher, FailingSystem, hasWrongBytes, zeroPool } from "../support/failing-cipher.ts";
import { rejectionOf } from "../support/rejection.ts";

const ciphers = await drbgCiphers();

/** Calls of the key stream that the first seed of a generator and a few requests take; each is tried as the last good one. */
const MOST_CALLS = 80;

describe.each(ciphers)("a cipher that goes wrong after N calls: $name", ({ cipher: good }) => {
  for (const Kind of [FullGenerator, DrbgGenerator]) {
    test(`${Kind.name}: whatever N is, no byte of it is handed out, and none after it`, async () => {
      for (let calls = 0; calls < MOST_CALLS; calls++) {
        const cipher = new FailingCipher(good);
        cipher.breakAfter(calls);
        using generator = new Kind(zeroPool, new FailingSystem(cipher));
        const given: Uint8Array[] = [];
        let error: unknown;
        for (let request = 0; error === undefined && request < MOST_CALLS; request++) {
          // Several turns in full mode, then one.
          const out = new Uint8Array(request % 2 === 0 ? 700 : 48).fill(7);
          try {
            if (request % 3 === 2) fillAtOnce(generator, out);
            else await generator.fill(out);
            given.push(out);
          } catch (caught) {
            error = caught;
            expect(out.every((byte) => byte === 0 || byte === 7)).toBe(true);
          }
        }
        expect({ calls, isRefused: error instanceof DrbgError }).toEqual({ calls, isRefused: true });
        for (const bytes of given) expect(hasWrongBytes(bytes)).toBe(false);

        // The cipher works again: that alone ends nothing.
        cipher.heal();
        const later = new Uint8Array(64).fill(7);
        expect(await rejectionOf(generator.fill(later))).toBeInstanceOf(DrbgError);
        expect(later.every((byte) => byte === 0)).toBe(true);
        expect(await rejectionOf(generator.ready())).toBeInstanceOf(DrbgError);
        expect(() => generator.fillNow(later)).toThrow("error state");
        expect(generator.isReady).toBe(false);
      }
    });
  }
});

test("a generator that is made anew serves if its own tests pass", async () => {
  const cipher = new FailingCipher();
  const system = new FailingSystem(cipher);
  using first = new DrbgGenerator(zeroPool, system);
  await first.ready();
  cipher.breakAfter(0);
  expect(() => first.fillNow(new Uint8Array(32))).toThrow(DrbgError);

  using broken = new DrbgGenerator(zeroPool, system);
  expect(await rejectionOf(broken.fill(new Uint8Array(32)))).toBeInstanceOf(DrbgError);
  cipher.heal();
  using second = new DrbgGenerator(zeroPool, system);
  const out = new Uint8Array(32);
  await second.fill(out);
  expect(out.some((byte) => byte !== 0)).toBe(true);
});

test("generators that share a cipher fail together, and what they have made is dropped", async () => {
  const cipher = new FailingCipher();
  const system = new FailingSystem(cipher);
  const tests = new SelfTests(() => system.drbgCipher());
  using full = new FullGenerator(zeroPool, system, tests);
  using drbg = new DrbgGenerator(zeroPool, system, tests);
  await Promise.all([full.ready(), drbg.ready()]);
  const { epoch } = drbg;
  cipher.breakAfter(0);
  await expect(full.fill(new Uint8Array(32))).rejects.toThrow(
    "key stream of CTR_DRBG is not the known answer",
  );
  cipher.heal();
  expect(drbg.failure).toBe(full.failure!);
  expect(drbg.epoch).not.toBe(epoch);
  await expect(drbg.fill(new Uint8Array(32))).rejects.toThrow("error state");
});

test("a request that waits for its seed while the test fails is refused, too", async () => {
  const cipher = new FailingCipher();
  const system = new FailingSystem(cipher);
  const tests = new SelfTests(() => system.drbgCipher());
  const come = Promise.withResolvers<void>();
  const slow = {
    ...zeroPool,
    async extract(length: number) {
      await come.promise;
      return new Uint8Array(length);
    },
  };
  using waiting = new FullGenerator(slow, system, tests);
  using other = new DrbgGenerator(zeroPool, system, tests);
  await other.ready();
  const out = new Uint8Array(32).fill(7);
  const refused = rejectionOf(waiting.fill(out));
  cipher.breakAfter(0);
  expect(() => other.fillNow(new Uint8Array(32))).toThrow(DrbgError);
  cipher.heal();
  come.resolve();
  expect(await refused).toBeInstanceOf(DrbgError);
  expect(out.every((byte) => byte === 0)).toBe(true);
});

describe("when tests are run", () => {
  test("at instantiation, at each reseed, and every 1,024 requests", async () => {
    const system = new FailingSystem(new FailingCipher());
    const tests = new SelfTests(() => system.drbgCipher());
    expect(tests.status()).toEqual({ state: "none", runs: 0 });
    using full = new FullGenerator(zeroPool, system, tests);
    await full.ready();
    expect(tests.status()).toEqual({ state: "passed", runs: 1 });
    const out = new Uint8Array(1);
    for (let i = 0; i < REQUESTS_BETWEEN_RUNS - 1; i++) full.fillNow(out);
    expect(tests.status().runs).toBe(1);
    full.fillNow(out);
    expect(tests.status().runs).toBe(2);
    // Full mode reseeds after 64 KiB.
    await full.fill(new Uint8Array((1 << 16) + 512));
    expect(tests.status().runs).toBe(3);
  });

  test("a derivation that goes wrong is found by the next run", () => {
    const cipher = new FailingCipher();
    let isWrong = false;
    const tests = new SelfTests(() => ({
      keyStream: cipher.keyStream,
      derive(input, out) {
        cipher.derive(input, out);
        if (isWrong) out[5]! ^= 1;
      },
    }));
    tests.run();
    isWrong = true;
    for (let i = 0; i < REQUESTS_BETWEEN_RUNS - 1; i++) tests.afterRequest();
    expect(() => tests.afterRequest()).toThrow("known-answer self-test of CTR_DRBG failed");
    expect(tests.status()).toMatchObject({ state: "failed", runs: 2 });
  });

  test("one wrong bit anywhere in the known key stream, or in the state after it, is found", () => {
    for (let bit = 0; bit < 8 * (512 + 48); bit += 37) {
      const cipher = new FailingCipher();
      const tests = new SelfTests(() => ({
        derive: cipher.derive,
        keyStream(state, out) {
          cipher.keyStream(state, out);
          const byte = bit >> 3;
          if (byte < 512) out[byte]! ^= 1 << (bit & 7);
          else state[byte - 512]! ^= 1 << (bit & 7);
        },
      }));
      expect(() => tests.afterRequest()).toThrow("not the known answer");
    }
  });
});
