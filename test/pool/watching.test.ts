/** Watching a pool from which nothing is taken. */
import { describe, expect, test } from "bun:test";
import { once } from "node:events";
import { MIN_STARTUP_SYMBOLS } from "../../src/health/monitor.ts";
import { Pool } from "../../src/pool/pool.ts";
import { gradeOf, Snapshots } from "../../src/pool/snapshot.ts";
import { blockSymbols } from "../../src/sampling/probation.ts";
import { type FakeSource, FakeThread, fakeNoise, fakeSource } from "../support/fake-thread.ts";

function poolOf(sources: FakeSource[], idleShare?: number, nowMs = () => performance.now()): Pool {
  return new Pool({
    sources: sources.map(({ info }) => info),
    startThread: () => new FakeThread(sources),
    capacityBytes: 64,
    nowMs,
    ...(idleShare === undefined ? {} : { idleShare }),
  });
}

const two = () => [
  fakeSource({ id: "a", family: "clock", rateHz: 1e6 }, fakeNoise(1)),
  fakeSource({ id: "b", family: "memory", rateHz: 1e4 }, fakeNoise(2)),
];

/** Resolves when the condition holds after some trace. */
async function until(pool: Pool, condition: () => boolean): Promise<void> {
  while (!condition()) await once(pool, "sampled");
}

const samplesOf = (pool: Pool, id: string) =>
  pool.status().sources.find((source) => source.id === id)!.samples;

/** Resolves when the pool is full, pending slices have arrived, and nothing more is requested. */
async function still(pool: Pool): Promise<void> {
  if (pool.status().readyBytes < 64) await until(pool, () => pool.status().readyBytes === 64);
  let last = -1;
  while (last !== samplesOf(pool, "a")) {
    last = samplesOf(pool, "a");
    for (let turn = 0; turn < 50; turn++) await new Promise(setImmediate);
  }
}

describe("a full pool", () => {
  test("stays still without an idle share", async () => {
    using pool = poolOf(two()).start();
    await still(pool);
    expect(pool.status().readyBytes).toBe(64);
  });

  test("begins to be tested with a share that it is given, and stays still again without", async () => {
    using pool = poolOf(two()).start();
    await still(pool);
    const before = samplesOf(pool, "b");
    pool.idleShare = 1;
    await until(pool, () => samplesOf(pool, "b") > before + 500);
    pool.idleShare = 0;
    await still(pool);
    expect(() => {
      pool.idleShare = 2;
    }).toThrow(RangeError);
  });

  test("goes on testing all sources alike with one, and keeps the account", async () => {
    using pool = poolOf(two(), 1).start();
    await until(pool, () => pool.status().readyBytes === 64);
    const before = samplesOf(pool, "b");
    await until(pool, () => samplesOf(pool, "b") > before + 5_000);
    const { spentBits, forfeitedBits, levelBits, creditedBits } = pool.status().ledger;
    expect(spentBits + forfeitedBits + levelBits).toBeCloseTo(creditedBits, 3);
    expect(gradeOf(pool.status())).toBe("A");
  });

  test("an idle share is from 0 to 1", () => {
    for (const share of [-0.1, 1.1, Number.NaN]) expect(() => poolOf(two(), share)).toThrow(RangeError);
  });
});

describe("after the sampling stood still", () => {
  /** Takes from a pool that stood still, and tells of the first trace that comes then: its samples, and what was paid on its account. */
  async function firstTrace(stillMs: number): Promise<{ samples: number; paidBits: number }> {
    let skippedMs = 0;
    const source = fakeSource({ id: "a", rateHz: 1e5, claim: 1 }, fakeNoise(1));
    using pool = poolOf([source], undefined, () => performance.now() + skippedMs).start();
    await still(pool);
    skippedMs = stillMs;
    const first = once(pool, "sampled");
    await pool.extract(64);
    const [event] = await first;
    return event;
  }
  // One bit a sample is paid, but not for the start-up test, nor for the block that waits for the one after it.
  const unpaid = MIN_STARTUP_SYMBOLS + blockSymbols(1e5);

  test("for long, the start-up test has to be passed again, and nothing from before is paid", async () => {
    const { samples, paidBits } = await firstTrace(60_000);
    expect(paidBits).toBeLessThanOrEqual(samples - unpaid);
  });

  test("for a moment, sources go on where they were", async () => {
    const { samples, paidBits } = await firstTrace(0);
    expect(paidBits).toBeGreaterThan(samples - unpaid);
  });

  test("sources that were not asked since are what they were; one that is asked is in its start-up test", async () => {
    let skippedMs = 0;
    using pool = poolOf(two(), 1, () => performance.now() + skippedMs).start();
    const states = () => pool.status().sources.map(({ state }) => state);
    await until(pool, () => states().every((state) => state === "healthy"));
    pool.idleShare = 0;
    await still(pool);
    skippedMs = 60_000;
    expect(states()).toEqual(["healthy", "healthy"]);
    pool.extract(64).catch(() => {}); // when the pool is closed
    expect(states()).toContain("starting");
  });
});

describe("pause", () => {
  test("a paused source is not sampled until it is resumed", async () => {
    using pool = poolOf(two(), 1).start();
    await until(pool, () => samplesOf(pool, "a") > 0 && samplesOf(pool, "b") > 0);
    pool.pause("a");
    expect(pool.status().sources.find(({ id }) => id === "a")!.state).toBe("paused");
    const b = samplesOf(pool, "b");
    await until(pool, () => samplesOf(pool, "b") > b + 500); // slices pending for a have arrived
    const a = samplesOf(pool, "a");
    await until(pool, () => samplesOf(pool, "b") > b + 2_000);
    expect(samplesOf(pool, "a")).toBe(a);
    pool.resume("a");
    await until(pool, () => samplesOf(pool, "a") > a);
    expect(() => pool.pause("nothing")).toThrow(RangeError);
  });
});

describe("reveal", () => {
  test("shows one trace as it was sampled, and never credits it", async () => {
    const numbers = Array.from({ length: 1 << 20 }, fakeNoise(3));
    using pool = poolOf([fakeSource({ id: "a" }, (i) => numbers[i]!)], 1);
    const shown: BigUint64Array[] = [];
    pool.on("revealed", (trace) => shown.push(trace.samples));
    let booked = 0;
    let paidBits = 0;
    pool.on("sampled", (event) => {
      booked += event.samples;
      paidBits += event.paidBits;
    });
    pool.start();
    await until(pool, () => paidBits > 0);
    pool.reveal("a");
    await once(pool, "revealed");
    const at = numbers.indexOf(Number(shown[0]![0]));
    expect(Array.from(shown[0]!, Number)).toEqual(numbers.slice(at, at + shown[0]!.length));
    const before = booked;
    await until(pool, () => booked > before + 20_000);
    // Claim 1: every sample earns a bit, but for those of the start-up test, those that wait, and those that were shown.
    const { waitingSamples } = pool.status().sources[0]!;
    expect(paidBits).toBe(booked - 1024 - waitingSamples - shown[0]!.length);
    expect(shown.length).toBe(1);
    expect(() => pool.reveal("nothing")).toThrow(RangeError);
  });
});

describe("Snapshots", () => {
  test("rates are of the time since the snapshot before", async () => {
    let nowMs = 0;
    const source = fakeSource({ id: "a", title: "A source" }, fakeNoise(4));
    using pool = new Pool({
      sources: [source.info],
      startThread: () => new FakeThread([source]),
      nowMs: () => nowMs,
    });
    const snapshots = new Snapshots(pool, [source.info]);
    expect(snapshots.next()).toMatchObject({ grade: "D", creditedBitsPerSecond: 0, schema: 1 });
    await pool.extract(64);
    nowMs = 2_000;
    const { samples, creditedBits } = pool.status().sources[0]!;
    const next = snapshots.next();
    expect(next.sources[0]).toMatchObject({
      title: "A source",
      samplesPerSecond: samples / 2,
      creditedBitsPerSecond: creditedBits / 2,
    });
    expect(next.fullEntropyBytesPerSecond).toBeCloseTo((next.creditedBitsPerSecond / 320) * 32, 9);
    expect(next.grade).toBe("C");
  });
});
