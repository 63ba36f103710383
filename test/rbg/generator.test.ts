import { afterEach, beforeEach, describe, expect, jest, test } from "bun:test";
import { DrbgError, InsufficientEntropyError, PoolClosedError } from "../../src/errors.ts";
import { Pool } from "../../src/pool/pool.ts";
import {
  DrbgGenerator,
  type ExtractOptions,
  FullGenerator,
  fillAtOnce,
  type RbgGenerator,
  TURN_BYTES,
} from "../../src/rbg/generator.ts";
import { FakeSystem } from "../support/fake-system.ts";
import { FakeThread, fakeNoise, fakeSource } from "../support/fake-thread.ts";
import { rejectionOf } from "../support/rejection.ts";

function pool(): Pool {
  const source = fakeSource({ id: "a" }, fakeNoise(1));
  return new Pool({ sources: [source.info], startThread: () => new FakeThread([source]) });
}

function stuckPool(): Pool {
  const source = fakeSource({ id: "stuck" }, () => 5);
  return new Pool({ sources: [source.info], startThread: () => new FakeThread([source]) });
}

async function bytesOf(generator: RbgGenerator, length: number): Promise<Uint8Array> {
  const out = new Uint8Array(length);
  await generator.fill(out);
  return out;
}

for (const Kind of [FullGenerator, DrbgGenerator]) {
  describe(Kind.name, () => {
    test("exact lengths across pieces, and no block twice among concurrent requests", async () => {
      using entropy = pool();
      using generator = new Kind(entropy, new FakeSystem());
      const pieces = await Promise.all([0, 1, 31, 32, 5_000, 10_000].map((n) => bytesOf(generator, n)));
      expect(pieces.map((piece) => piece.length)).toEqual([0, 1, 31, 32, 5_000, 10_000]);
      const blocks = pieces.flatMap((piece) =>
        Array.from({ length: Math.floor(piece.length / 32) }, (_, i) =>
          Buffer.from(piece.subarray(32 * i, 32 * i + 32)).toString("hex"),
        ),
      );
      expect(new Set(blocks).size).toBe(blocks.length);
    });

    test("DRBG output at once is refused before the generator has its seed, and given after", async () => {
      using entropy = pool();
      using generator = new Kind(entropy, new FakeSystem());
      const out = new Uint8Array(64);
      expect(generator.fillNow(out)).toBe(false);
      expect(() => fillAtOnce(generator, out)).toThrow(DrbgError);
      expect(out.every((byte) => byte === 0)).toBe(true);
      await generator.ready();
      expect(generator.fillNow(out)).toBe(true);
      expect(out.some((byte) => byte !== 0)).toBe(true);
    });

    test("fails when no entropy came for the time allowed, says why, and leaves nothing in the array", async () => {
      using entropy = stuckPool();
      using generator = new Kind(entropy, new FakeSystem());
      const out = new Uint8Array(64).fill(7);
      const error = await rejectionOf(generator.fill(out, { timeoutMs: 50 }));
      expect(error).toBeInstanceOf(InsufficientEntropyError);
      expect(error.message).toMatch(/^not enough entropy within 0.05 s: 0 bits credited/);
      expect(out.every((byte) => byte === 0)).toBe(true);
    });

    test("the signal's reason comes before the timeout's", async () => {
      using entropy = stuckPool();
      using generator = new Kind(entropy, new FakeSystem());
      const gone = AbortSignal.abort(new Error("gone"));
      await expect(generator.fill(new Uint8Array(8), { signal: gone, timeoutMs: 1 })).rejects.toThrow("gone");
    });
  });
}

describe("the time allowed", () => {
  beforeEach(() => void jest.useFakeTimers());
  afterEach(() => void jest.useRealTimers());

  /** An entropy source that answers only when it is told to. */
  function slowSource() {
    const pending: (() => void)[] = [];
    const source = {
      extract: (length: number, { signal }: ExtractOptions = {}) =>
        new Promise<Uint8Array>((resolve, reject) => {
          signal?.addEventListener("abort", () => reject(signal.reason));
          pending.push(() => resolve(new Uint8Array(length).fill(1)));
        }),
      shortage: () => "slow",
    };
    return { source, pending };
  }

  /** Lets everything happen that waits for no timer. */
  const settle = async () => {
    for (let turn = 0; turn < 50; turn++) await Promise.resolve();
  };

  test("begins again whenever entropy comes: with the seed, and with each turn", async () => {
    const { source, pending } = slowSource();
    using generator = new FullGenerator(source, new FakeSystem());
    const turns = 40;
    const filled = generator.fill(new Uint8Array(turns * TURN_BYTES), { timeoutMs: 100 });
    for (let answered = 0; answered < 1 + turns; answered++) {
      await settle();
      expect(pending.length).toBe(answered + 1);
      jest.advanceTimersByTime(99);
      pending.at(-1)!();
    }
    await filled;
  });

  test("ends a request for which nothing comes", async () => {
    const { source, pending } = slowSource();
    using generator = new FullGenerator(source, new FakeSystem());
    const failed = rejectionOf(generator.fill(new Uint8Array(2 * TURN_BYTES), { timeoutMs: 100 }));
    for (const pendingTurns of [1, 2]) {
      await settle();
      expect(pending.length).toBe(pendingTurns);
      pending.at(-1)!(); // the seed, then the first turn
    }
    await settle();
    jest.advanceTimersByTime(100);
    expect((await failed).message).toBe("not enough entropy within 0.1 s: slow");
  });
});

describe("many requests", () => {
  test("one that gives up waiting does not disturb the others", async () => {
    using entropy = pool();
    using generator = new DrbgGenerator(entropy, new FakeSystem());
    const impatient = new AbortController();
    const left = rejectionOf(generator.fill(new Uint8Array(16), { signal: impatient.signal }));
    const stays = bytesOf(generator, 16);
    impatient.abort(new Error("gone"));
    expect(await left).toEqual(new Error("gone"));
    expect((await stays).some((byte) => byte !== 0)).toBe(true);
  });

  test("after a failed start the next request tries again, and a closed pool is said to be closed", async () => {
    const entropy = pool();
    using generator = new DrbgGenerator(entropy, new FakeSystem());
    entropy.close();
    expect(bytesOf(generator, 1)).rejects.toThrow(PoolClosedError);
    expect(bytesOf(generator, 1)).rejects.toThrow(PoolClosedError);
  });
});

describe("closing", () => {
  test("ends a request that waits for the seed, and says that the pool is closed", async () => {
    using entropy = stuckPool();
    const generator = new DrbgGenerator(entropy, new FakeSystem());
    const waiting = rejectionOf(bytesOf(generator, 1));
    generator.close();
    expect(await waiting).toBeInstanceOf(PoolClosedError);
  });

  test("in the moment the seed arrives leaves no generator that could be used", async () => {
    const seed = Promise.withResolvers<Uint8Array>();
    const entropy = { extract: () => seed.promise, shortage: () => "" };
    const generator = new FullGenerator(entropy, new FakeSystem());
    const ready = rejectionOf(generator.ready());
    seed.resolve(new Uint8Array(64).fill(1));
    generator.close();
    expect(await ready).toBeInstanceOf(PoolClosedError);
    expect(generator.fillNow(new Uint8Array(8))).toBe(false);
  });
});
