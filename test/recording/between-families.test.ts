import { describe, expect, test } from "bun:test";
import { SourceError } from "../../src/errors.ts";
import {
  type InTurns,
  ROUNDS,
  sampleInTurns,
  sharedBetweenFamilies,
  TURN_SYMBOLS,
} from "../../src/recording/between-families.ts";
import type { Family } from "../../src/source.ts";
import { type FakeSource, fakeHost, fakeNoise, fakeSource } from "../support/fake-thread.ts";
import { keystream } from "../support/keystream.ts";
import { rejectionOf } from "../support/rejection.ts";

const never = new AbortController().signal;
const N = ROUNDS * TURN_SYMBOLS;

const turns = (id: string, family: Family, symbols: Uint8Array): InTurns => ({
  info: fakeSource({ id, family }, fakeNoise(1)).info,
  symbols,
});
const noise = (seed: number, mask = 255) => keystream(N, seed).map((value) => value & mask);

describe("what sources of different families know of each other", () => {
  test("independent noise: nothing above the bound, which is stated", async () => {
    const shared = await sharedBetweenFamilies(
      [turns("a", "clock", noise(1)), turns("b", "memory", noise(2)), turns("c", "file", noise(3, 3))],
      never,
    );
    for (const id of ["a", "b", "c"]) {
      expect(shared.get(id)).toMatchObject({ sharedH: 0 });
      expect(shared.get(id)).not.toHaveProperty("sharedWith");
      expect(shared.get(id)!.sharedBound).toBeGreaterThan(0);
      expect(shared.get(id)!.sharedBound).toBeLessThan(0.1);
    }
  });

  test("two bits in common are two bits, of either about the other, and it says whose", async () => {
    const common = noise(4, 3);
    const b = noise(5).map((value, i) => (value & 0xfc) | (common[i]! ^ 1));
    const shared = await sharedBetweenFamilies(
      [turns("a", "clock", common), turns("b", "memory", b), turns("c", "file", noise(6))],
      never,
    );
    expect(shared.get("a")).toMatchObject({ sharedWith: "b" });
    expect(shared.get("a")!.sharedH).toBeCloseTo(2, 1);
    expect(shared.get("b")!.sharedH).toBe(shared.get("a")!.sharedH);
    expect(shared.get("c")).toMatchObject({ sharedH: 0 });
  });

  test("what a round's turns share is seen; a drift that neighbouring rounds share, and one pattern of all turns, are not", async () => {
    const state = keystream(ROUNDS, 7);
    const round = (i: number) => Math.floor(i / TURN_SYMBOLS);
    const ofMoment = (seed: number) => noise(seed, 3).map((value, i) => value + (state[round(i)]! & 4));
    const drift = (seed: number) => noise(seed, 3).map((value, i) => value + (i < N / 2 ? 0 : 4));
    const pattern = (seed: number) =>
      noise(seed, 3).map((value, i) => value + (i % TURN_SYMBOLS < 8 ? 4 : 0));
    const pair = async (of: (seed: number) => Uint8Array) =>
      (await sharedBetweenFamilies([turns("a", "clock", of(8)), turns("b", "memory", of(9))], never)).get(
        "a",
      )!;
    expect((await pair(ofMoment)).sharedH).toBeGreaterThan(0.5);
    expect((await pair(drift)).sharedH).toBeLessThan(0.02);
    expect((await pair(pattern)).sharedH).toBe(0);
  });

  test("a family's own members are not compared", async () => {
    const same = noise(10);
    const shared = await sharedBetweenFamilies([turns("a", "clock", same), turns("b", "clock", same)], never);
    expect(shared.size).toBe(0);
  });

  test("sources that say the same all the time share nothing", async () => {
    const shared = await sharedBetweenFamilies(
      [turns("a", "clock", new Uint8Array(N)), turns("b", "memory", new Uint8Array(N))],
      never,
    );
    expect(shared.get("a")).toEqual({ sharedH: 0, sharedBound: 0 });
  });
});

describe("sampling in turns", () => {
  const source = (id: string, more: object = {}) => fakeSource({ id, claim: 1, ...more }, fakeNoise(1));
  const inTurns = (
    sources: readonly FakeSource[],
    signal = never,
    rateHz = 1e5,
    onRound?: (round: number) => void,
  ) =>
    sampleInTurns(
      sources.map((each) => ({ source: each, rateHz })),
      fakeHost,
      signal,
      onRound,
    );

  test("as many symbols of each; those that claim nothing, fail or are slow are left out, and all are closed", async () => {
    const failing = source("failing");
    failing.error = new SourceError("failing", "broken");
    const sources = [source("a"), failing, source("b"), source("zero", { claim: 0 })];
    const found = await inTurns(sources);
    expect(found.map(({ info, symbols }) => [info.id, symbols.length])).toEqual([
      ["a", N],
      ["b", N],
    ]);
    for (const each of sources) expect(each.closed()).toBe(each.opened());
    expect(await inTurns([source("slow")], never, 100)).toEqual([]);
  });

  test("a defect is thrown, and an interrupt ends it at once", async () => {
    const defect = source("defect");
    defect.error = new TypeError("undefined is not a function");
    expect(await rejectionOf(inTurns([defect]))).toBe(defect.error);
    const controller = new AbortController();
    const reason = new Error("enough");
    const rounds: number[] = [];
    const stopped = inTurns([source("a")], controller.signal, 1e5, (round) => {
      rounds.push(round);
      if (round === 3) controller.abort(reason);
    });
    expect(await rejectionOf(stopped)).toBe(reason);
    expect(rounds).toEqual([0, 1, 2, 3]);
    const comparing = sharedBetweenFamilies(
      [turns("a", "clock", noise(1)), turns("b", "memory", noise(2))],
      AbortSignal.abort(reason),
    );
    expect(await rejectionOf(comparing)).toBe(reason);
  });
});
