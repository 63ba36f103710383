import { describe, expect, test } from "bun:test";
import { InsufficientEntropyError, PoolClosedError } from "../../../src/errors.ts";
import type { SourceFailure } from "../../../src/faces/stdio/health-report.ts";
import { PoolService } from "../../../src/faces/stdio/pool-service.ts";
import { openFakePool } from "../../support/fake-pool.ts";
import { type FakeSource, fakeNoise, fakeSource } from "../../support/fake-thread.ts";
import { rejectionOf } from "../../support/rejection.ts";

function open(sources: readonly FakeSource[], timeoutMs = 10_000): PoolService {
  return new PoolService(openFakePool(sources), timeoutMs);
}

const noisy = () => [
  fakeSource({ id: "a" }, fakeNoise(1)),
  fakeSource({ id: "b", family: "memory" }, fakeNoise(2)),
];
const stuck = (id: string) => fakeSource({ id }, () => 7);
const never = new AbortController().signal;

describe("PoolService", () => {
  for (const mode of ["full", "drbg"] as const) {
    test(`${mode}: exact lengths, no block twice`, async () => {
      using service = open(noisy());
      const blocks = new Set<string>();
      for (const length of [1, 32, 4_097, 9_000]) {
        const bytes = await service.bytes(length, mode, never);
        expect(bytes.length).toBe(length);
        for (let at = 0; at + 16 <= length; at += 16)
          blocks.add(Buffer.from(bytes).toString("hex", at, at + 16));
      }
      expect(blocks.size).toBe(2 + 256 + 562);
    });

    test(`${mode}: no byte without entropy, and the reason`, async () => {
      using service = open([stuck("a"), stuck("b")], 200);
      const error = await rejectionOf(service.bytes(32, mode, never));
      expect(error).toBeInstanceOf(InsufficientEntropyError);
      expect(error.message).toContain("2 failed");
    });

    test(`${mode}: the signal ends the wait with its reason`, async () => {
      using service = open([stuck("a")]);
      const controller = new AbortController();
      const waiting = rejectionOf(service.bytes(32, mode, controller.signal));
      controller.abort(new Error("no longer wanted"));
      expect((await waiting).message).toBe("no longer wanted");
    });
  }

  test("collect samples although the pool is full, and tells how the sources did", async () => {
    using service = open(noisy());
    await service.bytes(1, "full", never);
    const before = service.status().sources.map(({ samples }) => samples);
    // However slow the machine is: collecting goes beyond what the pool can hold, and no source is left out.
    for (;;) {
      const snapshot = await service.collect(100, never);
      const isBeyond = snapshot.ledger.creditedBits > 8 * snapshot.capacityBytes;
      if (!isBeyond || snapshot.sources.some(({ samples }, i) => samples <= before[i]!)) continue;
      expect(snapshot.creditedBitsPerSecond).toBeGreaterThan(0);
      break;
    }
  });

  test("collect of sources that cannot deliver is a snapshot that says so", async () => {
    const absent = stuck("a");
    absent.unavailable = "not on this machine";
    using service = open([absent]);
    const { sources, grade } = await service.collect(5_000, never);
    expect([sources[0]?.state, grade]).toEqual(["unavailable", "F"]);
  });

  test("collect ends with the signal", async () => {
    using service = open(noisy());
    const controller = new AbortController();
    const collecting = rejectionOf(service.collect(60_000, controller.signal));
    controller.abort(new Error("enough"));
    expect((await collecting).message).toBe("enough");
  });

  test("the health report is the status in short", async () => {
    using service = open([...noisy(), stuck("c")]);
    const failures: SourceFailure[] = [];
    service.onSourceFailed((failure) => failures.push(failure));
    await service.bytes(1_000, "full", never);
    const report = service.healthReport();
    expect(report.healthy).toBe(true);
    expect(report.states).toEqual({ starting: 0, healthy: 2, failed: 1, unavailable: 0, paused: 0 });
    const c = report.sources.find(({ id }) => id === "c");
    expect(c).toMatchObject({ state: "failed", healthFailures: 1, creditedBits: 0 });
    expect(c?.reason).toContain("repetition");
    expect(failures).toEqual([{ id: "c", reason: c!.reason! }]);
  });

  test("closing fails who waits and whoever comes later", async () => {
    const service = open([stuck("a")]);
    const waiting = rejectionOf(service.bytes(32, "full"));
    service.close();
    service.close();
    expect(await waiting).toBeInstanceOf(PoolClosedError);
    for (const mode of ["full", "drbg"] as const) {
      expect(await rejectionOf(service.bytes(1, mode))).toBeInstanceOf(PoolClosedError);
      expect(await rejectionOf(service.bytes(1, mode, never))).toBeInstanceOf(PoolClosedError);
    }
  });
});
