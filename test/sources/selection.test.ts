import { describe, expect, test } from "bun:test";
import { InsufficientEntropyError, UsageError } from "../../src/errors.ts";
import { sources } from "../../src/sources/index.ts";
import { selectForSampling, selectSources, sourceNamed } from "../../src/sources/selection.ts";
import { fakeHost } from "../support/fake-host.ts";
import { fakeNoise, fakeSource } from "../support/fake-thread.ts";

const all = [
  fakeSource({ id: "quick", family: "memory", rateHz: 1_000_000 }, fakeNoise(1)),
  fakeSource({ id: "steady", family: "scheduler", rateHz: 10_000 }, fakeNoise(2)),
  fakeSource({ id: "slow", family: "radio", rateHz: 10 }, fakeNoise(3)),
  fakeSource({ id: "loud", family: "network", rateHz: 1_000_000, effects: ["network"] }, fakeNoise(4)),
];
const ids = (list?: string) => selectSources(all, list).map((source) => source.info.id);

describe("selectSources", () => {
  test("the default is what has no side effects and is quick enough", () => {
    expect(ids()).toEqual(["quick", "steady"]);
    expect(ids("default")).toEqual(["quick", "steady"]);
  });

  test("ids, families and words add up; a dash takes away; order is the registry's", () => {
    expect(ids("slow,quick")).toEqual(["quick", "slow"]);
    expect(ids("memory,radio")).toEqual(["quick", "slow"]);
    expect(ids("fast")).toEqual(["quick"]);
    expect(ids("all")).toEqual(["quick", "steady", "slow", "loud"]);
    expect(ids("all,-network,-slow")).toEqual(["quick", "steady"]);
    expect(ids("-quick")).toEqual(["steady"]);
    expect(ids(" quick , steady ")).toEqual(["quick", "steady"]);
  });

  test("a word that names nothing is an error with one hint: a word that is near, or where the words are", () => {
    const hintsFor = (list: string) => {
      try {
        ids(list);
      } catch (error) {
        if (error instanceof UsageError) return error.hints;
      }
      throw new Error("it names something");
    };
    expect(hintsFor("quik")).toEqual(["did you mean 'quick'?"]);
    expect(hintsFor("defualt")).toEqual(["did you mean 'default'?"]);
    expect(hintsFor("netwrk")).toEqual(["did you mean 'network'?"]);
    const [hint, ...more] = hintsFor("nope");
    expect(more).toEqual([]);
    expect(hint).toContain("'esoteric-entropy scan' lists the sources; families are ");
    expect(hint).not.toContain("steady");
  });

  test("a list that leaves nothing is an error, never the default", () => {
    for (const list of ["", ",", "quick,-quick", "-quick,-steady", "clock"]) {
      expect(() => ids(list), list).toThrow(UsageError);
    }
  });
});

test("sourceNamed finds ids only", () => {
  expect(sourceNamed(all, "quick").info.id).toBe("quick");
  expect(() => sourceNamed(all, "memory")).toThrow(UsageError);
  expect(() => sourceNamed(all, "__proto__")).toThrow(UsageError);
});

describe("the registry", () => {
  test("every source states what is asked of it", () => {
    expect(new Set(sources.map((source) => source.info.id)).size).toBe(sources.length);
    for (const { info } of sources) {
      expect(info.id).toMatch(/^[a-z][a-z0-9_]*$/);
      expect(info.title.length).toBeGreaterThan(5);
      expect(info.mechanism.length).toBeGreaterThan(80);
      expect(info.symbolBits).toBeGreaterThanOrEqual(1);
      expect(info.symbolBits).toBeLessThanOrEqual(8);
      expect(info.claim).toBeGreaterThanOrEqual(0);
      expect(info.claim).toBeLessThanOrEqual(info.symbolBits);
      expect(info.coarseClaim ?? info.claim).toBeLessThanOrEqual(info.claim);
      expect(info.rateHz).toBeGreaterThan(0);
    }
  });
});

describe("sources that are going to be sampled", () => {
  const native = { ok: false as const, reason: "the native library cannot be loaded: a test" };
  const without = { sources, host: fakeHost(), warn: () => {} };
  const chosen = (list?: string) =>
    selectForSampling({ ...without, host: { ...without.host, native } }, list).map(({ info }) => info.id);
  const refusal = (list?: string) => {
    try {
      return chosen(list);
    } catch (reason) {
      return reason as InsufficientEntropyError;
    }
  };

  test("are refused with the library's reason if one needs it that is not there, and told which do not", () => {
    for (const list of [undefined, "all", "clock_jitter", "vmstat,clock_jitter"]) {
      const error = refusal(list) as InsufficientEntropyError;
      expect(error).toBeInstanceOf(InsufficientEntropyError);
      expect(error.message).toBe(native.reason);
    }
    const hints = (list: string) => (refusal(list) as InsufficientEntropyError).hints.join("\n");
    expect(hints("vmstat,clock_jitter,hwrng")).toContain("these do without it: --sources hwrng,vmstat\n");
    expect(hints("clock_jitter")).not.toContain("--sources");
  });

  test("are as they were selected if none needs it, or it is there", () => {
    expect(chosen("vmstat,hwrng")).toEqual(["hwrng", "vmstat"]);
    const host = fakeHost({ kernels: {} });
    expect(selectForSampling({ ...without, host })).toEqual(selectSources(sources));
  });

  test("a list that is wrong is said to be so first", () => {
    expect(() => chosen("no_such_source")).toThrow(UsageError);
  });
});
