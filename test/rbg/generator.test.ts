import { describe, expect, test } from "bun:test";
import { DrbgError, PoolClosedError } from "../../src/errors.ts";
import { EntropyPool } from "../../src/pool/pool.ts";
import { RandomBytes } from "../../src/rbg/generator.ts";
import { FakeThread, fakeNoise, fakeSource } from "../support/fake-thread.ts";

function pool(): EntropyPool {
  const source = fakeSource({ id: "a" }, fakeNoise(1));
  return new EntropyPool({ sources: [source.info], startThread: () => new FakeThread([source]) });
}

describe("RandomBytes", () => {
  for (const mode of ["full", "drbg"] as const) {
    test(`${mode}: exact lengths across pieces, and no block twice among concurrent requests`, async () => {
      using entropy = pool();
      using random = new RandomBytes(entropy, mode);
      const pieces = await Promise.all([0, 1, 31, 32, 5_000, 10_000].map((n) => random.exactly(n)));
      expect(pieces.map((piece) => piece.length)).toEqual([0, 1, 31, 32, 5_000, 10_000]);
      const blocks = pieces.flatMap((piece) =>
        Array.from({ length: Math.floor(piece.length / 32) }, (_, i) =>
          Buffer.from(piece.subarray(32 * i, 32 * i + 32)).toString("hex"),
        ),
      );
      expect(new Set(blocks).size).toBe(blocks.length);
    });
  }

  test("next gives one piece at most", async () => {
    using entropy = pool();
    using random = new RandomBytes(entropy, "full");
    expect((await random.next(7)).length).toBe(7);
    expect((await random.next(1 << 20)).length).toBe(random.pieceBytes);
  });

  test("fillNow is refused before the generator has its seed, in both modes given after", async () => {
    using entropy = pool();
    using random = new RandomBytes(entropy, "full");
    expect(() => random.fillNow(new Uint8Array(8))).toThrow(DrbgError);
    await random.ready();
    const out = new Uint8Array(64);
    random.fillNow(out);
    expect(out.some((byte) => byte !== 0)).toBe(true);
  });

  test("one that gives up waiting does not disturb the others", async () => {
    using entropy = pool();
    using random = new RandomBytes(entropy, "drbg");
    const impatient = new AbortController();
    const left = random.exactly(16, impatient.signal).catch((error: unknown) => error);
    const stays = random.exactly(16);
    impatient.abort(new Error("gone"));
    expect(await left).toEqual(new Error("gone"));
    expect((await stays).length).toBe(16);
  });

  test("after a failed start the next request tries again, and a closed pool is said to be closed", async () => {
    const entropy = pool();
    using random = new RandomBytes(entropy, "drbg");
    entropy.close();
    expect(random.exactly(1)).rejects.toThrow(PoolClosedError);
    expect(random.exactly(1)).rejects.toThrow(PoolClosedError);
  });
});
