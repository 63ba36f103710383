import { describe, expect, test } from "bun:test";
import {
  filterCounts,
  moved,
  type Sort,
  sourceRows,
} from "../../../../src/faces/http/dashboard/source-rows.ts";
import { sourceSnapshot } from "../../../support/snapshot.ts";

const sources = [
  sourceSnapshot({
    id: "c",
    samplesPerSecond: 10,
    assessedH: null,
    state: "unavailable",
    reason: "none here",
  }),
  sourceSnapshot({ id: "a", samplesPerSecond: 30, assessedH: 2, healthFailures: 1, faults: 2 }),
  sourceSnapshot({ id: "d", samplesPerSecond: 10, assessedH: 1, state: "failed", reason: "stuck" }),
  sourceSnapshot({ id: "b", samplesPerSecond: 20, assessedH: null, state: "starting" }),
];
const order = (sort: Sort, filter: Parameters<typeof sourceRows>[2] = "all") =>
  sourceRows(sources, sort, filter)
    .map(({ id }) => id)
    .join("");

describe("sourceRows", () => {
  test("by any column, up and down, equal ones by name", () => {
    expect(order({ key: "id", descending: false })).toBe("abcd");
    expect(order({ key: "id", descending: true })).toBe("dcba");
    expect(order({ key: "samplesPerSecond", descending: true })).toBe("abcd");
    expect(order({ key: "samplesPerSecond", descending: false })).toBe("cdba");
    expect(order({ key: "failures", descending: true })).toBe("abcd");
  });

  test("what has no value comes last both ways", () => {
    expect(order({ key: "assessedH", descending: false })).toBe("dabc");
    expect(order({ key: "assessedH", descending: true })).toBe("adbc");
  });

  test("states in the order that asks for attention", () => {
    expect(order({ key: "state", descending: false })).toBe("dbac");
  });

  test("only those of one state", () => {
    expect(order({ key: "id", descending: false }, "failed")).toBe("d");
    expect(order({ key: "id", descending: false }, "paused")).toBe("");
  });

  test("failures are of health tests and faults", () => {
    const [row] = sourceRows(sources, { key: "id", descending: false }, "healthy");
    expect(row).toMatchObject({ failures: 3, healthFailures: 1, faults: 2, reason: undefined });
  });
});

test("filters: those that have sources, and the one in use", () => {
  const shown = (inUse: Parameters<typeof filterCounts>[1]) =>
    filterCounts(sources, inUse).map(({ filter, count }) => `${filter} ${count}`);
  expect(shown("all")).toEqual(["all 4", "failed 1", "starting 1", "healthy 1", "unavailable 1"]);
  expect(shown("paused")).toEqual([
    "all 4",
    "failed 1",
    "starting 1",
    "healthy 1",
    "paused 0",
    "unavailable 1",
  ]);
});

test("keys move the selection and stop at the ends", () => {
  const ids = ["a", "b", "c"];
  const keys = ["ArrowDown", "ArrowUp", "Home", "End", "x"];
  expect(keys.map((key) => moved(ids, "b", key))).toEqual(["c", "a", "a", "c", undefined]);
  expect(keys.map((key) => moved(ids, "c", key))).toEqual(["c", "b", "a", "c", undefined]);
  // Filtered out: the keys begin at the first.
  expect(moved(ids, "gone", "ArrowDown")).toBe("a");
  expect(moved([], "a", "ArrowDown")).toBeUndefined();
});
