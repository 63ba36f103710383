/** A source that fails its health tests is tried again after longer and longer waits, and at last left aside. */
import { describe, expect, test } from "bun:test";
import { InsufficientEntropyError } from "../../src/errors.ts";
import type { MonitorFailure } from "../../src/health/monitor.ts";
import { Pool } from "../../src/pool/pool.ts";
import { SourceState } from "../../src/sampling/source-state.ts";
import { FakeThread, fakeNoise, fakeSource } from "../support/fake-thread.ts";
import { traceFor } from "../support/held-thread.ts";

/** Turns of the scheduler's watch, each of which would try a source again whose time has come. */
const LOOKS = 5;

test("a source that is stuck is tried at 0, 4, 20 and 84 s, and then no more", async () => {
  const stuck = fakeSource({ id: "stuck" }, () => 7);
  let now = 0;
  let looks = 0;
  using pool = new Pool({
    sources: [stuck.info],
    startThread: () => new FakeThread([stuck]),
    nowMs: () => {
      looks += 1;
      return now;
    },
    limits: { hangMs: 1e9, openMs: 0, graceMs: 4 },
  });
  const triedAt: number[] = [];
  pool.on("source-failed", () => triedAt.push(now / 1000));
  const outcome = pool.extract(1).then(
    () => "a byte",
    (error: unknown) => error,
  );
  const mayTry = async (tries: number) => {
    const seen = looks;
    while (triedAt.length < tries && looks < seen + LOOKS) await new Promise(setImmediate);
  };
  while (triedAt.length < 1) await new Promise(setImmediate);
  expect(pool.status().sources[0]).toMatchObject({ state: "failed", healthFailures: 1, faults: 0 });
  expect(pool.status().sources[0]!.reason).toEndWith("; not tried again for 4 s");
  for (const due of [4, 20, 84]) {
    const tries = triedAt.length;
    now = due * 1000 - 1;
    await mayTry(tries + 1);
    expect(triedAt).toHaveLength(tries);
    now = due * 1000;
    while (triedAt.length === tries) await new Promise(setImmediate);
  }
  expect(triedAt).toEqual([0, 4, 20, 84]);
  const error = (await outcome) as InsufficientEntropyError;
  expect(error).toBeInstanceOf(InsufficientEntropyError);
  expect(error.hints.join()).toContain("left aside after 4 failures");
  const [status] = pool.status().sources;
  expect(status).toMatchObject({ state: "failed", creditedBits: 0, healthFailures: 4, faults: 0 });
  expect(status!.reason).toContain("failed the start-up repetition-count test");
  expect(status!.reason).toEndWith("left aside after 4 failures, until the program is started again");
  now += 24 * 3_600_000;
  await expect(pool.extract(1)).rejects.toThrow(InsufficientEntropyError);
  expect(stuck.opened()).toBe(4);
});

test("the others go on without it", async () => {
  const stuck = fakeSource({ id: "stuck" }, () => 7);
  const good = fakeSource({ id: "good" }, fakeNoise(3));
  let now = 0;
  using pool = new Pool({
    sources: [stuck.info, good.info],
    startThread: () => new FakeThread([stuck, good]),
    capacityBytes: 1 << 20,
    nowMs: () => now,
    limits: { hangMs: 1e9, openMs: 0, graceMs: 1e9 },
  });
  pool.on("source-failed", () => {
    now += 100_000;
  });
  while (!/left aside/.test(pool.status().sources.find(({ id }) => id === "stuck")?.reason ?? "")) {
    await pool.extract(64);
  }
  const before = stuck.opened();
  now += 24 * 3_600_000;
  expect((await pool.extract(4_096)).length).toBe(4_096);
  expect(stuck.opened()).toBe(before);
});

describe("doubt", () => {
  const startup: MonitorFailure = {
    test: "repetition-count",
    phase: "start-up",
    symbol: 7,
    count: 41,
    cutoff: 41,
    symbolIndex: 40,
  };
  const { info } = fakeSource({ id: "doubtful" }, fakeNoise(1));

  /** Begins anew, as after a wait. */
  function restart(state: SourceState): void {
    state.endEpoch();
    state.forfeit();
    state.readmit();
  }

  test("is not taken away by a start that passes: failing and passing in turn leads aside as well", () => {
    const state = new SourceState(info);
    let failures = 0;
    while (state.isHopeful && failures < 100) {
      state.distrust(startup, 0);
      failures += 1;
      if (!state.isHopeful) break;
      restart(state);
      state.earned();
      state.earned();
      restart(state);
    }
    expect(failures).toBe(5);
  });

  test("a start that passes takes a tenth of an alarm away", () => {
    const state = new SourceState(info);
    for (let failure = 0; failure < 3; failure++) {
      state.distrust(startup, 0);
      restart(state);
    }
    for (let pass = 0; pass < 30; pass++) {
      state.earned();
      restart(state);
    }
    expect(state.distrust(startup, 0)).toEndWith("not tried again for 4 s");
  });

  test("is raised by an alarm soon after the start-up test, and not by one much later", () => {
    const continuous: MonitorFailure = { ...startup, phase: "continuous" };
    const noise = fakeNoise(5);
    const early = new SourceState(info);
    early.judge(traceFor({ kind: "sample", request: 1, id: "doubtful", n: 4_096 }, noise), 1);
    early.distrust(continuous, 0);
    restart(early);
    expect(early.distrust(continuous, 0)).toEndWith("not tried again for 16 s");

    const late = new SourceState(info);
    for (let alarm = 0; alarm < 2; alarm++) {
      for (let part = 0; part < 17; part++) {
        late.judge(traceFor({ kind: "sample", request: 1, id: "doubtful", n: 65_536 }, noise), 1);
      }
      expect(late.distrust(continuous, 0)).toEndWith("not tried again for 4 s");
      restart(late);
    }
  });
});
