/** Two copies of a process, restored from one snapshot, never hand out the same block of 16 bytes. */
import { describe, expect, test } from "bun:test";
import { DrbgError } from "../../src/errors.ts";
import { fillAtOnce, TURN_BYTES } from "../../src/rbg/generator.ts";
import { sharedBlocks, type Twin, twins } from "../support/twins.ts";

const LENGTHS = [16, 33, 4_096, 70_000];

async function bytesOf({ generator }: Twin, length: number): Promise<Uint8Array> {
  const out = new Uint8Array(length);
  await generator.fill(out);
  return out;
}

/** Asks both for the same, and returns all that each gave. */
async function outputs(pair: readonly [Twin, Twin]): Promise<[Uint8Array, Uint8Array]> {
  const output = async (twin: Twin) => {
    const pieces: Uint8Array[] = [];
    for (const length of LENGTHS) pieces.push(await bytesOf(twin, length));
    return new Uint8Array(Buffer.concat(pieces));
  };
  return [await output(pair[0]), await output(pair[1])];
}

describe.each(["full", "drbg"] as const)("two copies of a generator in %s mode", (mode) => {
  test("that nothing parts are one and the same: the twins are true copies", async () => {
    const [a, b] = await outputs(twins(mode));
    expect(a).toEqual(b);
    expect(sharedBlocks(a, b).length).toBeGreaterThan(0);
  });

  test("share no block though no one notices, by the operating system's bytes in each request", async () => {
    const pair = twins(mode);
    await outputs(pair);
    for (const twin of pair) twin.part();
    const [a, b] = await outputs(pair);
    expect(sharedBlocks(a, b)).toEqual([]);
    expect(pair[0].pool.forgotten).toEqual([]);
  });

  test("share no block once it is noticed, though even the operating system repeats itself", async () => {
    const pair = twins(mode);
    const [before] = await outputs(pair);
    for (const twin of pair) twin.system.copy("restored");
    const [a, b] = await outputs(pair);
    expect(sharedBlocks(a, b)).toEqual([]);
    expect(sharedBlocks(a, before)).toEqual([]);
    for (const twin of pair) expect(twin.pool.forgotten).toEqual(["restored"]);
  });

  test("of which one goes on unaware share no block either", async () => {
    const pair = twins(mode);
    await outputs(pair);
    pair[1].system.copy();
    const [a, b] = await outputs(pair);
    expect(sharedBlocks(a, b)).toEqual([]);
  });
});

describe.each(["full", "drbg"] as const)("a copy in %s mode that is noticed", (mode) => {
  test("in the middle of a request: all of it is made again", async () => {
    const pair = twins(mode);
    await Promise.all(pair.map((twin) => twin.generator.ready()));
    const copied = pair.map((twin) => {
      const { extract } = twin.pool;
      let calls = 0;
      twin.pool.extract = async (length) => {
        // Some turns in, and before the rest.
        if (calls++ === 3) twin.system.copy();
        return extract.call(twin.pool, length);
      };
      // No turns here: it is noticed at the beginning.
      if (mode === "drbg") twin.system.copy();
      return bytesOf(twin, 10 * TURN_BYTES);
    });
    const [a, b] = await Promise.all(copied);
    expect(sharedBlocks(a!, b!)).toEqual([]);
    for (const twin of pair) expect(twin.pool.forgotten.length).toBe(1);
  });

  test("while the seed is awaited: a seed from before is not used", async () => {
    const pair = twins(mode);
    const outs = pair.map((twin) => {
      const { extract } = twin.pool;
      let first = true;
      twin.pool.extract = async (length) => {
        const bytes = await extract.call(twin.pool, length);
        if (first) twin.system.copy();
        first = false;
        return bytes;
      };
      return bytesOf(twin, 1_000);
    });
    const [a, b] = await Promise.all(outs);
    expect(sharedBlocks(a!, b!)).toEqual([]);
  });

  test("by somebody else's check, while a request waits for its noise", async () => {
    const [twin] = twins(mode);
    await twin.generator.ready();
    const before = twin.pool.forgotten.length;
    const { extract } = twin.pool;
    const arrived = Promise.withResolvers<void>();
    const go = Promise.withResolvers<void>();
    let held = true;
    twin.pool.extract = async (length) => {
      const bytes = await extract.call(twin.pool, length);
      if (held) {
        held = false;
        arrived.resolve();
        await go.promise;
      }
      return bytes;
    };
    twin.system.copy();
    const filled = bytesOf(twin, 64);
    await arrived.promise;
    twin.system.copy();
    twin.system.clones.check();
    go.resolve();
    expect((await filled).some((byte) => byte !== 0)).toBe(true);
    expect(twin.pool.forgotten.length).toBe(before + 2);
  });

  test("at a request that cannot wait: it is refused, and served as soon as there is a new seed", async () => {
    const [twin] = twins(mode);
    await twin.generator.ready();
    fillAtOnce(twin.generator, new Uint8Array(8));
    twin.system.copy();
    const out = new Uint8Array(32);
    expect(() => fillAtOnce(twin.generator, out)).toThrow(DrbgError);
    expect(out.every((byte) => byte === 0)).toBe(true);
    // Nobody asks for a seed: it is collected all the same.
    while (!twin.generator.isReady) await Promise.resolve();
    fillAtOnce(twin.generator, out);
    expect(out.some((byte) => byte !== 0)).toBe(true);
  });

  test("after the generator was closed brings nothing back", async () => {
    const [twin] = twins(mode);
    await twin.generator.ready();
    twin.generator.close();
    twin.system.copy();
    twin.system.clones.check();
    await Promise.resolve();
    expect(twin.generator.isReady).toBe(false);
  });
});

test("each request asks the watch before its bytes are made, and one that waits also after", async () => {
  const [twin] = twins("full");
  await twin.generator.ready();
  let checks = twin.system.checks;
  twin.generator.fillNow(new Uint8Array(8));
  expect(twin.system.checks).toBe(checks + 1);
  checks = twin.system.checks;
  await bytesOf(twin, 8);
  expect(twin.system.checks).toBe(checks + 2);
});
