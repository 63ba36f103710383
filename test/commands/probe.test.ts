import { describe, expect, test } from "bun:test";
import { InterruptedError } from "#kit/term/exit.ts";
import { type ProbeOptions, probe, runProbe } from "../../src/commands/probe.ts";
import type { Deps } from "../../src/deps.ts";
import { SourceError, UsageError } from "../../src/errors.ts";
import { exitCodeOf } from "../support/exit-code.ts";
import { fakeHost } from "../support/fake-host.ts";
import { fakeIo } from "../support/fake-io.ts";
import { type FakeSource, fakeNoise, fakeSource } from "../support/fake-thread.ts";
import { optionsFor } from "../support/options.ts";
import { rejectionOf } from "../support/rejection.ts";

const options = (more: Partial<ProbeOptions> = {}): ProbeOptions => ({
  source: "counter",
  samples: 70_000,
  raw: false,
  json: false,
  force: false,
  ...more,
});
const depsOf = (source: FakeSource, host = fakeHost()): Deps => ({
  sources: [source],
  host,
  startThread: () => Promise.reject() as never,
  warn: () => {},
});
const counter = () => fakeSource({ id: "counter" }, (i) => i);

describe("probe", () => {
  test("--raw writes every sample as it was measured, 64 bits each", async () => {
    const io = fakeIo();
    const source = counter();
    await runProbe(options({ raw: true }), io, depsOf(source));
    const samples = new BigUint64Array(Uint8Array.from(io.written()).buffer);
    expect(samples).toEqual(BigUint64Array.from({ length: 70_000 }, (_, i) => BigInt(i)));
    expect([source.opened(), source.closed()]).toEqual([1, 1]);
  });

  test("no figure has more digits than were measured", async () => {
    const host = { ...fakeHost(), native: { ok: false, reason: "none" } } as const;
    const noisy = fakeSource({ id: "noisy", claim: 0.1 + 0.2 }, fakeNoise(1));
    for (const samples of [1_001, 2_000, 2_999]) {
      for (const json of [true, false]) {
        const io = fakeIo();
        await runProbe(options({ source: "noisy", samples, json }), io, depsOf(noisy, host as never));
        expect(io.written().toString()).not.toMatch(/\d\.\d{7,}|\.\d*0{5,}\d|\.\d*9{5,}/);
      }
    }
  });

  test("--json has the distribution, and the claim of the counter's step", async () => {
    const probed = async (host = fakeHost()) => {
      const noisy = fakeSource({ id: "noisy", unit: "ticks", claim: 2, coarseClaim: 0.5 }, fakeNoise(1));
      const io = fakeIo();
      await runProbe(options({ source: "noisy", samples: 5_000, json: true }), io, depsOf(noisy, host));
      return JSON.parse(io.written().toString());
    };
    const fine = await probed(fakeHost({ kernels: {}, clockPeriodNs: 10 }));
    expect(fine).toMatchObject({
      source: "noisy",
      samples: 5_000,
      stepNs: 10,
      claimedH: 2,
      startup: "passed",
    });
    expect(fine.min).toBeLessThan(fine.median);
    expect(fine.median).toBeLessThan(fine.p99);
    expect(await probed()).toMatchObject({ stepNs: null, claimedH: 0.5 });
  });

  test("a start-up test that fails is said in words", async () => {
    const stuck = () => fakeSource({ id: "stuck" }, () => 7);
    const io = fakeIo();
    await runProbe(options({ source: "stuck", samples: 2_000 }), io, depsOf(stuck()));
    const text = io.written().toString().replace(/\s+/g, " ");
    expect(text).toContain("start-up failed failed the start-up repetition-count test: symbol 7 seen");
    expect(text).toContain("leaves the source aside after a few failures");
    const json = fakeIo();
    await runProbe(options({ source: "stuck", samples: 2_000, json: true }), json, depsOf(stuck()));
    const { startup, reason } = JSON.parse(json.written().toString());
    expect([startup, reason]).toEqual(["failed", expect.stringContaining("repetition-count")]);
  });

  test("a source that fails or is not there is an error of its own", async () => {
    const source = counter();
    source.error = new SourceError("counter", "broken");
    expect(await rejectionOf(runProbe(options(), fakeIo(), depsOf(source)))).toBe(source.error);
    expect(source.closed()).toBe(1);
    source.unavailable = "no such device";
    const error = await rejectionOf(runProbe(options(), fakeIo(), depsOf(source)));
    expect(error.message).toBe("counter: no such device");
  });

  test("an interrupt ends it with 130", async () => {
    const io = fakeIo();
    const source = fakeSource({ id: "counter" }, (i) => {
      if (i === 66_000) io.interrupt.abort(new InterruptedError(130));
      return i;
    });
    const error = await rejectionOf(runProbe(options({ samples: 200_000 }), io, depsOf(source)));
    expect(exitCodeOf(error)).toBe(130);
    expect(source.closed()).toBe(1);
  });

  test("options that make no sense are usage errors, before anything is sampled", async () => {
    const source = counter();
    const refused = async (more: Partial<ProbeOptions>, io = fakeIo()) =>
      expect(await rejectionOf(runProbe(options(more), io, depsOf(source)))).toBeInstanceOf(UsageError);
    await refused({ raw: true }, fakeIo({ terminal: true }));
    await refused({ source: "countre" });
    for (const args of [{ raw: true, json: true }, { samples: "10000001" }, { samples: "0" }]) {
      expect(() => optionsFor(probe, { source: "counter", ...args })).toThrow(UsageError);
    }
    expect(source.opened()).toBe(0);
  });
});
