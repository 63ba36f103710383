/** The part that all counter sources share, on counters that a test moves. */
import { describe, expect, test } from "bun:test";
import { NativeError, SourceError } from "../../../../src/errors.ts";
import type { SourceInfo } from "../../../../src/source.ts";
import {
  type CounterSource,
  counterSource,
} from "../../../../src/sources/acquire/counters/counter-source.ts";
import { fileGauge, nativeGauge } from "../../../../src/sources/acquire/counters/gauge.ts";
import { parseVmstat } from "../../../../src/sources/vmstat.ts";
import { type FakeHostOptions, fakeHost } from "../../../support/fake-host.ts";
import { rejectionOf } from "../../../support/rejection.ts";

const info: SourceInfo = {
  id: "counted",
  title: "Counted",
  mechanism: "a test",
  family: "counters",
  unit: "count",
  symbolBits: 8,
  claim: 0.01,
  rateHz: 100,
  effects: [],
};
const never = new AbortController().signal;

/** A clock that advances by 20 ms at each reading, so that patience is short. */
function quickClock(): () => number {
  let nowNs = 0;
  return () => {
    nowNs += 20e6;
    return nowNs;
  };
}

function source(partial: Partial<CounterSource> = {}) {
  return counterSource({
    info,
    emits: "deltas",
    pauseMs: 1,
    availability: () => ({ ok: true }),
    gauges: (host) => [fileGauge(host, "/a", parseVmstat), fileGauge(host, "/b", parseVmstat)],
    ...partial,
  });
}

function host(files: NonNullable<FakeHostOptions["files"]>) {
  return fakeHost({ files, nowNs: quickClock() });
}

async function sample(counters: ReturnType<typeof source>, machine: ReturnType<typeof host>, n: number) {
  await using sampler = await counters.open(machine);
  return sampler.sample(n, never);
}

describe("deltas", () => {
  test("of what changes, oldest first, in the order of first sight; a decrease modulo 2^64", async () => {
    let look = 0;
    const machine = host({
      "/a": () => {
        look += 1;
        return `still 5\nrises ${look * look}\nfalls ${1000 - 3 * look}\n`;
      },
      "/b": () => `grows ${look ** 3}\n`,
    });
    const { samples, sourceId, discarded } = await sample(source(), machine, 30);
    expect(sourceId).toBe("counted");
    expect(discarded).toBe(0);
    for (let i = 0; i < 30; i += 3) {
      const t = (samples[i]! + 1n) / 2n; // t² − (t−1)² = 2t − 1
      expect(samples[i]).toBe(2n * t - 1n);
      expect(samples[i + 1]).toBe((1n << 64n) - 3n);
      expect(samples[i + 2]).toBe(3n * t * t - 3n * t + 1n);
      if (i > 0) expect(t).toBe((samples[i - 3]! + 1n) / 2n + 1n);
    }
  });

  test("none is lost or repeated between two calls", async () => {
    let look = 0;
    const machine = host({
      "/a": () => {
        look += 1;
        return `x ${look * look}\ny ${look ** 3}\nz ${look ** 4}\n`;
      },
      "/b": "still 1\n",
    });
    await using sampler = await source().open(machine);
    const parts = [];
    for (const n of [1, 1, 2, 5]) parts.push(...(await sampler.sample(n, never)).samples);
    const t = (parts[0]! + 1n) / 2n;
    const expected = [t, t + 1n, t + 2n].flatMap((k) => [
      k ** 2n - (k - 1n) ** 2n,
      k ** 3n - (k - 1n) ** 3n,
      k ** 4n - (k - 1n) ** 4n,
    ]);
    expect(parts).toEqual(expected);
  });

  test("counters that always move together count once, and so do mirror images", async () => {
    let look = 0;
    const machine = host({
      "/a": () => {
        look += 1;
        return `used ${look ** 2}\nused_again ${7 + look ** 2}\nfree ${9000 - look ** 2}\n`;
      },
      "/b": () => `other ${look ** 3}\nused_elsewhere ${5 + look ** 2}\n`,
    });
    const { samples } = await sample(source(), machine, 10);
    for (let i = 0; i < 10; i += 2) {
      const t = (samples[i]! + 1n) / 2n;
      expect(samples[i + 1]).toBe(3n * t * t - 3n * t + 1n);
    }
  });

  test("a counter beyond 2^53 keeps its last digit", async () => {
    let look = 0n;
    const machine = host({
      "/a": () => {
        look += 1n;
        return `big ${(1n << 63n) + look}\n`;
      },
      "/b": "still 1\n",
    });
    expect([...(await sample(source(), machine, 3)).samples]).toEqual([1n, 1n, 1n]);
  });

  test("counters that never change are an error", async () => {
    const error = await rejectionOf(sample(source(), host({ "/a": "x 1\n", "/b": "y 2\n" }), 1));
    expect(error).toBeInstanceOf(SourceError);
    expect(error.message).toBe("counted: no counter changed in 1500 ms");
  });

  test("and so are counters that stop", async () => {
    let look = 0;
    const machine = host({ "/a": () => `x ${Math.min(++look, 20)}\n`, "/b": "y 2\n" });
    const error = await rejectionOf(sample(source(), machine, 100));
    expect(error.message).toBe("counted: no counter changed in 1500 ms");
  });
});

describe("answers that are not understood", () => {
  const cases: [string, (look: number) => string | undefined, RegExp][] = [
    ["cut within a number", (look) => `x ${look}\ny 12`, /^counted: \/a: is cut short$/],
    ["cut after a line", (look) => `y ${look}\n`, /^counted: \/a: 'x' has disappeared$/],
    ["nothing", () => "", /^counted: \/a: is cut short$/],
    ["a gone file", () => undefined, /^counted: \/a: cannot be read$/],
    ["noise", () => "\u0000\u0001x=7\n", /^counted: \/a: not understood/],
    ["no number", () => "x NaN\n", /^counted: \/a: not understood/],
    ["a fraction", () => "x 1.5\n", /^counted: \/a: not understood/],
  ];
  for (const [name, garble, message] of cases) {
    test(`${name}: an error that names source and file, no sample`, async () => {
      let look = 0;
      const machine = host({
        "/a": () => {
          look += 1;
          return look > 40 ? garble(look) : `x ${look}\ny ${look * look}\n`;
        },
        "/b": "still 1\n",
      });
      const error = await rejectionOf(sample(source(), machine, 1_000));
      expect(error).toBeInstanceOf(SourceError);
      expect(error.message).toMatch(message);
    });
  }

  test("a native library that refuses", async () => {
    const refuses = source({ gauges: (machine) => [nativeGauge(machine, "vmstat", 4)] });
    const machine = fakeHost({
      os: "darwin",
      kernels: {
        vmstat: () => {
          throw new NativeError("vmstat: ENOSYS");
        },
      },
    });
    await using sampler = await refuses.open(machine);
    expect((await rejectionOf(sampler.sample(1, never))).message).toBe("counted: the system: vmstat: ENOSYS");
    expect(await rejectionOf(refuses.open(fakeHost()))).toBeInstanceOf(SourceError);
  });
});

describe("levels", () => {
  test("are what a sensor reads each time that changes; one that does not answer is passed over", async () => {
    let look = 0;
    const machine = host({
      "/a": () => {
        look += 1;
        // -3, nothing, -3 again, 4, nothing, 4, -3, …
        const [text] = [["t -3\n"], ["u 1\n"], ["t -3\n"], ["t 4\n"], ["u 1\n"], ["t 4\n"]][look % 6]!;
        return look === 1 ? "t -3\n" : text;
      },
      "/b": "s 100\n",
    });
    const { samples } = await sample(source({ emits: "levels" }), machine, 4);
    expect([...samples]).toEqual([4n, (1n << 64n) - 3n, 4n, (1n << 64n) - 3n]);
  });

  test("sensors that stand still are an error", async () => {
    const still = source({ emits: "levels" });
    const error = await rejectionOf(sample(still, host({ "/a": "t 4\n", "/b": "s 1\n" }), 1));
    expect(error.message).toBe("counted: no sensor changed in 1500 ms");
  });
});

describe("abort", () => {
  test("before and while sampling: the signal's reason", async () => {
    let look = 0;
    const machine = host({ "/a": () => `x ${++look}\n`, "/b": "still 1\n" });
    await using sampler = await source().open(machine);
    const controller = new AbortController();
    const reason = new Error("enough");
    const sampling = rejectionOf(sampler.sample(1_000_000, controller.signal));
    setImmediate(() => controller.abort(reason));
    expect(await sampling).toBe(reason);
    expect(await rejectionOf(sampler.sample(1, controller.signal))).toBe(reason);
  });
});

test("a sample count that is none is a RangeError", async () => {
  await using sampler = await source().open(host({ "/a": "x 1\n", "/b": "x 1\n" }));
  for (const n of [0, -1, 1.5, Number.NaN])
    expect(await rejectionOf(sampler.sample(n, never))).toBeInstanceOf(RangeError);
});
