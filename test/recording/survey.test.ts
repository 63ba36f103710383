import { describe, expect, test } from "bun:test";
import { SourceError } from "../../src/errors.ts";
import { dependenceOf, figuresOf } from "../../src/recording/side-by-side.ts";
import { type SurveyOptions, type SurveyProgress, survey } from "../../src/recording/survey.ts";
import { assess } from "../../src/stats/sp800-90b/index.ts";
import { type FakeSource, fakeHost, fakeNoise, fakeSource } from "../support/fake-thread.ts";
import { rejectionOf } from "../support/rejection.ts";

const options = (more: Partial<SurveyOptions> = {}): SurveyOptions => ({
  limits: { samples: 500, pieceSamples: 250 },
  leastSymbols: 100,
  assess: async (symbols, bits) => assess(symbols, bits),
  signal: new AbortController().signal,
  ...more,
});
const noisy = (seed = 1) => fakeSource({ id: `noisy${seed}`, claim: 2 }, fakeNoise(seed));
const failing = (error: Error): FakeSource => {
  const source = fakeSource({ id: "failing" }, fakeNoise(9));
  source.error = error;
  return source;
};

describe("a survey", () => {
  test("goes on after a source that fails, in the order of the sources", async () => {
    const broken = failing(new SourceError("failing", "broken"));
    const [first, second, third] = await survey([noisy(1), broken, noisy(2)], fakeHost, options());
    expect([first!.info.id, second!.info.id, third!.info.id]).toEqual(["noisy1", "failing", "noisy2"]);
    expect(first!.assessment).toEqual(assess(first!.symbols, 8));
    expect(second).toMatchObject({ rateHz: 0, shortfall: { kind: "failed", reason: "broken" } });
    expect(second!.assessment).toBeUndefined();
    expect(third!.symbols).toHaveLength(500);
  });

  test("ends with a defect, and with an abort", async () => {
    const defect = new TypeError("undefined is not a function");
    expect(await rejectionOf(survey([failing(defect), noisy()], fakeHost, options()))).toBe(defect);
    const stop = new AbortController();
    const last = noisy();
    const stopper = fakeSource({ id: "stopper" }, (i) => {
      stop.abort(new Error("stopped"));
      return i;
    });
    const run = survey([stopper, last], fakeHost, options({ signal: stop.signal }));
    expect((await rejectionOf(run)).message).toBe("stopped");
    expect(last.opened()).toBe(0);
  });

  test("assesses nothing that has too few symbols, and tells how far it is", async () => {
    const said: SurveyProgress[] = [];
    const [only] = await survey(
      [noisy()],
      fakeHost,
      options({ leastSymbols: 501, onProgress: (progress) => said.push(progress) }),
    );
    expect(only!.assessment).toBeUndefined();
    const now = { phase: "sampling", id: "noisy1", index: 0, of: 1 } as const;
    expect(said).toEqual([
      { ...now, symbols: 0 },
      { ...now, symbols: 250 },
      { ...now, symbols: 500 },
      { phase: "assessing" },
    ]);
  });
});

describe("side by side", () => {
  const surveyed = {
    info: noisy().info,
    symbols: new Uint8Array(500),
    rateHz: 1_000,
    assessment: { ...assess(Uint8Array.from({ length: 500 }, fakeNoise(1)), 8), minEntropy: 3 },
  };

  test("credit is rate × min(claimed, ½ assessed)", () => {
    const { info } = surveyed;
    expect(figuresOf(surveyed, info, undefined)).toMatchObject({ claimedH: 2, creditedBitsPerSecond: 1_500 });
    expect(figuresOf(surveyed, { ...info, claim: 5 }, 10)).toMatchObject({ creditedBitsPerSecond: 1_500 });
    const { assessment: _, ...few } = surveyed;
    expect(figuresOf(few, info, 10)).toMatchObject({ mcvH: null, assessedH: null, creditedBitsPerSecond: 0 });
  });

  test("a timing source is credited by the coarse claim while the counter's step is unknown", () => {
    const info = { ...surveyed.info, unit: "ticks" as const, coarseClaim: 0.5 };
    expect(figuresOf(surveyed, info, undefined).claimedH).toBe(0.5);
    expect(figuresOf(surveyed, info, 10).claimedH).toBe(2);
  });

  test("sources with fewer symbols than the others are not compared", () => {
    const short = { ...surveyed, info: noisy(2).info, symbols: new Uint8Array(499) };
    expect(dependenceOf([surveyed, short], 500).ids).toEqual(["noisy1"]);
  });
});
