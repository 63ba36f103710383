import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { bar, glyphsFor, histogram, meter, sparkline, visibleBar } from "#kit/term/widgets.ts";

const UNICODE = glyphsFor({ unicode: true });
const ASCII = glyphsFor({ unicode: false });

describe("bars", () => {
  test("are measured in eighths of a character", () => {
    expect(bar(1, 4, UNICODE)).toBe("████");
    expect(bar(0.5, 3, UNICODE)).toBe("█▌");
    expect(bar(0, 3, UNICODE)).toBe("");
    expect(bar(7, 3, UNICODE)).toBe("███");
    expect(bar(Number.NaN, 3, UNICODE)).toBe("");
  });

  test("in ASCII, in whole ones", () => {
    expect(bar(0.5, 4, ASCII)).toBe("##");
    expect(bar(0.4, 1, ASCII)).toBe("");
  });

  test("show anything that is more than nothing, if asked to", () => {
    expect(visibleBar(0.0001, 10, UNICODE)).toBe("▏");
    expect(visibleBar(0.0001, 10, ASCII)).toBe("#");
    expect(visibleBar(0, 10, UNICODE)).toBe("");
    expect(visibleBar(Number.NaN, 10, UNICODE)).toBe("");
  });

  test("as meters have their full width", () => {
    expect(meter(0.5, 4, UNICODE)).toBe("██░░");
    expect(meter(0.5, 4, ASCII)).toBe("##..");
    fc.assert(
      fc.property(fc.double(), fc.integer({ min: 0, max: 60 }), (fraction, width) => {
        expect(meter(fraction, width, UNICODE)).toHaveLength(width);
      }),
    );
  });
});

describe("sparklines", () => {
  const range = { least: 0, most: 7 };

  test("go from the lowest glyph to the highest", () => {
    expect(sparkline([0, 1, 2, 3, 4, 5, 6, 7], 80, range, UNICODE)).toBe("▁▂▃▄▅▆▇█");
    expect(sparkline([0, 7, 0], 80, range, ASCII)).toBe("_#_");
  });

  test("average stretches where there are more values than room", () => {
    expect(sparkline([0, 0, 7, 7, 0, 7], 3, range, UNICODE)).toBe("▁█▅");
  });

  test("a value beyond the range counts as its end and no more", () => {
    expect(sparkline([0, 1_000_000, 0, 0], 2, range, UNICODE)).toBe("▅▁");
    expect(sparkline([-5, 5], 2, { least: 5, most: 5 }, UNICODE)).toBe("▁▁");
  });

  test("are as wide as there are values, and never wider than asked for", () => {
    fc.assert(
      fc.property(fc.array(fc.double()), fc.integer({ min: 1, max: 60 }), (values, width) => {
        const line = sparkline(values, width, range, UNICODE);
        expect(line).toHaveLength(Math.min(values.length, width));
        expect(line).toMatch(/^[▁▂▃▄▅▆▇█]*$/);
      }),
    );
  });
});

test("whatever occurs shows in a histogram", () => {
  const bins = [
    { label: "1", count: 1 },
    { label: "22", count: 100_000 },
    { label: "3", count: 0 },
  ];
  expect(histogram(bins, 40, UNICODE).split("\n")).toEqual([
    " 1       1  ▏",
    `22  100000  ${"█".repeat(28)}`,
    " 3       0",
  ]);
  expect(histogram(bins, 40, ASCII).split("\n")).toEqual([
    " 1       1  #",
    `22  100000  ${"#".repeat(28)}`,
    " 3       0",
  ]);
});
