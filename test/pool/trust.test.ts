/** Credit that the pool gives, and that it takes back when a source fails, is paused, or is opened anew. */
import { describe, expect, test } from "bun:test";
import { once } from "node:events";
import { Pool, type PoolConfig } from "../../src/pool/pool.ts";
import { type FakeSource, FakeThread, fakeNoise, fakeSource } from "../support/fake-thread.ts";
import { holdRequests, traceFor, turns } from "../support/held-thread.ts";

function open(sources: readonly FakeSource[], config: Partial<PoolConfig> = {}): Pool {
  return new Pool({
    sources: sources.map(({ info }) => info),
    startThread: () => new FakeThread(sources),
    capacityBytes: 64,
    ...config,
  });
}

const noisy = (id: string, seed: number, partial = {}) => fakeSource({ id, ...partial }, fakeNoise(seed));
const statusOf = (pool: Pool, id: string) => pool.status().sources.find((source) => source.id === id)!;

async function until(pool: Pool, condition: () => boolean): Promise<void> {
  while (!condition()) await once(pool, "sampled");
}

describe("a source whose requests the test answers", () => {
  function held(config: Partial<PoolConfig> = {}) {
    const source = fakeSource({ id: "a", claim: 1, rateHz: 2_000_000 }, fakeNoise(1));
    const thread = new FakeThread([source]);
    const requests = holdRequests(thread, "a");
    const aborted: number[] = [];
    const post = thread.post.bind(thread);
    thread.post = (request) => {
      if (request.kind === "abort") aborted.push(request.request);
      else post(request);
    };
    const pool = open([source], { startThread: () => thread, capacityBytes: 1 << 20, ...config });
    pool.start();
    thread.say({ kind: "opened", id: "a", stepNs: 1 });
    const noise = fakeNoise(9);
    let answered = 0;
    let clockNs = 0;
    const answer = async (next: (index: number) => number = noise) => {
      const request = requests[answered++]!;
      const trace = { ...traceFor(request, next), startedNs: clockNs };
      clockNs += trace.elapsedNs;
      thread.say({ kind: "trace", request: request.request, trace });
      await turns();
    };
    const fail = async (reason: string) => {
      thread.say({ kind: "failed", request: requests[answered++]!.request, reason });
      await turns();
    };
    const earn = async () => {
      while (!(statusOf(pool, "a").creditedBits > 0)) await answer();
    };
    return { pool, thread, requests, aborted, answer, fail, earn, noise };
  }

  test("is credited nothing while it is quarantined, whatever its pending requests deliver", async () => {
    const { pool, requests, aborted, answer, fail, earn } = held();
    using _ = pool;
    await earn();
    const before = statusOf(pool, "a");
    const { forfeitedBits } = pool.status().ledger;
    await fail("cable out");
    expect(statusOf(pool, "a")).toMatchObject({ state: "failed", waitingSamples: 0 });
    // Two more were under way: they are taken back, and count for nothing if they come all the same.
    expect(aborted).toEqual(requests.slice(-2).map(({ request }) => request));
    await answer();
    await answer();
    const after = statusOf(pool, "a");
    expect(after.samples).toBeGreaterThan(before.samples);
    expect(after.creditedBits).toBe(before.creditedBits);
    expect(after.state).toBe("failed");
    expect(pool.status().ledger.forfeitedBits).toBeGreaterThanOrEqual(forfeitedBits);
    expect(pool.status().ledger.levelBits).toBe(0);
  });

  test("loses what it earned for the block in the making when a health test fires", async () => {
    const { pool, answer, earn } = held();
    using _ = pool;
    await earn();
    while (!(pool.status().ledger.levelBits > 0)) await answer();
    const { ledger, readyBytes } = pool.status();
    await answer(() => 7);
    expect(statusOf(pool, "a").state).toBe("failed");
    expect(pool.status().ledger).toEqual({
      ...ledger,
      levelBits: 0,
      forfeitedBits: ledger.forfeitedBits + ledger.levelBits,
    });
    expect(pool.status().readyBytes).toBe(readyBytes);
  });

  test("passes its start-up test again whenever it was opened anew", async () => {
    const { pool, thread, answer, earn } = held();
    using _ = pool;
    await earn();
    const { creditedBits, samples } = statusOf(pool, "a");
    thread.say({ kind: "opened", id: "a", stepNs: 1 });
    expect(statusOf(pool, "a").state).toBe("starting");
    while (statusOf(pool, "a").creditedBits === creditedBits) await answer();
    // The start-up test, two blocks, and what waited before.
    expect(statusOf(pool, "a").samples - samples).toBeGreaterThanOrEqual(1_024 + 2 * 4_096);
  });

  test("passes it again after a pause; what was under way then counts for nothing", async () => {
    const { pool, answer, earn } = held();
    using _ = pool;
    await earn();
    const { creditedBits } = statusOf(pool, "a");
    pool.pause("a");
    expect(statusOf(pool, "a")).toMatchObject({ state: "paused", waitingSamples: 0 });
    await answer();
    pool.resume("a");
    expect(statusOf(pool, "a").state).toBe("starting");
    await answer(); // asked for before the pause
    expect(statusOf(pool, "a")).toMatchObject({ waitingSamples: 0, creditedBits });
    const { samples } = statusOf(pool, "a");
    while (statusOf(pool, "a").creditedBits === creditedBits) await answer();
    expect(statusOf(pool, "a").samples - samples).toBeGreaterThanOrEqual(1_024 + 2 * 4_096 - 16_384);
  });

  test("is worth its claim to the scheduler although nothing is paid yet", async () => {
    const weak = fakeSource({ id: "weak", claim: 0.01, rateHz: 2_000_000 }, fakeNoise(2));
    const strong = fakeSource({ id: "strong", claim: 1, rateHz: 2_000_000 }, fakeNoise(3));
    using pool = open([weak, strong], { capacityBytes: 1 << 20 }).start();
    await until(pool, () => statusOf(pool, "strong").creditedBits > 0);
    expect(statusOf(pool, "weak").samples).toBeLessThan(statusOf(pool, "strong").samples);
  });
});

test("a source that was quarantined is not opened again by requests that were already queued", async () => {
  const source = noisy("a", 4);
  using pool = open([source, noisy("b", 5)], { capacityBytes: 1 << 20 });
  pool.start();
  await until(pool, () => statusOf(pool, "a").creditedBits > 0);
  const { open: really } = source;
  let failures = 0;
  source.open = async (host) => {
    expect(failures).toBe(0);
    return really(host);
  };
  source.error = new Error("cable out");
  pool.on("source-failed", () => {
    failures += 1;
    source.error = undefined;
  });
  await once(pool, "source-failed");
  await turns();
  await turns();
  expect(failures).toBe(1);
  expect(source.opened()).toBe(1);
});

describe("seeds", () => {
  const seed = (pool: Pool, length = 32) => pool.extract(length, { purpose: "seed" });

  test("take half of their credit from a second family, although another earns far more", async () => {
    const quick = noisy("quick", 6, { family: "memory", claim: 4, rateHz: 4_000_000 });
    const slow = noisy("slow", 7, { family: "clock", claim: 0.25, rateHz: 100_000 });
    using pool = open([quick, slow]);
    expect(await seed(pool, 64)).toHaveLength(64);
    const { seed: status, families, ledger } = pool.status();
    expect(status.oneFamily).toBe(false);
    expect([...status.families].sort()).toEqual(["clock", "memory"]);
    expect(families.find(({ family }) => family === "clock")!.spentBits).toBeGreaterThanOrEqual(320);
    expect(ledger.spentBits).toBeGreaterThanOrEqual(640);
  });

  test("take twice the bits from the only family there is, and say so once", async () => {
    using pool = open([noisy("a", 8, { rateHz: 1_000_000 })]);
    const told: string[] = [];
    pool.on("one-family", ({ family, purpose }) => told.push(`${purpose}: ${family}`));
    await seed(pool, 64);
    expect(pool.status().seed).toEqual({ families: ["clock"], oneFamily: true });
    expect(pool.status().ledger.spentBits).toBeGreaterThanOrEqual(1_280);
    await seed(pool);
    expect(told).toEqual(["seed: clock"]);
  });

  test("do not wait for ever for a second family that does not deliver", async () => {
    let nowMs = 0;
    // Passes its health tests, and is worth nothing.
    const empty = fakeSource({ id: "empty", family: "memory", claim: 0.1 }, (i) => i);
    using pool = open([noisy("a", 10), empty], { nowMs: () => nowMs });
    const waiting = seed(pool);
    let isDone = false;
    void waiting.then(() => {
      isDone = true;
    });
    await until(pool, () => statusOf(pool, "empty").samples > 50_000);
    expect(isDone).toBe(false);
    nowMs = 2_001;
    await waiting;
    expect(pool.status().seed.oneFamily).toBe(true);
  });

  test("say that they lean on one family, although another gave a little of one of their blocks", async () => {
    let nowMs = 0;
    const little = noisy("little", 17, { family: "memory", claim: 0.01, rateHz: 1_000_000 });
    using pool = open([noisy("a", 18), little], { nowMs: () => nowMs });
    const waiting = seed(pool, 64);
    await until(pool, () => statusOf(pool, "little").creditedBits > 0);
    // Passes its health tests, and is worth nothing.
    little.next = (i) => i;
    const { samples } = statusOf(pool, "little");
    await until(pool, () => statusOf(pool, "little").samples > samples + 50_000);
    expect(pool.status().extractedBytes).toBe(0);
    nowMs = 2_001;
    await waiting;
    expect(pool.status().seed).toEqual({ families: ["clock", "memory"], oneFamily: true });
  });

  test("and output wait once for a family that delivers nothing, not for each block again", async () => {
    let nowMs = 0;
    const empty = fakeSource({ id: "empty", family: "memory", claim: 0.1 }, (i) => i);
    using pool = open([noisy("a", 19), empty], { nowMs: () => nowMs, familyShare: 0.5 });
    const told: string[] = [];
    pool.on("one-family", ({ purpose }) => told.push(purpose));
    const waiting = Promise.all([seed(pool, 64), pool.extract(320)]);
    await until(pool, () => statusOf(pool, "empty").samples > 50_000);
    expect(pool.status().extractedBytes).toBe(0);
    nowMs = 2_001;
    await waiting;
    expect(new Set(told)).toEqual(new Set(["seed", "output"]));
  });

  test("rest on two families again as soon as the second one delivers", async () => {
    let nowMs = 0;
    const late = fakeSource({ id: "late", family: "memory", claim: 0.5 }, (i) => i);
    using pool = open([noisy("a", 20), late], { nowMs: () => nowMs });
    const first = seed(pool);
    await until(pool, () => statusOf(pool, "late").samples > 20_000);
    nowMs = 2_001;
    await first;
    expect(pool.status().seed.oneFamily).toBe(true);
    late.next = fakeNoise(21);
    while (pool.status().seed.oneFamily) {
      nowMs += 10;
      await seed(pool);
    }
    expect([...pool.status().seed.families].sort()).toEqual(["clock", "memory"]);
  });

  test("and output do not share a byte, in whatever order they are asked for", async () => {
    using pool = open([noisy("a", 11), noisy("b", 12, { family: "memory" })], { capacityBytes: 256 });
    const parts = await Promise.all([
      pool.extract(48),
      seed(pool, 64),
      pool.extract(16),
      seed(pool, 32),
      pool.extract(96),
    ]);
    const all = Buffer.concat(parts);
    const pieces = Array.from({ length: all.length / 16 }, (_, i) =>
      all.subarray(16 * i, 16 * i + 16).toString("hex"),
    );
    expect(new Set(pieces).size).toBe(pieces.length);
  });
});

test("with a family share every block rests on two families", async () => {
  const quick = noisy("quick", 13, { family: "memory", claim: 4, rateHz: 4_000_000 });
  const slow = noisy("slow", 14, { family: "clock", claim: 0.5, rateHz: 500_000 });
  using pool = open([quick, slow], { familyShare: 0.5 });
  await pool.extract(3_200);
  const { families } = pool.status();
  for (const { spentBits } of families) expect(spentBits).toBeGreaterThanOrEqual(100 * 160);
});

describe("forget", () => {
  test("wipes what was ready, waits or was counted; requests get new noise only", async () => {
    let copy = false;
    const numbers = fakeNoise(15);
    const source = fakeSource({ id: "a" }, () => (copy ? 1_000_000 : 0) + (numbers() & 0xffff));
    using pool = open([source], { capacityBytes: 1_024 }).start();
    await until(pool, () => pool.status().readyBytes === 1_024);
    pool.forget();
    copy = true;
    const { readyBytes, ledger, sources } = pool.status();
    expect([readyBytes, ledger.levelBits, sources[0]!.waitingSamples, sources[0]!.state]).toEqual([
      0,
      0,
      0,
      "starting",
    ]);
    const { samples } = sources[0]!;
    await pool.extract(32);
    expect(statusOf(pool, "a").samples - samples).toBeGreaterThanOrEqual(1_024 + 2 * 512);
  });

  test("does nothing to a pool that is closed, and does not throw: others wait for the news", () => {
    const pool = open([noisy("a", 22)]);
    pool.close();
    expect(() => pool.forget()).not.toThrow();
  });

  test("takes back what a waiting request has so far", async () => {
    const thread: FakeThread[] = [];
    const source = noisy("a", 16);
    using pool = open([source], {
      capacityBytes: 32,
      startThread: () => {
        thread.push(new FakeThread([source]));
        return thread.at(-1)!;
      },
    });
    const waiting = pool.extract(10_000);
    await until(pool, () => pool.status().extractedBytes > 0);
    const before = pool.status().extractedBytes;
    pool.forget();
    const bytes = await waiting;
    expect(bytes).toHaveLength(10_000);
    expect(pool.status().extractedBytes).toBeGreaterThanOrEqual(before + 10_000);
  });
});
