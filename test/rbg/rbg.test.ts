import { describe, expect, test } from "bun:test";
import { DrbgError } from "../../src/errors.ts";
import { CtrDrbg } from "../../src/rbg/ctr-drbg.ts";
import { type EntropyPool, type ExtractOptions, Rbg } from "../../src/rbg/generator.ts";
import { FakeSystem } from "../support/fake-system.ts";
import { keystream } from "../support/keystream.ts";

/** Hands out a known byte string piece by piece, at once or when it is told to, and notes what was asked for. */
class KnownEntropy {
  taken = 0;
  readonly bytes = keystream(1 << 18, 1);
  readonly asked: string[] = [];
  readonly signals: (AbortSignal | undefined)[] = [];
  /** Holds requests back, while set. */
  held: (() => void)[] | undefined;
  fails = false;

  async extract(length: number, { signal, purpose = "output" }: ExtractOptions = {}): Promise<Uint8Array> {
    this.asked.push(`${length} ${purpose}`);
    this.signals.push(signal);
    if (this.held) await new Promise<void>((resolve) => this.held!.push(resolve));
    signal?.throwIfAborted();
    if (this.fails) throw new Error("dry");
    this.taken += length;
    return this.bytes.slice(this.taken - length, this.taken);
  }

  release(): void {
    for (const go of this.held!.splice(0)) go();
  }
}

/** As many bytes of 255 − length. */
const osBytes = (length: number) => new Uint8Array(length).fill(255 - length);
const system = new FakeSystem((out) => void out.set(osBytes(out.length)));

/** Makes the DRBG that is expected inside. */
function seededDrbg(seed: Uint8Array): CtrDrbg {
  return new CtrDrbg({ entropyInput: seed, nonce: osBytes(16), personalization: osBytes(32) });
}

/** Lets everything happen that waits for no timer. */
const settle = async () => {
  for (let turn = 0; turn < 50; turn++) await Promise.resolve();
};

describe("Rbg", () => {
  test("takes two blocks first: 3/2 of the strength and more, besides the nonce of the operating system", async () => {
    const entropy = new KnownEntropy();
    await Rbg.instantiate(entropy, system);
    expect(entropy.asked).toEqual(["64 seed"]);
  });

  test("full entropy is a block XOR DRBG output with additional input, each used once", async () => {
    const entropy = new KnownEntropy();
    const rbg = await Rbg.instantiate(entropy, system);
    const drbg = seededDrbg(entropy.bytes.slice(0, 64));
    for (const start of [64, 164]) {
      const mask = drbg.generate(100, osBytes(32));
      const expected = entropy.bytes.slice(start, start + 100).map((byte, i) => byte ^ mask[i]!);
      const out = new Uint8Array(100);
      await rbg.fullEntropy(out);
      expect(out).toEqual(expected);
    }
    expect(entropy.asked).toEqual(["64 seed", "100 output", "100 output"]);
  });

  test("full mode reseeds its DRBG every 64 KiB", async () => {
    const entropy = new KnownEntropy();
    const rbg = await Rbg.instantiate(entropy, system);
    for (let i = 0; i < 16; i++) await rbg.fullEntropy(new Uint8Array(4096));
    expect(entropy.asked.slice(1)).toEqual(Array(16).fill("4096 output"));
    await rbg.fullEntropy(new Uint8Array(4096));
    expect(entropy.asked.slice(17)).toEqual(["32 seed", "4096 output"]);
  });

  test("requests that need a reseed at the same time wait for one, and those that give up do not take it away", async () => {
    const entropy = new KnownEntropy();
    const rbg = await Rbg.instantiate(entropy, system);
    await rbg.fullEntropy(new Uint8Array(1 << 16));
    entropy.held = [];
    const leaving = new AbortController();
    const waiting = [leaving.signal, undefined, undefined].map((signal) =>
      rbg.fullEntropy(new Uint8Array(32), signal),
    );
    await settle();
    leaving.abort(new Error("no longer wanted"));
    await expect(waiting[0]).rejects.toThrow("no longer wanted");
    entropy.release();
    await settle();
    entropy.release();
    await Promise.all(waiting.slice(1));
    expect(entropy.asked.slice(2)).toEqual(["32 seed", "32 output", "32 output"]);
  });

  test("bulk is the DRBG's output, with additional input in the first of its requests", async () => {
    const entropy = new KnownEntropy();
    const rbg = await Rbg.instantiate(entropy, system);
    const out = new Uint8Array(100_000);
    rbg.bulk(out);
    const expected = new Uint8Array(100_000);
    seededDrbg(entropy.bytes.slice(0, 64)).generateInto(expected, osBytes(32));
    expect(out).toEqual(expected);
    expect(entropy.asked).toEqual(["64 seed"]);
  });

  test("two instances differ through the operating system alone", async () => {
    const pieces = await Promise.all(
      [0, 1].map(async () => {
        const out = new Uint8Array(32);
        (await Rbg.instantiate(new KnownEntropy(), new FakeSystem())).bulk(out);
        return out.toHex();
      }),
    );
    expect(pieces[0]).not.toBe(pieces[1]);
  });

  test("does not start without entropy, and closes for good", async () => {
    const none: Pick<EntropyPool, "extract"> = { extract: () => Promise.reject(new Error("dry")) };
    await expect(Rbg.instantiate(none, system)).rejects.toThrow("dry");
    const rbg = await Rbg.instantiate(new KnownEntropy(), system);
    rbg.close();
    expect(() => rbg.bulk(new Uint8Array(1))).toThrow(DrbgError);
  });

  test("does not start when the operating system has no random bytes", async () => {
    const broken = new FakeSystem(() => {
      throw new Error("no random bytes");
    });
    await expect(Rbg.instantiate(new KnownEntropy(), broken)).rejects.toThrow("no random bytes");
  });
});

describe("the reseed of bulk output, once a second", () => {
  /** A clock that stands still until it is turned. */
  function withClock<T>(work: (clock: { nowMs: number }) => Promise<T>): Promise<T> {
    const clock = { nowMs: 1_000_000 };
    const real = performance.now;
    performance.now = () => clock.nowMs;
    return work(clock).finally(() => {
      performance.now = real;
    });
  }

  const bulk = (rbg: Rbg): Uint8Array => {
    const out = new Uint8Array(32);
    rbg.bulk(out);
    return out;
  };

  test("is asked for in the background, one at a time, and used by the next request", () =>
    withClock(async (clock) => {
      const entropy = new KnownEntropy();
      const rbg = await Rbg.instantiate(entropy, system);
      const drbg = seededDrbg(entropy.bytes.slice(0, 64));
      const next = () => drbg.generate(32, osBytes(32));
      entropy.held = [];
      clock.nowMs += 999;
      expect(bulk(rbg)).toEqual(next());
      expect(entropy.asked).toEqual(["64 seed"]);
      clock.nowMs += 1;
      for (let i = 0; i < 3; i++) {
        expect(bulk(rbg)).toEqual(next());
        clock.nowMs += 5_000;
      }
      expect(entropy.asked).toEqual(["64 seed", "32 seed"]);
      entropy.release();
      await settle();
      drbg.reseed(entropy.bytes.slice(64, 96));
      expect(bulk(rbg)).toEqual(next());
      expect(entropy.asked).toEqual(["64 seed", "32 seed"]);
      clock.nowMs += 1_000;
      bulk(rbg);
      expect(entropy.asked).toEqual(["64 seed", "32 seed", "32 seed"]);
    }));

  test("that fails is no unhandled rejection, and is tried again a second later", () =>
    withClock(async (clock) => {
      const unhandled: unknown[] = [];
      const note = (reason: unknown) => void unhandled.push(reason);
      process.on("unhandledRejection", note);
      try {
        const entropy = new KnownEntropy();
        const rbg = await Rbg.instantiate(entropy, system);
        entropy.fails = true;
        for (const [passedMs, asked] of [
          [1_000, 2],
          [999, 2],
          [1, 3],
        ] as const) {
          clock.nowMs += passedMs;
          bulk(rbg);
          await settle();
          expect(entropy.asked.length).toBe(asked);
        }
        await new Promise((resolve) => setImmediate(resolve));
        expect(unhandled).toEqual([]);
      } finally {
        process.off("unhandledRejection", note);
      }
    }));

  test("ends with the generator: the request is aborted, and a seed that comes all the same is wiped", () =>
    withClock(async (clock) => {
      const seed = new Uint8Array(32).fill(7);
      let arrive = () => {};
      let signal: AbortSignal | undefined;
      let calls = 0;
      const entropy: Pick<EntropyPool, "extract"> = {
        extract: (length, options) => {
          calls += 1;
          if (calls === 1) return Promise.resolve(new Uint8Array(length).fill(1));
          signal = options?.signal;
          return new Promise((resolve) => {
            arrive = () => resolve(seed);
          });
        },
      };
      const rbg = await Rbg.instantiate(entropy, system);
      clock.nowMs += 1_000;
      bulk(rbg);
      rbg.close();
      expect(signal?.aborted).toBe(true);
      arrive();
      await settle();
      expect(seed.every((byte) => byte === 0)).toBe(true);
    }));

  test("and one that has arrived is wiped when the generator is closed", () =>
    withClock(async (clock) => {
      const seed = new Uint8Array(32).fill(7);
      let calls = 0;
      const entropy: Pick<EntropyPool, "extract"> = {
        extract: async (length) => (calls++ === 0 ? new Uint8Array(length).fill(1) : seed),
      };
      const rbg = await Rbg.instantiate(entropy, system);
      clock.nowMs += 1_000;
      bulk(rbg);
      await settle();
      rbg.close();
      expect(seed.every((byte) => byte === 0)).toBe(true);
    }));
});
