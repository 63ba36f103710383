/** Tests as jobs, and what a worker does with them: without a server. */
import { describe, expect, test } from "bun:test";
import type { Executor } from "#kit/fleet/executor.ts";
import { digestOf, type JobBody, makeJob } from "#kit/fleet/job.ts";
import { InputError } from "../../src/errors.ts";
import { answerTests } from "../../src/fleet/answer-tests.ts";
import { DataCache } from "../../src/fleet/data-cache.ts";
import { type Reference, STORE } from "../../src/fleet/reference.ts";
import { StoredData } from "../../src/fleet/stored-data.ts";
import { answerIn, dataOf, testJob } from "../../src/fleet/test-job.ts";
import type { TestTask } from "../../src/report/threads/test-tasks.ts";
import { LostThreadError, shared, TestThreads } from "../../src/report/threads/test-threads.ts";
import { iidData, PermutationTally, STATISTICS } from "../../src/stats/sp800-90b/iid/index.ts";
import { keystream } from "../support/keystream.ts";

const signal = new AbortController().signal;

/** A store in memory. */
class Store {
  readonly kept = new Map<string, Uint8Array>();
  puts = 0;
  async put(bytes: Uint8Array) {
    this.puts++;
    this.kept.set(digestOf(bytes), Uint8Array.from(bytes));
    return digestOf(bytes);
  }
  async get(digest: string) {
    const bytes = this.kept.get(digest);
    if (!bytes) throw new Error("the server does not answer");
    return bytes;
  }
  async remove(digest: string) {
    this.kept.delete(digest);
  }
}

function referenceTo(bytes: Uint8Array): Reference {
  return { sha256: digestOf(bytes), where: STORE, offset: 0, length: bytes.length };
}

async function bodyOf(task: TestTask, store: Store): Promise<JobBody> {
  const data = dataOf(task);
  for (const bytes of data) await store.put(bytes);
  return testJob(task, data.map(referenceTo));
}

function tasks(): TestTask[] {
  const bytes = shared(keystream(20_000, 1));
  const symbols = shared(keystream(8_000, 2).map((byte) => byte & 15));
  const tally = new PermutationTally().snapshot;
  const chunk = { first: 0, count: 3 };
  return [
    { kind: "battery", bytes },
    { kind: "battery", bytes, tests: ["monobit"] },
    { kind: "sp800-22", bytes, constants: "nist", tests: ["runs"] },
    { kind: "sp800-22", bytes, constants: "exact" },
    { kind: "fips140-2", bytes },
    { kind: "assess", symbols, bitsPerSymbol: 4, details: true },
    { kind: "assess-conditioned", symbols, bitsPerSymbol: 4 },
    { kind: "restart", matrix: symbols, rows: 80, cols: 100, bitsPerSymbol: 4, hInitial: 0.1 + 0.2 },
    {
      kind: "permutations",
      data: 71,
      symbols,
      bitsPerSymbol: 4,
      chunk,
      wanted: new Uint8Array(STATISTICS.length).fill(1),
      earlier: tally,
    },
    { kind: "iid", symbols, bitsPerSymbol: 4, tally },
  ];
}

describe("a test as a job", () => {
  test("has the same result as here, of whatever kind", async () => {
    const store = new Store();
    using here = new TestThreads(2);
    using there = new TestThreads(2);
    const execute = answerTests({
      threads: there,
      roots: new Map(),
      objects: store,
      answers: async () => store,
    });
    for (const task of tasks()) {
      const job = makeJob(await bodyOf(task, store), Date.now());
      expect(job.text.length, task.kind).toBeLessThan(2_000);
      const answer = await execute(job, { signal, progress: () => {} });
      const result = await answerIn(answer, (digest) => store.get(digest));
      expect(Bun.deepEquals(result, await here.run(task), true), task.kind).toBe(true);
    }
  });

  test("says nothing that holds for one process alone: asked for again, it is the same job", async () => {
    const [first, again] = [tasks(), tasks()];
    for (const [i, task] of first.entries()) {
      const other = again[i]!;
      const renumbered = other.kind === "permutations" ? { ...other, data: 5 } : other;
      const id = async (each: TestTask) => makeJob(await bodyOf(each, new Store()), 0).id;
      expect(await id(task)).toBe(await id(renumbered));
    }
  });

  test("keeps chunks of different data apart in one thread", async () => {
    const store = new Store();
    using threads = new TestThreads(1);
    const execute = answerTests({ threads, roots: new Map(), objects: store, answers: async () => store });
    const originals: (readonly number[])[] = [];
    for (const seed of [5, 6, 5]) {
      const symbols = shared(keystream(5_000, seed).map((byte) => byte & 1));
      const task = {
        ...tasks().find(({ kind }) => kind === "permutations")!,
        symbols,
        bitsPerSymbol: 1,
        data: 0,
      } as TestTask;
      const answer = await execute(makeJob(await bodyOf(task, store), 0), { signal, progress: () => {} });
      const { original } = (await answerIn(answer, (digest) => store.get(digest))) as {
        original: Float64Array;
      };
      originals.push([...original]);
      expect(iidData(symbols, 1).symbols).toHaveLength(5_000);
    }
    expect(originals[0]).toEqual(originals[2]!);
    expect(originals[0]).not.toEqual(originals[1]!);
  });

  test("of another version, of another kind, or hostile, is refused in words", async () => {
    const store = new Store();
    using threads = new TestThreads(0);
    const execute = answerTests({ threads, roots: new Map(), objects: store, answers: async () => store });
    const body = await bodyOf(tasks()[1]!, store);
    for (const [change, said] of [
      [{ version: "0.0.1" }, "the job is of version 0.0.1, and this worker of version"],
      [{ kind: "other" }, "knows no job 'other'"],
      [{ schema: 2 }, "knows no job 'test' of this form"],
      [{ data: "x" }, "a job names no data"],
      [{ data: [{}] }, "a job's reference is none"],
      [{ data: [] }, "a job's task cannot be understood"],
      [{ task: "{" }, "a job's task cannot be understood"],
      [{ task: "5" }, "a job holds no task"],
      [{ task: '{"kind":"page"}' }, "a job holds no task"],
      [
        { task: '{"kind":"ais31","procedure":"none","bytes":{"$":"bytes","v":0}}' },
        'AIS 20/31 has no "none"',
      ],
    ] as const) {
      const job = makeJob({ ...body, ...change }, 0);
      const error = await execute(job, { signal, progress: () => {} }).catch((reason: unknown) => reason);
      expect(error, said).toBeInstanceOf(InputError);
      expect((error as Error).message).toContain(said);
    }
  });

  test("whose thread dies, or whose data do not come, is not refused, but tried again", async () => {
    const store = new Store();
    const body = await bodyOf(tasks()[1]!, store);
    const dying = { run: async () => Promise.reject(new LostThreadError("a test thread died")) };
    const tryIt = (execute: Executor) =>
      execute(makeJob(body, 0), { signal, progress: () => {} }).catch((reason: unknown) => reason);
    const settings = { roots: new Map<string, string>(), objects: store, answers: async () => store };
    expect(await tryIt(answerTests({ ...settings, threads: dying as never }))).toBeInstanceOf(
      LostThreadError,
    );
    store.kept.clear();
    using threads = new TestThreads(0);
    expect(await tryIt(answerTests({ ...settings, threads }))).not.toBeInstanceOf(InputError);
  });

  test("has a large answer by way of the object store", async () => {
    const store = new Store();
    const large = { numbers: Float64Array.from({ length: 100_000 }, (_, i) => 1 / i) };
    const threads = { run: async () => large } as never;
    const execute = answerTests({ threads, roots: new Map(), objects: store, answers: async () => store });
    const job = makeJob(await bodyOf(tasks()[1]!, store), 0);
    const text = await execute(job, { signal, progress: () => {} });
    expect(text.length).toBeLessThan(200);
    expect(await answerIn(text, (digest) => store.get(digest))).toEqual(large);
    for (const bad of ["", "5", "{}", '{"here":"{"}']) {
      await expect(answerIn(bad, (digest) => store.get(digest))).rejects.toThrow(
        "an answer cannot be understood",
      );
    }
  });
});

describe("data in the hands of a worker", () => {
  const reference = (name: string, length = 10): Reference => ({
    sha256: name,
    where: STORE,
    offset: 0,
    length,
  });

  test("are read once for all who have them, and kept until there are too many", async () => {
    const reads: string[] = [];
    const cache = new DataCache(async ({ sha256, length }) => {
      reads.push(sha256);
      return new Uint8Array(length);
    }, 20);
    const use = async (...names: string[]) => {
      await using lent = await cache.lend(
        names.map((name) => reference(name)),
        signal,
      );
      return lent.bytes.length;
    };
    await Promise.all([use("a"), use("a", "b"), use("b")]);
    await use("a");
    expect(reads).toEqual(["a", "b"]);
    await use("c"); // b has gone: it was used before a
    await use("a");
    await use("b");
    expect(reads).toEqual(["a", "b", "c", "b"]);
  });

  test("that nobody waits for any more are not read to the end; a failure is not kept", async () => {
    const stops: AbortSignal[] = [];
    const cache = new DataCache(async (_, stop) => {
      stops.push(stop);
      if (stops.length === 2) throw new Error("a bad day");
      if (stops.length === 3) return new Uint8Array(10);
      return await new Promise<never>(() => {});
    });
    const [one, other] = [new AbortController(), new AbortController()];
    const waiting = [one, other].map((leave) => cache.lend([reference("a")], leave.signal));
    one.abort(new Error("late"));
    await expect(waiting[0]).rejects.toThrow("late");
    expect(stops[0]!.aborted).toBe(false);
    other.abort(new Error("late too"));
    await expect(waiting[1]).rejects.toThrow("late too");
    expect(stops[0]!.aborted).toBe(true);
    await expect(cache.lend([reference("a")], signal)).rejects.toThrow("a bad day");
    await using lent = await cache.lend([reference("a")], signal);
    expect(lent.bytes).toHaveLength(1);
  });
});

test("data go into the store once, and are removed when no job needs them and there are many, or at the end", async () => {
  const store = new Store();
  const [a, b, c] = [1, 2, 3].map((n) => new Uint8Array(10).fill(n));
  {
    await using stored = new StoredData(store, 10);
    const [useA, useB] = [stored.use([a!]), stored.use([b!, a!])];
    await Promise.all([stored.put([a!]), stored.put([b!, a!])]);
    expect(store.puts).toBe(2);
    useA[Symbol.dispose]();
    await stored.put([]);
    expect(store.kept.size).toBe(2);
    useB[Symbol.dispose]();
    await stored.put([]);
    expect([...store.kept.values()]).toEqual([a!]); // b was used longer ago
    stored.use([c!]);
    await stored.put([c!]);
  }
  expect([...store.kept.values()]).toEqual([c!]); // its job goes on
});
