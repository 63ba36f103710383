import { describe, expect, test } from "bun:test";
import { InterruptedError } from "#kit/term/exit.ts";
import { bench, runBench } from "../../src/commands/bench.ts";
import type { Deps } from "../../src/deps.ts";
import { InsufficientEntropyError, SourceError, UsageError } from "../../src/errors.ts";
import type { Dependence, SourceFigures } from "../../src/recording/side-by-side.ts";
import { assess } from "../../src/stats/sp800-90b/index.ts";
import { exitCodeOf } from "../support/exit-code.ts";
import { fakeIo } from "../support/fake-io.ts";
import { type FakeSource, FakeThread, fakeHost, fakeNoise, fakeSource } from "../support/fake-thread.ts";
import { optionsFor } from "../support/options.ts";
import { rejectionOf } from "../support/rejection.ts";

function depsOf(sources: readonly FakeSource[]): Deps {
  return { sources, host: fakeHost, startThread: () => new FakeThread(sources), warn: () => {} };
}

const options = (args: Record<string, unknown> = {}) => ({
  ...optionsFor(bench, { samples: "2000", ...args }),
  threads: 0,
});

async function benched(sources: readonly FakeSource[], args: Record<string, unknown> = {}) {
  const io = fakeIo();
  await runBench(options({ json: true, ...args }), io, depsOf(sources));
  return JSON.parse(io.written().toString()) as { sources: SourceFigures[]; correlation?: Dependence };
}

const three = () => [
  fakeSource({ id: "weak", claim: 0.1 }, (i) => i & 1),
  fakeSource({ id: "noisy", claim: 2, family: "memory" }, fakeNoise(1)),
  fakeSource({ id: "unclaimed", claim: 0, family: "file" }, fakeNoise(2)),
];

describe("bench", () => {
  test("rate, entropy and credit of each source", async () => {
    const { sources } = await benched(three());
    expect(sources.map((row) => row.id)).toEqual(["noisy", "weak", "unclaimed"]);
    const [noisy, weak, unclaimed] = sources as [SourceFigures, SourceFigures, SourceFigures];
    const next = fakeNoise(1);
    const symbols = Uint8Array.from({ length: 2000 }, () => next());
    const direct = assess(symbols, 8);
    // A fake sample takes a microsecond.
    expect(noisy).toMatchObject({ samples: 2000, symbolBits: 8, claimedH: 2, assessedH: direct.minEntropy });
    expect(noisy.rateHz).toBeCloseTo(1e6, 3);
    expect(noisy.mcvH).toBe(direct.estimators.mcv.original!);
    expect(noisy.creditedBitsPerSecond).toBeCloseTo(2e6, 3);
    // 0, 1, 0, 1: half of the symbols are equal, but all are foreseen.
    expect(weak.mcvH!).toBeGreaterThan(0.9);
    expect(weak.assessedH!).toBeLessThan(0.01);
    expect(weak.creditedBitsPerSecond).toBeCloseTo(1e6 * weak.assessedH!, 3);
    expect(unclaimed.creditedBitsPerSecond).toBe(0);
  });

  test("sorted by what is asked for", async () => {
    const ids = async (sort: string) => (await benched(three(), { sort })).sources.map((row) => row.id);
    expect((await ids("assessed"))[2]).toBe("weak");
    expect(await ids("rate")).toHaveLength(3);
  });

  test("text has a bar a source, the highest full", async () => {
    const io = fakeIo();
    await runBench(options(), io, depsOf(three()));
    const lines = io.written().toString().split("\n");
    expect(lines[0]).toMatch(/^SOURCE +SAMPLES +RATE\/S .*CREDITED BITS\/S +CREDITED$/);
    expect(lines[1]).toMatch(/^noisy .*█{20}$/);
    expect(lines[3]).not.toContain("█");
  });

  test("one that is absent, throws or never answers is a row with its reason", async () => {
    const [absent, broken, silent] = ["absent", "broken", "silent"].map((id, i) =>
      fakeSource({ id }, fakeNoise(i)),
    ) as [FakeSource, FakeSource, FakeSource];
    absent.unavailable = "not on this machine";
    broken.error = new SourceError("broken", "out of order");
    silent.hangs = "obediently";
    const all = [...three(), absent, broken, silent];
    // Five seconds of grace are for real hardware.
    const { sources } = await benched(all.slice(0, 5));
    const reasons = new Map(sources.map((row) => [row.id, row.reason]));
    expect(reasons.get("absent")).toBe("not on this machine");
    expect(reasons.get("broken")).toBe("out of order");
    expect(broken.closed()).toBe(1);
    // Not measured, but broken code: no table is shown that hides it.
    const defect = fakeSource({ id: "defect" }, fakeNoise(3));
    defect.error = new TypeError("undefined is not a function");
    expect(await rejectionOf(benched([...three(), defect]))).toBe(defect.error);
    const none = await rejectionOf(runBench(options(), fakeIo(), depsOf([absent, broken])));
    expect(none).toBeInstanceOf(InsufficientEntropyError);
    expect(exitCodeOf(none)).toBe(3);
  });

  test("an interrupt ends it, even while a source is silent", async () => {
    const silent = fakeSource({ id: "silent" }, () => 1);
    silent.hangs = "obediently";
    const io = fakeIo();
    const running = rejectionOf(runBench(options(), io, depsOf([silent])));
    setTimeout(() => io.interrupt.abort(new InterruptedError(130)), 20);
    expect(exitCodeOf(await running)).toBe(130);
    expect(silent.closed()).toBe(1);
  });

  test("--correlation: each pair, with a copy found and independent ones left alone", async () => {
    const sources = [
      fakeSource({ id: "a" }, fakeNoise(1)),
      fakeSource({ id: "copy" }, fakeNoise(1)),
      fakeSource({ id: "b" }, fakeNoise(2)),
    ];
    const { correlation } = await benched(sources, { correlation: true });
    const { ids, pearson, pearsonP, sharedInformation, symbols } = correlation!;
    expect([ids, symbols]).toEqual([["a", "copy", "b"], 2000]);
    expect(pearson[0]![0]).toBeNull();
    expect(pearson[0]![1]).toBeCloseTo(1, 12);
    expect(pearson[1]![0]).toBe(pearson[0]![1]!);
    // Chance alone finds nearly all of 8 bits in 2,000 pairs of 65,536 kinds: what it does not is left.
    expect(sharedInformation[0]![1]!).toBeGreaterThan(1);
    expect(Math.abs(sharedInformation[0]![2]!)).toBeLessThan(0.2);
    expect(pearsonP[0]![2]!).toBeGreaterThan(1e-4);
    const io = fakeIo();
    await runBench(options({ correlation: true }), io, depsOf(sources));
    expect(io.written().toString()).toContain(
      "below the diagonal: Pearson's correlation of 2000 symbols each",
    );
  });

  test("wrong options", () => {
    for (const args of [{ samples: "99" }, { seconds: "never" }, { credit: "a" }]) {
      expect(() => options(args)).toThrow(UsageError);
    }
  });
});
