import { describe, expect, test } from "bun:test";
import { type Action, INITIAL, reduce, type State } from "../../../../src/faces/http/dashboard/model.ts";
import { snapshot } from "../../../support/snapshot.ts";

const after = (actions: readonly Action[], state: State = INITIAL) => actions.reduce(reduce, state);
const status = (uptimeMs: number, ids: readonly string[] = ["a", "b"]): Action => ({
  kind: "status",
  snapshot: snapshot(
    uptimeMs,
    ids.map((id, i) => ({ id, creditedBits: i, creditedBitsPerSecond: i })),
  ),
});

describe("the selection", () => {
  test("begins at the source that earned most, and stays where the user put it", () => {
    expect(after([status(1_000)]).selected).toBe("b");
    expect(after([status(1_000), { kind: "select", id: "a" }, status(2_000)]).selected).toBe("a");
  });

  test("moves on when its source is no longer there, without its noise", () => {
    const noise: Action = { kind: "noise", id: "b", samples: [1] };
    const state = after([status(1_000), noise, status(2_000, ["a", "c"])]);
    expect(state).toMatchObject({ selected: "c", noise: undefined });
  });

  test("noise of another source is not shown as this one's", () => {
    const noise: Action = { kind: "noise", id: "b", samples: [1, 2] };
    const shown = after([status(1_000), noise]);
    expect(shown.noise).toEqual({ samples: [1, 2], atMs: 1_000 });
    expect(after([{ kind: "select", id: "a" }, noise], shown).noise).toBeUndefined();
  });
});

test("history and colours grow with each status, and begin anew with a new pool", () => {
  const state = after([status(1_000), status(2_000), { kind: "source-failed", id: "a", reason: "stuck" }]);
  expect(state.history.map(({ atMs }) => atMs)).toEqual([1_000, 2_000]);
  expect([...state.colours]).toEqual([["b", 1]]);
  expect(state.failures).toEqual([{ id: "a", reason: "stuck", atMs: 2_000 }]);
  const restarted = after([status(500)], state);
  expect(restarted.history.map(({ atMs }) => atMs)).toEqual([500]);
  expect(restarted.failures).toEqual([]);
});

test("what others saw before goes before what is seen here, and does not change it", () => {
  const sample = (atMs: number, bits: number) => ({ atMs, bitsPerSecond: new Map([["z", bits]]) });
  const past = { id: "z", reason: "stuck", atMs: 700 };
  const sent: Action = {
    kind: "history",
    credit: [sample(-400_000, 1), sample(500, 9), sample(1_000, 7)],
    failures: [past],
  };
  const state = after([status(1_000), sent, status(2_000)]);
  expect(state.history.map(({ atMs }) => atMs)).toEqual([500, 1_000, 2_000]);
  expect(state.history[1]!.bitsPerSecond).toEqual(new Map([["b", 1]]));
  expect([...state.colours.keys()].sort()).toEqual(["b", "z"]);
  expect(state.failures).toEqual([past]);
  const failed: Action = { kind: "source-failed", id: "a", reason: "gone" };
  expect(after([failed, sent]).failures.map(({ id }) => id)).toEqual(["a"]);
});

test("of failures the newest twenty are kept, newest first", () => {
  const failures = Array.from(
    { length: 25 },
    (_, i): Action => ({ kind: "source-failed", id: "a", reason: `${i}` }),
  );
  const kept = after(failures).failures.map(({ reason }) => Number(reason));
  expect(kept).toEqual(Array.from({ length: 20 }, (_, i) => 24 - i));
});

test("sorting: numbers begin with the most, names with a; again turns it round", () => {
  const sort = (...keys: ("id" | "failures" | "state")[]) =>
    after(keys.map((key) => ({ kind: "sort", key }))).sort;
  expect(sort("failures")).toEqual({ key: "failures", descending: true });
  expect(sort("failures", "failures")).toEqual({ key: "failures", descending: false });
  expect(sort("failures", "state")).toEqual({ key: "state", descending: false });
  expect(sort("id")).toEqual({ key: "id", descending: true });
});

test("everything else is kept as it comes, and nothing is changed in place", () => {
  Object.freeze(INITIAL);
  const bytes = new Uint8Array(4);
  const entry = { id: "a", title: "A", family: "clock", mechanism: "ticks", unit: "ticks" };
  const state = after([
    { kind: "output", bytes },
    { kind: "format", format: "float" },
    { kind: "filter", filter: "failed" },
    { kind: "catalogue", sources: [entry] },
    { kind: "connection", connection: { kind: "live" } },
  ]);
  expect(state).toMatchObject({
    output: bytes,
    format: "float",
    filter: "failed",
    connection: { kind: "live" },
  });
  expect(state.catalogue.get("a")).toEqual(entry);
});

test("output is shown no longer once a self-test has failed", () => {
  const output: Action = { kind: "output", bytes: Uint8Array.of(1, 2, 3, 4) };
  const shown = after([status(1_000), output, status(2_000)]);
  expect(shown.output).toEqual(Uint8Array.of(1, 2, 3, 4));
  const failed = { ...snapshot(3_000, []), selfTest: { state: "failed", reason: "wrong", runs: 2 } } as const;
  expect(after([{ kind: "status", snapshot: failed }], shown).output).toBeUndefined();
});
