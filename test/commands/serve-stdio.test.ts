import { describe, expect, test } from "bun:test";
import { ClosedPipeError } from "#kit/term/exit.ts";
import { runServeStdio } from "../../src/commands/serve-stdio.ts";
import type { Deps } from "../../src/deps.ts";
import { FRAME } from "../../src/faces/stdio/frames.ts";
import { BATTERY } from "../../src/stats/suites.ts";
import { VERSION } from "../../src/version.ts";
import { exitCodeOf } from "../support/exit-code.ts";
import { fakeIo } from "../support/fake-io.ts";
import { type FakeSource, FakeThread, fakeHost, fakeNoise, fakeSource } from "../support/fake-thread.ts";
import { FrameClient } from "../support/frame-client.ts";
import { keystream } from "../support/keystream.ts";
import { rejectionOf } from "../support/rejection.ts";

const noisy = () => [
  fakeSource({ id: "a" }, fakeNoise(1)),
  fakeSource({ id: "b", family: "memory" }, fakeNoise(2)),
];

async function started(sources: readonly FakeSource[] = noisy(), timeoutMs = 10_000) {
  const deps: Deps = { sources, host: fakeHost, startThread: () => new FakeThread(sources), warn: () => {} };
  const client = new FrameClient();
  const io = { ...fakeIo(), out: (bytes: Uint8Array | string) => client.channel.write(bytes as Uint8Array) };
  const options = { sources: "default", timeoutMs, credit: new Map(), uncalibrated: false };
  const ended = runServeStdio(options, client.channel.pieces, io, deps);
  expect((await client.hearJson(FRAME.hello)).value["version"]).toBe(VERSION);
  return { client, ended };
}

test("a pool that cannot be opened: the client is told why, and by which code", async () => {
  const sources = noisy();
  const deps: Deps = { sources, host: fakeHost, startThread: () => new FakeThread(sources), warn: () => {} };
  const client = new FrameClient();
  const io = { ...fakeIo(), out: (bytes: Uint8Array | string) => client.channel.write(bytes as Uint8Array) };
  const options = { sources: "default", timeoutMs: 1_000, credit: new Map(), uncalibrated: false };
  const ended = runServeStdio({ ...options, requireCalibration: true }, client.channel.pieces, io, deps);
  const error = await rejectionOf(ended);
  expect(exitCodeOf(error)).toBe(1);
  const { id, value } = await client.hearJson(FRAME.error);
  expect(id).toBe(0);
  expect(value).toMatchObject({ code: "input", hints: ["'esoteric-entropy calibrate' makes one"] });
});

describe("serve-stdio", () => {
  test("bytes of both modes", async () => {
    const { client, ended } = await started();
    client.wantBytes(1, 40, 0);
    const full = await client.hear();
    client.wantBytes(2, 100_000, 1);
    const drbg = await client.hear();
    expect([full.kind, full.body.length, drbg.kind, drbg.body.length]).toEqual([0x81, 40, 0x81, 100_000]);
    client.end();
    await ended;
  });

  test("status, health report, sources and collecting", async () => {
    const { client, ended } = await started();
    const collect = async () => {
      client.call(1, "collect", { seconds: 0.05 });
      return (await client.hearJson()).value;
    };
    // Until both sources have been sampled: on a busy machine the first time may be too short.
    let collected = await collect();
    while (collected["grade"] !== "A") collected = await collect();
    expect(collected).toMatchObject({ schema: 1, grade: "A" });
    client.call(2, "status");
    expect(Object.keys((await client.hearJson()).value).sort()).toEqual(Object.keys(collected).sort());
    client.call(3, "healthReport");
    expect((await client.hearJson()).value).toMatchObject({
      schema: 1,
      healthy: true,
      states: { healthy: 2 },
    });
    client.call(4, "sources");
    expect((await client.hearJson()).value).toMatchObject([
      { id: "a", available: true, claimedH: 1 },
      { id: "b", family: "memory", default: true },
    ]);
    client.end();
    await ended;
  });

  test("the battery runs beside other requests", async () => {
    const { client, ended } = await started();
    const data = keystream(100_000, 1);
    client.say(FRAME.test, 1, Buffer.concat([Uint8Array.of(0), data]));
    client.wantBytes(2, 8, 0);
    const answers = [await client.hear(), await client.hear()].sort((x, y) => x.id - y.id);
    expect(answers.map(({ kind }) => kind)).toEqual([0x82, 0x81]);
    const { results, quality } = JSON.parse(Buffer.from(answers[0]!.body).toString());
    expect(results.length).toBe(BATTERY.length);
    expect(quality.score).toBeGreaterThan(40);
    client.end();
    await ended;
  });

  test("what makes no sense is a usage error, and the session goes on", async () => {
    const { client, ended } = await started();
    const calls: [string, object][] = [
      ["dance", {}],
      ["toString", {}],
      ["collect", {}],
      ["collect", { seconds: -1 }],
      ["collect", { seconds: "never" }],
    ];
    for (const [i, [method, params]] of calls.entries()) {
      client.call(i + 1, method, params);
      expect((await client.hearJson()).value["code"]).toBe("usage");
    }
    client.wantBytes(9, 1);
    expect((await client.hear()).body.length).toBe(1);
    client.end();
    await ended;
  });

  test("without entropy: an error, an event, no byte", async () => {
    const { client, ended } = await started([fakeSource({ id: "a" }, () => 1)], 200);
    client.wantBytes(1, 32);
    expect(await client.hearJson(FRAME.event)).toMatchObject({
      id: 0,
      value: { event: "source-failed", id: "a" },
    });
    expect(await client.hearJson()).toMatchObject({
      kind: FRAME.error,
      value: { code: "insufficient-entropy" },
    });
    client.end();
    await ended;
  });

  test("exit codes: malformed 2, reader gone 0", async () => {
    const first = await started();
    first.client.sayRaw(new Uint8Array(4));
    expect(exitCodeOf(await rejectionOf(first.ended))).toBe(2);
    const second = await started();
    second.client.broken = new ClosedPipeError();
    second.client.wantBytes(1, 1);
    expect(exitCodeOf(await rejectionOf(second.ended))).toBe(0);
  });
});
