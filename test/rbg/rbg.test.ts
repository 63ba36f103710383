import { describe, expect, test } from "bun:test";
import { CtrDrbg } from "../../src/rbg/ctr-drbg.ts";
import { type EntropyPool, Rbg } from "../../src/rbg/generator.ts";
import { keystream } from "../support/keystream.ts";

/** Hands out a known byte string piece by piece, and counts the bytes. */
class KnownEntropy {
  taken = 0;
  ready = 0;
  readonly bytes = keystream(1 << 18, 1);

  async extract(length: number): Promise<Uint8Array> {
    this.taken += length;
    return this.bytes.slice(this.taken - length, this.taken);
  }

  extractReady(length: number): Uint8Array {
    const count = Math.min(length, this.ready);
    this.ready -= count;
    this.taken += count;
    return this.bytes.slice(this.taken - count, this.taken);
  }
}

const osRandom = (length: number) => new Uint8Array(length).fill(length);

function seededDrbg(seed: Uint8Array): CtrDrbg {
  return new CtrDrbg({ entropyInput: seed, nonce: osRandom(16), personalization: osRandom(32) });
}

describe("Rbg", () => {
  test("full entropy is a block XOR DRBG output, each used once", async () => {
    const entropy = new KnownEntropy();
    const rbg = await Rbg.instantiate(entropy, undefined, { osRandom });
    expect(entropy.taken).toBe(32);
    const mask = seededDrbg(entropy.bytes.slice(0, 32)).generate(100);
    const expected = entropy.bytes.slice(32, 132).map((byte, i) => byte ^ mask[i]!);
    const out = new Uint8Array(100);
    await rbg.fullEntropy(out);
    expect(out).toEqual(expected);
    expect(entropy.taken).toBe(132);
  });

  test("full mode reseeds its DRBG every 64 KiB", async () => {
    const entropy = new KnownEntropy();
    const rbg = await Rbg.instantiate(entropy, undefined, { osRandom });
    for (let i = 0; i < 16; i++) await rbg.fullEntropy(new Uint8Array(4096));
    expect(entropy.taken).toBe(32 + 65_536);
    await rbg.fullEntropy(new Uint8Array(4096));
    expect(entropy.taken).toBe(32 + 65_536 + 32 + 4096);
  });

  test("bulk is the DRBG's output", async () => {
    const entropy = new KnownEntropy();
    const rbg = await Rbg.instantiate(entropy, undefined, { osRandom });
    const out = new Uint8Array(100_000);
    rbg.bulk(out);
    const expected = new Uint8Array(100_000);
    seededDrbg(entropy.bytes.slice(0, 32)).generateInto(expected);
    expect(out).toEqual(expected);
    expect(entropy.taken).toBe(32);
  });

  test("two instances differ through the operating system alone", async () => {
    const pieces = await Promise.all(
      [0, 1].map(async () => {
        const out = new Uint8Array(32);
        (await Rbg.instantiate(new KnownEntropy())).bulk(out);
        return Buffer.from(out).toString("hex");
      }),
    );
    expect(pieces[0]).not.toBe(pieces[1]);
  });

  test("does not start without entropy, and closes for good", async () => {
    const none: Pick<EntropyPool, "extract" | "extractReady"> = {
      extract: () => Promise.reject(new Error("dry")),
      extractReady: () => new Uint8Array(0),
    };
    await expect(Rbg.instantiate(none)).rejects.toThrow("dry");
    const rbg = await Rbg.instantiate(new KnownEntropy());
    rbg.close();
    expect(() => rbg.bulk(new Uint8Array(1))).toThrow();
  });
});
