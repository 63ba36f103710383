import { describe, expect, test } from "bun:test";
import { SourceError, ToolError } from "../../src/errors.ts";
import {
  requireAvailable,
  type SamplingLimits,
  sampleUntil,
  takeSymbols,
  takeTrace,
} from "../../src/recording/sample-until.ts";
import type { RawTrace } from "../../src/trace.ts";
import { fakeHost } from "../support/fake-host.ts";
import { type FakeSource, fakeSource } from "../support/fake-thread.ts";
import { rejectionOf } from "../support/rejection.ts";

const counter = (rateHz = 1_000) => fakeSource({ id: "counter", rateHz }, (i) => i);

/** A host on which each look at the clock takes a tenth of a second. */
function slowHost() {
  let nowNs = 0;
  return fakeHost({
    nowNs: () => {
      nowNs += 1e8;
      return nowNs;
    },
  });
}

async function pieces(
  source: FakeSource,
  limits: SamplingLimits,
  { host = fakeHost(), signal = new AbortController().signal } = {},
): Promise<RawTrace[]> {
  const all: RawTrace[] = [];
  for await (const trace of sampleUntil(source, host, limits, signal)) all.push(trace);
  return all;
}

const sizes = (traces: readonly RawTrace[]) => traces.map(({ samples }) => samples.length);

describe("the loop", () => {
  test("takes as many samples as asked for, in order, in pieces of the given size", async () => {
    const source = counter();
    const traces = await pieces(source, { samples: 25, pieceSamples: 10 });
    expect(sizes(traces)).toEqual([10, 10, 5]);
    expect(traces.flatMap(({ samples }) => [...samples])).toEqual(
      Array.from({ length: 25 }, (_, i) => BigInt(i)),
    );
    expect([source.opened(), source.closed()]).toEqual([1, 1]);
  });

  test("sizes pieces by the source's own rate first, and by the measured one after that", async () => {
    // A quarter of a second at 400 a second; measured, a fake sample takes a microsecond.
    expect(sizes(await pieces(counter(400), { samples: 300_000 }))).toEqual([100, 250_000, 49_900]);
    expect(sizes(await pieces(counter(0.01), { samples: 2 }))).toEqual([1, 1]);
  });

  test("ends when the time is up, after the piece under way", async () => {
    // The clock starts at 0.1 s and is looked at before each piece: at 0.2, 0.3, and at 0.4 the time is up.
    const limits = { samples: 1_000, durationMs: 300, pieceSamples: 10 };
    expect(sizes(await pieces(counter(), limits, { host: slowHost() }))).toEqual([10, 10]);
  });

  test("tells when the source is open, before the first sample", async () => {
    const source = counter();
    const seen: string[] = [];
    source.next = (i) => {
      seen.push("sample");
      return i;
    };
    const traces = sampleUntil(source, fakeHost(), { samples: 1 }, new AbortController().signal, () =>
      seen.push("open"),
    );
    for await (const _ of traces) seen.push("piece");
    expect(seen).toEqual(["open", "sample", "piece"]);
  });

  test("releases the source when the consumer leaves, and when it throws", async () => {
    const source = counter();
    const { signal } = new AbortController();
    for await (const _ of sampleUntil(source, fakeHost(), { samples: 9, pieceSamples: 1 }, signal)) break;
    expect(source.closed()).toBe(1);
    const full = new Error("no space left on the disk");
    const consumer = async () => {
      for await (const _ of sampleUntil(source, fakeHost(), { samples: 9, pieceSamples: 1 }, signal))
        throw full;
    };
    expect(await rejectionOf(consumer())).toBe(full);
    expect(source.closed()).toBe(2);
  });

  test("an abort ends it with the signal's reason, between pieces and inside one", async () => {
    const stop = new AbortController();
    const source = fakeSource({ id: "counter" }, (i) => {
      if (i === 15) stop.abort(new Error("stopped"));
      return i;
    });
    const run = pieces(source, { samples: 100, pieceSamples: 10 }, { signal: stop.signal });
    expect((await rejectionOf(run)).message).toBe("stopped");

    const silent = counter();
    silent.hangs = "obediently";
    const hanging = new AbortController();
    const waiting = rejectionOf(
      pieces(silent, { samples: 1, durationMs: 60_000 }, { signal: hanging.signal }),
    );
    setImmediate(() => hanging.abort(new Error("stopped")));
    expect((await waiting).message).toBe("stopped");
    expect([source.closed(), silent.closed()]).toEqual([1, 1]);
  });

  test("a source that does not answer in time is given up, and named", async () => {
    const silent = counter();
    silent.hangs = "obediently";
    const error = await rejectionOf(pieces(silent, { samples: 1, durationMs: 1, graceMs: 1 }));
    expect(error).toBeInstanceOf(SourceError);
    expect(error.message).toBe("counter: no answer within 0.002 s");
    expect(silent.closed()).toBe(1);
  });

  test("throws whatever the source throws", async () => {
    for (const error of [
      new SourceError("counter", "broken"),
      new TypeError("undefined is not a function"),
    ]) {
      const source = counter();
      source.error = error;
      expect(await rejectionOf(pieces(source, { samples: 1, durationMs: 1_000 }))).toBe(error);
      expect(source.closed()).toBe(1);
    }
  });
});

describe("one trace", () => {
  test("has all samples, the warm-up of the first piece and the time of all", async () => {
    const taken: number[] = [];
    const { signal } = new AbortController();
    const limits = { samples: 25, pieceSamples: 10 };
    const trace = await takeTrace(counter(), fakeHost(), limits, signal, (samples) => taken.push(samples));
    expect(trace.samples).toEqual(BigUint64Array.from({ length: 25 }, (_, i) => BigInt(i)));
    expect(trace).toMatchObject({ sourceId: "counter", startedNs: 0, elapsedNs: 25_000 });
    expect(taken).toEqual([10, 20, 25]);
  });
});

describe("symbols of one source among several", () => {
  const take = (source: FakeSource, limits: SamplingLimits, signal = new AbortController().signal) =>
    takeSymbols(source, slowHost(), limits, signal);

  test("all there: no shortfall", async () => {
    const taken = await take(counter(), { samples: 300, pieceSamples: 100 });
    expect(taken).toEqual({
      symbols: Uint8Array.from({ length: 300 }, (_, i) => i),
      rateHz: expect.any(Number),
    });
    expect(taken.rateHz).toBeCloseTo(1e6, 3);
  });

  test("time up: those there are, and how many were asked for", async () => {
    const taken = await take(counter(), { samples: 300, durationMs: 300, pieceSamples: 10 });
    expect(taken.symbols).toHaveLength(20);
    expect(taken.shortfall).toEqual({ kind: "time", reason: "20 of 300 samples in 0.3 s" });
  });

  test("unavailable: never opened", async () => {
    const source = counter();
    source.unavailable = "not on this machine";
    const { symbols, rateHz, shortfall } = await take(source, { samples: 300 });
    expect([symbols.length, rateHz, source.opened()]).toEqual([0, 0, 0]);
    expect(shortfall).toEqual({ kind: "failed", reason: "not on this machine" });
  });

  test("an error raised on purpose is its reason; the symbols before it stay", async () => {
    const purposes: [error: Error, reason: string][] = [
      [new SourceError("counter", "unplugged"), "unplugged"],
      [new ToolError("tool: exit code 1"), "tool: exit code 1"],
    ];
    for (const [error, reason] of purposes) {
      const source = fakeSource({ id: "counter" }, (i) => {
        if (i === 25) throw error;
        return i;
      });
      const { symbols, shortfall } = await take(source, { samples: 300, pieceSamples: 10 });
      expect(symbols).toHaveLength(20);
      expect(shortfall).toEqual({ kind: "failed", reason });
      expect(source.closed()).toBe(1);
    }
  });

  test("no answer in time is a failure, too", async () => {
    const silent = counter();
    silent.hangs = "obediently";
    const { shortfall } = await take(silent, { samples: 1, durationMs: 150, graceMs: 1 });
    expect(shortfall).toEqual({ kind: "failed", reason: "no answer within 0.151 s" });
  });

  test("any other error is a defect, and thrown", async () => {
    const source = counter();
    source.error = new TypeError("undefined is not a function");
    expect(await rejectionOf(take(source, { samples: 1 }))).toBe(source.error);
  });

  test("an abort is thrown, even during the last piece or when the source fails because of it", async () => {
    for (const fails of [false, true]) {
      const stop = new AbortController();
      const source = fakeSource({ id: "counter" }, (i) => {
        stop.abort(new Error("stopped"));
        if (fails) throw new SourceError("counter", "interrupted");
        return i;
      });
      expect((await rejectionOf(take(source, { samples: 1 }, stop.signal))).message).toBe("stopped");
    }
  });
});

test("a source that this host cannot run is refused with its reason", async () => {
  const source = counter();
  await requireAvailable(source, fakeHost());
  source.unavailable = "no such device";
  const error = await rejectionOf(requireAvailable(source, fakeHost()));
  expect(error).toBeInstanceOf(SourceError);
  expect(error.message).toBe("counter: no such device");
});
