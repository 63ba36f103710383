/** Places in the page, rows that are drawn, and the order of tables. */
import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { MOST_ROWS, shownRange } from "../../../src/gateway/page/app/parts/shown-range.ts";
import { sorted } from "../../../src/gateway/page/app/parts/table.ts";
import { hashOf, parseRoute } from "../../../src/gateway/page/app/shell/route.ts";

describe("a place", () => {
  test("is read as it was written, whatever is in it", () => {
    const part = fc.string({ unit: "grapheme", minLength: 1 });
    const query = fc.dictionary(fc.stringMatching(/^[a-z]{1,8}$/), part);
    fc.assert(
      fc.property(fc.array(part, { minLength: 1, maxLength: 4 }), query, (path, asked) => {
        expect(parseRoute(hashOf(path, asked))).toEqual({ path, query: asked });
      }),
    );
  });

  test("that makes no sense is read all the same", () => {
    expect(parseRoute("#/scans//%E0%A4%A?kind")).toEqual({
      path: ["scans", "%E0%A4%A"],
      query: { kind: "" },
    });
    expect(parseRoute("")).toEqual({ path: [], query: {} });
  });

  test("has no empty queries", () => {
    expect(hashOf(["rules"], { q: "", set: undefined, tag: "a b" })).toBe("#/rules?tag=a+b");
  });
});

describe("the rows of a long list that are drawn", () => {
  test("are all that are seen, and never many", () => {
    const place = fc.record({
      top: fc.integer({ min: -500, max: 3_000_000 }),
      height: fc.nat(5_000),
      rowHeight: fc.integer({ min: 10, max: 60 }),
      count: fc.nat(50_000),
    });
    fc.assert(
      fc.property(place, (at) => {
        const { start, end } = shownRange(at);
        expect(start).toBeGreaterThanOrEqual(0);
        expect(end).toBeLessThanOrEqual(at.count);
        expect(end - start).toBeLessThanOrEqual(MOST_ROWS);
        const [first, behind] = [
          Math.floor(at.top / at.rowHeight),
          Math.ceil((at.top + at.height) / at.rowHeight),
        ];
        if (first >= 0 && behind <= at.count && behind - first < MOST_ROWS - 20) {
          expect(start).toBeLessThanOrEqual(first);
          expect(end).toBeGreaterThanOrEqual(behind);
        }
      }),
    );
  });
});

describe("a table", () => {
  const rows = [{ n: 2 }, { n: null }, { n: 1 }, { n: 3 }];
  const columns = [{ id: "n", label: "N", value: ({ n }: { n: number | null }) => n }];
  const order = (descending: boolean) => sorted(rows, columns, { by: "n", descending }).map(({ n }) => n);

  test("is sorted both ways, what has no value last", () => {
    expect(order(false)).toEqual([1, 2, 3, null]);
    expect(order(true)).toEqual([3, 2, 1, null]);
  });

  test("stays as it comes unless sorted by a column that can be", () => {
    expect(sorted(rows, columns, undefined)).toBe(rows);
    expect(sorted(rows, columns, { by: "gone", descending: false })).toBe(rows);
  });
});
