import { describe, expect, test } from "bun:test";
import { InsufficientEntropyError, PoolClosedError } from "../../src/errors.ts";
import { MAX_EXTRACT_BYTES, Pool } from "../../src/pool/pool.ts";
import { type FakeSource, FakeThread, fakeNoise, fakeSource } from "../support/fake-thread.ts";
import { holdRequests, traceFor, turns } from "../support/held-thread.ts";

const LIMITS = { hangMs: 40, openMs: 200, graceMs: 40 };

function open(sources: readonly FakeSource[], capacityBytes = 4096, threads: FakeThread[] = []): Pool {
  return new Pool({
    sources: sources.map((source) => source.info),
    startThread: () => {
      const thread = new FakeThread(sources);
      threads.push(thread);
      return thread;
    },
    capacityBytes,
    limits: LIMITS,
  });
}

const noisy = (id: string, seed: number, partial = {}) => fakeSource({ id, ...partial }, fakeNoise(seed));
const stuck = (id: string) => fakeSource({ id }, () => 7);

function statusOf(pool: Pool, id: string) {
  return pool.status().sources.find((source) => source.id === id)!;
}

/** Resolves when `condition` holds, which a working pool brings about in milliseconds. */
async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 1));
}

describe("Pool", () => {
  test("delivers exact lengths and never the same block twice", async () => {
    using pool = open([noisy("a", 1), noisy("b", 2)]);
    const seen = new Set<string>();
    for (const length of [1, 31, 32, 33, 1000]) expect((await pool.extract(length)).length).toBe(length);
    for (let i = 0; i < 50; i++) seen.add(Buffer.from(await pool.extract(32)).toString("hex"));
    expect(seen.size).toBe(50);
  });

  test("concurrent requests are served in order and share no byte", async () => {
    using pool = open([noisy("a", 3)]);
    const order: number[] = [];
    const results = await Promise.all(
      Array.from({ length: 40 }, async (_, i) => {
        const bytes = await pool.extract(48);
        order.push(i);
        return bytes;
      }),
    );
    expect(order).toEqual([...order].sort((x, y) => x - y));
    const all = Buffer.concat(results);
    const windows = new Set(
      Array.from({ length: all.length / 16 }, (_, i) => all.subarray(i * 16, i * 16 + 16).toString("hex")),
    );
    expect(windows.size).toBe(all.length / 16);
  });

  test("an aborted request gets nothing, and those behind it are still served", async () => {
    using pool = open([noisy("a", 4)]);
    const controller = new AbortController();
    const big = pool.extract(MAX_EXTRACT_BYTES, controller);
    const small = pool.extract(16);
    controller.abort(new Error("no longer wanted"));
    await expect(big).rejects.toThrow("no longer wanted");
    expect((await small).length).toBe(16);
    await expect(pool.extract(16, controller)).rejects.toThrow("no longer wanted");
  });

  test("refuses lengths out of range", async () => {
    using pool = open([noisy("a", 5)]);
    for (const length of [0, -1, 1.5, Number.NaN, MAX_EXTRACT_BYTES + 1]) {
      await expect(pool.extract(length)).rejects.toThrow(RangeError);
    }
  });

  test("credit is at most samples × min(claimed, assessed), and the account balances", async () => {
    using pool = open([noisy("a", 6, { claim: 0.5 })], 1 << 16);
    await pool.extract(2_000);
    const { ledger, sources } = pool.status();
    const [a] = sources;
    expect(a!.creditedBits).toBeLessThanOrEqual(a!.samples * 0.5);
    expect(ledger.spentBits + ledger.forfeitedBits + ledger.levelBits).toBeCloseTo(ledger.creditedBits, 3);
    expect(ledger.creditedBits).toBeGreaterThanOrEqual(2_000 * 10);
  });

  test("keeps one account a source, and together they are the ledger's", async () => {
    using pool = open(
      [noisy("a", 6), noisy("b", 7, { family: "memory", claim: 2 }), noisy("c", 8, { claim: 0 })],
      1 << 16,
    );
    await pool.extract(2_000);
    const { ledger } = pool.status();
    const [a, b, c] = ["a", "b", "c"].map((id) => statusOf(pool, id).creditedBits);
    expect(a).toBeGreaterThan(0);
    expect(b).toBeGreaterThan(0);
    expect(c).toBe(0);
    expect(a! + b!).toBeCloseTo(ledger.creditedBits, 3);
  });

  test("start-up samples earn nothing", async () => {
    using pool = open([noisy("a", 7, { claim: 8 })], 32);
    await pool.extract(32);
    const { samples, creditedBits } = statusOf(pool, "a");
    expect(creditedBits).toBeLessThanOrEqual((samples - 1024) * 8);
  });

  test("a source that claims nothing is mixed and never credited", async () => {
    using pool = open([noisy("free", 8, { claim: 0 }), noisy("paid", 9)]);
    await pool.extract(100);
    await until(() => statusOf(pool, "free").samples > 0);
    expect(statusOf(pool, "free").creditedBits).toBe(0);
  });

  test("a source with less entropy than it claims is credited what it holds", async () => {
    // Every value of 64 is equally likely, so health tests see nothing; but only one bit of each step is new.
    const coin = fakeNoise(10);
    let value = 0;
    const walk = () => {
      value = (value + 1 + 2 * (coin() & 1)) % 64;
      return value;
    };
    using pool = open([fakeSource({ id: "walk", claim: 4 }, walk)], 64);
    await pool.extract(1024);
    const { assessedH, samples, creditedBits, state } = statusOf(pool, "walk");
    expect(state).toBe("healthy");
    expect(assessedH).toBeGreaterThan(0.7);
    expect(assessedH).toBeLessThanOrEqual(1);
    expect(creditedBits).toBeLessThanOrEqual(samples);
  });

  test("a source switched to constant output is quarantined, and the others go on", async () => {
    const bad = noisy("bad", 11);
    using pool = open([bad, noisy("good", 12)], 1 << 20);
    const failed: string[] = [];
    pool.on("source-failed", ({ id }) => failed.push(id));
    pool.start();
    await until(
      () => statusOf(pool, "bad").state === "healthy" && statusOf(pool, "good").state === "healthy",
    );
    bad.next = () => 42;
    await until(() => statusOf(pool, "bad").state === "failed");
    const { state, reason, healthFailures } = statusOf(pool, "bad");
    expect(failed).toEqual(["bad"]);
    expect(state).toBe("failed");
    expect(reason).toContain("repetition-count");
    expect(healthFailures).toBe(1);
    const { creditedBits } = statusOf(pool, "bad");
    await pool.extract(1024);
    expect(statusOf(pool, "bad").creditedBits).toBe(creditedBits);
    expect(statusOf(pool, "good").state).toBe("healthy");
  });

  test("a quarantined source comes back, through its start-up test", async () => {
    const flaky = noisy("flaky", 13);
    flaky.error = new Error("cable out");
    using pool = open([flaky, noisy("good", 14)], 64);
    // The back-off is a second, and the source is retried only while entropy is wanted.
    let draining = true;
    const drain = (async () => {
      while (draining) {
        await pool.extract(64);
        await new Promise((resolve) => setTimeout(resolve, 1));
      }
    })();
    await until(() => statusOf(pool, "flaky").state === "failed");
    expect(statusOf(pool, "flaky").reason).toContain("cable out");
    flaky.error = undefined;
    await until(() => statusOf(pool, "flaky").state === "healthy");
    draining = false;
    await drain;
    expect(flaky.opened()).toBeGreaterThanOrEqual(2);
  });

  test("all sources stuck: no byte, ever", async () => {
    using pool = open([stuck("a"), stuck("b")]);
    await expect(pool.extract(1, { signal: AbortSignal.timeout(300) })).rejects.toThrow();
    await until(() => pool.status().sources.every((source) => source.state === "failed"));
    expect(pool.status().ledger.creditedBits).toBe(0);
    expect(pool.status().readyBytes).toBe(0);
  });

  test("all sources unavailable: says so at once, and why", async () => {
    const a = noisy("a", 15);
    a.unavailable = "not on this machine";
    using pool = open([a]);
    const error = await pool.extract(1).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(InsufficientEntropyError);
    expect((error as InsufficientEntropyError).hints.join()).toContain("not on this machine");
    await expect(pool.extract(1)).rejects.toThrow(InsufficientEntropyError);
  });

  test("a source that hangs is aborted; one that will not stop is left alone; the others go on", async () => {
    const obedient = noisy("obedient", 16);
    const deaf = noisy("deaf", 17);
    obedient.hangs = "obediently";
    deaf.hangs = "for ever";
    using pool = open([obedient, deaf, noisy("good", 18)], 1 << 20);
    pool.start();
    await until(
      () => statusOf(pool, "obedient").state === "failed" && statusOf(pool, "deaf").state === "unavailable",
    );
    expect((await pool.extract(4096)).length).toBe(4096);
    expect(statusOf(pool, "good").state).toBe("healthy");
  });

  test("a thread that blocks is replaced, and only its culprit is blamed", async () => {
    const culprit = noisy("culprit", 19);
    const threads: FakeThread[] = [];
    using pool = open([culprit, noisy("good", 20)], 1 << 20, threads);
    culprit.hangs = "for ever";
    pool.start();
    await until(() => threads.length === 1);
    threads[0]!.frozen = true; // the ping behind the abort is never answered
    await until(() => threads.length === 2);
    expect(statusOf(pool, "culprit").state).toBe("failed");
    expect((await pool.extract(64)).length).toBe(64);
  });

  test("a thread that dies is replaced", async () => {
    const threads: FakeThread[] = [];
    using pool = open([noisy("a", 21), noisy("b", 22)], 1 << 20, threads);
    await pool.extract(64);
    threads[0]!.die("killed");
    expect((await pool.extract(4096)).length).toBe(4096);
    expect(threads.length).toBe(2);
  });

  test("a thread that is replaced has a clock of its own, and its traces are paid like those before", async () => {
    const threads: FakeThread[] = [];
    using pool = new Pool({
      sources: [noisy("a", 21).info],
      startThread: () => {
        // Each thread's clock begins at 0.
        const thread = new FakeThread([noisy("a", 21 + threads.length)]);
        threads.push(thread);
        return thread;
      },
      capacityBytes: 1 << 20,
      // Fake samples pretend to take longer than they do, so the pool's clock has to be ahead of theirs.
      nowMs: () => 1_000 * performance.now(),
      limits: { hangMs: 1e9, openMs: 0, graceMs: 1e9 },
    });
    await pool.extract(16_384);
    const before = statusOf(pool, "a");
    threads[0]!.die("killed");
    await until(
      () => statusOf(pool, "a").state === "healthy" && statusOf(pool, "a").samples > before.samples + 20_000,
    );
    const after = statusOf(pool, "a");
    // All but the new start-up test and the first block, and what is cut off at their ends.
    expect(after.creditedBits - before.creditedBits).toBeGreaterThan((after.samples - before.samples) / 2);
  });

  test("a trace that is not what was asked for is not counted", async () => {
    const liar = noisy("liar", 23);
    const { open: honest } = liar;
    liar.open = async (host) => {
      const sampler = await honest(host);
      return {
        ...sampler,
        sample: (n, signal) => sampler.sample(n + 1, signal),
        [Symbol.asyncDispose]: async () => {},
      };
    };
    using pool = open([liar, noisy("good", 24)]);
    await pool.extract(100);
    await until(() => statusOf(pool, "liar").state === "failed");
    expect(statusOf(pool, "liar").creditedBits).toBe(0);
  });

  test("nothing is sampled while the pool is full", async () => {
    using pool = open([noisy("a", 25)], 64);
    pool.start();
    await until(() => pool.status().readyBytes === 64);
    await new Promise((resolve) => setTimeout(resolve, 20));
    const before = statusOf(pool, "a").samples;
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(statusOf(pool, "a").samples).toBe(before);
  });

  test("a pool that is more than half full is not filled; one that is half empty is filled to the brim", async () => {
    using pool = open([noisy("a", 7)], 1024);
    pool.start();
    const sampled = () => statusOf(pool, "a").samples;
    const untilFull = async () => {
      await until(() => pool.status().readyBytes === 1024);
      for (let before = -1; before !== sampled(); await turns()) before = sampled(); // what was under way has come
    };
    await untilFull();
    const before = sampled();
    await pool.extract(448);
    await turns();
    expect(sampled()).toBe(before);
    expect(pool.status().readyBytes).toBeLessThan(1024);
    await pool.extract(128);
    await untilFull();
    expect(sampled()).toBeGreaterThan(before);
  });

  test("closing rejects who waits and whoever comes later", async () => {
    const pool = open([stuck("a")]);
    const waiting = pool.extract(1);
    pool.close();
    pool.close();
    await expect(waiting).rejects.toThrow(PoolClosedError);
    await expect(pool.extract(1)).rejects.toThrow(PoolClosedError);
    expect(() => pool.start()).toThrow(PoolClosedError);
  });

  test("members of one family are paid once for the same time; each fake source keeps the same clock", async () => {
    using together = open(
      [noisy("a", 26, { family: "memory" }), noisy("b", 27, { family: "memory" })],
      1 << 20,
    );
    await together.extract(4096);
    const paid = together.status().sources.reduce((sum, source) => sum + source.creditedBits, 0);
    const most = Math.max(...together.status().sources.map((source) => source.samples));
    // Both claim 1 bit per microsecond of the same clock: together they earn no more than the one that ran longest.
    expect(paid).toBeLessThanOrEqual(most + 1);
  });

  test("a request that was partly filled and aborted does not return its bytes to anybody", async () => {
    using pool = open([noisy("a", 28)], 32);
    const controller = new AbortController();
    const partly = pool.extract(100_000, controller);
    await until(() => pool.status().extractedBytes > 0);
    controller.abort(new Error("enough"));
    await expect(partly).rejects.toThrow("enough");
    const before = pool.status().extractedBytes;
    await pool.extract(32);
    expect(pool.status().extractedBytes).toBe(before + 32);
  });
});

test("a fault inside the pool closes it, and is told to whoever waits and whoever comes later", async () => {
  using pool = open([noisy("a", 29)], 32);
  const faults: unknown[] = [];
  pool.on("error", (fault) => faults.push(fault));
  pool.on("sampled", () => {
    throw new Error("broken");
  });
  await expect(pool.extract(1_000)).rejects.toThrow("broken");
  await expect(pool.extract(1)).rejects.toThrow("broken");
  expect(faults).toEqual([new Error("broken")]);
});

test("a source that cannot run stays so, whatever a trace that is read later says", async () => {
  const source = fakeSource({ id: "a", claim: 4 }, fakeNoise(1));
  const thread = new FakeThread([source]);
  const requests = holdRequests(thread, "a");
  using pool = new Pool({ sources: [source.info], startThread: () => thread, capacityBytes: 1 << 20 });
  pool.start();
  thread.say({ kind: "opened", id: "a", stepNs: 1 });
  thread.say({ kind: "trace", request: requests[0]!.request, trace: traceFor(requests[0]!, fakeNoise(5)) });
  await turns();
  const [, second, third] = requests;
  thread.say({ kind: "trace", request: second!.request, trace: traceFor(second!, () => 7) });
  thread.say({ kind: "unavailable", request: third!.request, reason: "gone for good" });
  await turns();
  expect(pool.status().sources[0]!.state).toBe("unavailable");
});

test("a trace that is read after the pool was closed is not booked", async () => {
  const source = fakeSource({ id: "a", claim: 4 }, fakeNoise(1));
  const thread = new FakeThread([source]);
  const requests = holdRequests(thread, "a");
  const pool = new Pool({ sources: [source.info], startThread: () => thread });
  let booked = 0;
  pool.on("sampled", () => {
    booked += 1;
  });
  pool.start();
  thread.say({ kind: "trace", request: requests[0]!.request, trace: traceFor(requests[0]!, fakeNoise(5)) });
  pool.close();
  await turns();
  expect(booked).toBe(0);
  expect(pool.status().readyBytes).toBe(0);
});
