import { describe, expect, test } from "bun:test";
import { Refusal } from "#kit/http/refusal.ts";
import { Dispenser, type DispenserLimits } from "../../../src/faces/http/dispenser.ts";
import { TURN_BYTES } from "../../../src/rbg/generator.ts";
import { rejectionOf } from "../../support/rejection.ts";
import { servedApp } from "../../support/served-app.ts";

const LIMITS: DispenserLimits = { maxWaitMs: 10_000, maxWaiting: 3, maxWaitingBytes: 1_000 };
const never = new AbortController().signal;

describe("the queue", () => {
  test("takes so many requests and no more, and room is made by those that leave", async () => {
    using served = servedApp();
    served.thread.frozen = true;
    const dispenser = new Dispenser(served.random, LIMITS, never);
    const gone = new AbortController();
    const waiting = [1, 2, 3].map((length) => rejectionOf(dispenser.wait(length, gone.signal)));
    expect(dispenser.waiting).toBe(3);
    const refused = (await rejectionOf(dispenser.wait(1, never))) as Refusal;
    expect(refused).toBeInstanceOf(Refusal);
    expect([refused.status, refused.headers["retry-after"]]).toEqual([503, "10"]);
    gone.abort(new Error("went away"));
    for (const error of await Promise.all(waiting)) expect(String(error)).toContain("went away");
    expect(dispenser.waiting).toBe(0);
  });

  test("holds so many bytes and no more", async () => {
    using served = servedApp();
    served.thread.frozen = true;
    const dispenser = new Dispenser(served.random, LIMITS, never);
    const gone = new AbortController();
    const first = rejectionOf(dispenser.wait(600, gone.signal));
    expect(await rejectionOf(dispenser.wait(401, never))).toBeInstanceOf(Refusal);
    const second = rejectionOf(dispenser.wait(400, gone.signal));
    gone.abort();
    await Promise.all([first, second]);
    served.pool.close();
  });

  test("a request whose client has gone already gets nothing", async () => {
    using served = servedApp();
    await served.random.ready();
    const before = served.pool.status().extractedBytes;
    const dispenser = new Dispenser(served.random, LIMITS, never);
    await rejectionOf(dispenser.wait(64, AbortSignal.abort(new Error("gone"))));
    expect(served.pool.status().extractedBytes).toBe(before);
    expect(dispenser.waiting).toBe(0);
  });

  test("lets a request wait while new entropy comes for it, however long that takes in all", async () => {
    using served = servedApp();
    await served.random.ready();
    const { pool } = served;
    const extract = pool.extract.bind(pool);
    // All forty turns together take twice the time that a request may wait without progress.
    pool.extract = async (...args) => {
      await new Promise((resolve) => setTimeout(resolve, 25));
      return await extract(...args);
    };
    const limits = { ...LIMITS, maxWaitMs: 500, maxWaitingBytes: 20_000 };
    const dispenser = new Dispenser(served.random, limits, never);
    expect((await dispenser.wait(40 * TURN_BYTES, never)).length).toBe(40 * TURN_BYTES);
    expect(dispenser.waiting).toBe(0);
  });

  test("says that the server is stopping when the pool is closed", async () => {
    using served = servedApp();
    served.thread.frozen = true;
    const dispenser = new Dispenser(served.random, LIMITS, never);
    const waiting = rejectionOf(dispenser.wait(1, never));
    served.pool.close();
    expect(String(await waiting)).toContain("the server is stopping");
  });
});

describe("when the server stops", () => {
  test("those that wait are refused, whoever asks after them too, and what is there is still handed out", async () => {
    using served = servedApp();
    await served.random.ready();
    served.thread.frozen = true;
    const stopping = new AbortController();
    const limits = { ...LIMITS, maxWaitMs: 3_600_000, maxWaitingBytes: 1 << 20 };
    const dispenser = new Dispenser(served.random, limits, stopping.signal);
    const waiting = rejectionOf(dispenser.wait(100_000, never));
    stopping.abort();
    const refused = (await waiting) as Refusal;
    expect([refused.status, refused.message]).toEqual([503, "the server is stopping"]);
    expect(String(await rejectionOf(dispenser.wait(100_000, never)))).toContain("the server is stopping");
    expect(dispenser.waiting).toBe(0);

    using other = servedApp({ mode: "drbg" });
    await other.random.ready();
    const soon = new AbortController();
    const ready = new Dispenser(other.random, limits, soon.signal);
    soon.abort();
    expect((await ready.wait(100_000, never)).length).toBe(100_000);
  });
});

describe("what needs no waiting", () => {
  test("is DRBG output, once it is seeded, and never full entropy", async () => {
    using served = servedApp({ mode: "drbg" });
    const dispenser = new Dispenser(served.random, LIMITS, never);
    expect(dispenser.fillNow(new Uint8Array(8))).toBe(false);
    await served.random.ready();
    expect(dispenser.fillNow(new Uint8Array(8))).toBe(true);
    using full = servedApp({ mode: "full" });
    await full.random.ready();
    expect(new Dispenser(full.random, LIMITS, never).fillNow(new Uint8Array(8))).toBe(false);
  });

  test("is made when it is asked for: nothing lies ready that a copy of the process would have, too", async () => {
    using served = servedApp({ mode: "drbg" });
    await served.random.ready();
    const made: number[] = [];
    served.random.fillNow = (out: Uint8Array) => {
      made.push(out.length);
      return true;
    };
    const dispenser = new Dispenser(served.random, LIMITS, never);
    for (const length of [1, 32, 100_000]) dispenser.fillNow(new Uint8Array(length));
    expect(made).toEqual([1, 32, 100_000]);
  });
});
