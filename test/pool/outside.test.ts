/** Sources that wait for the world outside: however long they are silent, they hold up nobody, and they may come back. */
import { describe, expect, test } from "bun:test";
import { once } from "node:events";
import { SourceError } from "../../src/errors.ts";
import { Pool } from "../../src/pool/pool.ts";
import { SourceState } from "../../src/sampling/source-state.ts";
import { FakeThread, fakeNoise, fakeSource } from "../support/fake-thread.ts";
import { holdRequests, traceFor, turns } from "../support/held-thread.ts";

const outside = (id: string, partial = {}) =>
  fakeSource({ id, family: "external", claim: 0, rateHz: 100, silenceMs: 10_000, ...partial }, fakeNoise(7));

describe("silent sources", () => {
  test("hold up no other one, however many there are", async () => {
    const silent = ["a", "b", "c", "d"].map((id) => outside(id));
    for (const source of silent) source.hangs = "obediently";
    const quick = fakeSource({ id: "quick", claim: 1 }, fakeNoise(1));
    const sources = [...silent, quick];
    using pool = new Pool({
      sources: sources.map(({ info }) => info),
      startThread: () => new FakeThread(sources),
    });
    expect(await pool.extract(64)).toHaveLength(64);
    expect(silent.map((source) => source.opened())).toEqual([1, 1, 1, 1]);
  });

  test("are asked for one slice at a time, which is of limited size", async () => {
    const source = outside("a", { claim: 1 });
    const thread = new FakeThread([source]);
    const requests = holdRequests(thread, "a");
    const noise = fakeNoise(9);
    using pool = new Pool({ sources: [source.info], startThread: () => thread, capacityBytes: 1 << 20 });
    pool.start();
    thread.say({ kind: "opened", id: "a", stepNs: undefined });
    for (let answered = 0; answered < 30; answered++) {
      await turns();
      expect(requests).toHaveLength(answered + 1);
      const request = requests[answered]!;
      expect(request.n).toBeLessThanOrEqual(4_096);
      // Out of a buffer: all at once.
      const trace = { ...traceFor(request, noise), startedNs: answered * 1e6, elapsedNs: 1_000 };
      thread.say({ kind: "trace", request: request.request, trace });
    }
    expect(requests.at(-1)!.n).toBe(4_096);
  });
});

test("a pace that was out of a buffer is forgotten at the first slice that was not", () => {
  const state = new SourceState(outside("a").info);
  for (let i = 0; i < 20; i++) state.delivered(4_096, 10_000);
  expect(state.sliceSamples).toBe(4_096);
  state.delivered(4_096, 40e9); // some 100 bytes a second
  expect(state.sliceSamples).toBeLessThan(250);
});

test("a source that cannot run now is tried again; one that never can is not", async () => {
  const plugged = outside("plugged");
  const state = { ok: false, reason: "nothing there", mayPass: true };
  let isThere = false;
  const later = {
    ...plugged,
    availability: async () => (isThere ? { ok: true as const } : { ...state, ok: false as const }),
  };
  const never = outside("never");
  never.unavailable = "no such program";
  let nowMs = 0;
  const sources = [later, never, fakeSource({ id: "quick" }, fakeNoise(1))];
  using pool = new Pool({
    sources: sources.map(({ info }) => info),
    startThread: () => new FakeThread(sources),
    nowMs: () => nowMs,
    capacityBytes: 1 << 20,
  });
  const stateOf = (id: string) => pool.status().sources.find((source) => source.id === id)!;
  pool.start();
  while (stateOf("plugged").state !== "failed" || stateOf("never").state !== "unavailable")
    await once(pool, "source-failed");
  expect(stateOf("plugged").reason).toContain("nothing there");
  isThere = true;
  nowMs += 1_100;
  while (stateOf("plugged").state !== "healthy") await once(pool, "sampled");
  expect(stateOf("never").state).toBe("unavailable");
});

test("one that gave for a while, and claims nothing, starts from the short back-off again", async () => {
  const source = outside("a");
  const sources = [source, fakeSource({ id: "quick" }, fakeNoise(1))];
  let nowMs = 0;
  using pool = new Pool({
    sources: sources.map(({ info }) => info),
    startThread: () => new FakeThread(sources),
    nowMs: () => nowMs,
    capacityBytes: 1 << 20,
  });
  const state = () => pool.status().sources.find(({ id }) => id === "a")!;
  pool.start();
  for (let unplugged = 1; unplugged <= 4; unplugged++) {
    while (state().assessedH === null || state().state !== "healthy") await once(pool, "sampled");
    source.error = new SourceError("a", "unplugged");
    while (state().state !== "failed") await once(pool, "source-failed");
    source.error = undefined;
    nowMs += 1_100; // of the short back-off: a second
    expect(state().faults).toBe(unplugged);
  }
});

test("after the process was copied it is opened anew: what waited in its buffers, the copy has too", async () => {
  const source = outside("a", { claim: 1 });
  const inside = fakeSource({ id: "inside" }, fakeNoise(1));
  const sources = [source, inside];
  using pool = new Pool({
    sources: sources.map(({ info }) => info),
    startThread: () => new FakeThread(sources),
    capacityBytes: 1 << 20,
  });
  pool.start();
  while (source.opened() < 1 || inside.opened() < 1) await once(pool, "sampled");
  pool.forget();
  while (source.opened() < 2) await once(pool, "sampled");
  expect([source.closed(), inside.closed()]).toEqual([1, 0]);
});

test("a shortage says what is the matter with what the user has named, and with nothing else", async () => {
  const plugged = outside("stick");
  const other = fakeSource({ id: "other" }, fakeNoise(1));
  plugged.error = new SourceError("stick", "unplugged");
  other.error = new SourceError("other", "broken");
  const sources = [plugged, other];
  using pool = new Pool({
    sources: sources.map(({ info }) => info),
    startThread: () => new FakeThread(sources),
  });
  pool.start();
  while (pool.status().sources.some(({ state }) => state !== "failed")) await once(pool, "source-failed");
  expect(pool.shortage()).toEndWith("sources: 2 failed; stick: unplugged");
});
