import { expect, test } from "bun:test";
import { SourceState } from "../../src/sampling/source-state.ts";
import { Turns } from "../../src/sampling/turns.ts";
import { fakeSource } from "../support/fake-thread.ts";

const state = (id: string, family: "clock" | "memory", rateHz: number) =>
  new SourceState(fakeSource({ id, family, rateHz }, () => 0).info);

function turnsOf(sources: readonly SourceState[], isWanted: boolean, count: number): string[] {
  const turns = new Turns(sources, "by-credit");
  return Array.from({ length: count }, () => {
    const source = turns.next(isWanted, new Set(["clock"]), () => true)!;
    turns.charge(source, 4, isWanted);
    return source.info.id;
  });
}

test("while credit of a family is not wanted, the best source of the others goes first", () => {
  const sources = [state("a", "clock", 4e6), state("b", "memory", 1e6), state("c", "memory", 2e6)];
  expect(turnsOf(sources, true, 3)).toEqual(["c", "c", "c"]);
});

test("idle time is shared equally, whatever the block in the making lacks", () => {
  const sources = [state("a", "clock", 4e6), state("b", "memory", 1e6), state("c", "memory", 2e6)];
  expect(turnsOf(sources, false, 6).sort()).toEqual(["a", "a", "b", "b", "c", "c"]);
});

test("a source that went first for its family's sake does not pay for that with its own share", () => {
  const sources = [state("a", "clock", 4e6), state("b", "memory", 1e6)];
  const turns = new Turns(sources, "by-credit");
  const next = (sated: ReadonlySet<"clock">) => {
    const source = turns.next(true, sated, () => true)!;
    turns.charge(source, 4, true);
    return source.info.id;
  };
  for (let i = 0; i < 1_000; i++) expect(next(new Set(["clock"]))).toBe("b");
  const own = Array.from({ length: 100 }, () => next(new Set()));
  expect(own.filter((id) => id === "b").length).toBeGreaterThanOrEqual(3);
});
