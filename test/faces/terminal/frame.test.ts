/** Frames, regions and dots. */
import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { Dots } from "../../../src/faces/terminal/dots.ts";
import { cells, Frame } from "../../../src/faces/terminal/frame.ts";
import { BOLD, DIM } from "../../../src/faces/terminal/style.ts";

describe("Frame", () => {
  test("text is cut off at the edges of its region, and nothing outside changes", () => {
    const part = { x: fc.integer({ min: 0, max: 12 }), y: fc.integer({ min: 0, max: 6 }) };
    const rectangle = fc.record({
      ...part,
      width: fc.integer({ min: -2, max: 12 }),
      height: fc.integer({ min: -2, max: 6 }),
    });
    const at = fc.integer({ min: -20, max: 20 });
    fc.assert(
      fc.property(rectangle, at, at, fc.string({ unit: "binary", maxLength: 40 }), (rect, x, y, text) => {
        const frame = new Frame(10, 5);
        const whole = frame.region({ x: 0, y: 0, width: 10, height: 5 });
        for (let row = 0; row < 5; row++) whole.text(0, row, "##########");
        frame.region(rect).text(x, y, text.replaceAll("#", "*"));
        const inside = (column: number, row: number) =>
          column >= rect.x && column < rect.x + rect.width && row === rect.y + y && y >= 0 && y < rect.height;
        const changed = frame
          .lines()
          .flatMap((line, row) =>
            Array.from({ length: 10 }, (_, column) => column).filter(
              (column) => line[column] !== "#" && !inside(column, row),
            ),
          );
        expect(changed).toEqual([]);
      }),
    );
  });

  test("every character has a width of one for sure", () => {
    expect(cells("a–b…\tc\x1b[31m±漢é█⣿─")).toBe("a-b...\\x09c\\x1B[31m???█⣿─");
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        expect(cells(text)).toMatch(/^[ -~\u2500-\u259f\u2800-\u28ff]*$/);
      }),
    );
  });

  test("spans are runs of one style, and together the whole line", () => {
    const frame = new Frame(8, 1);
    const region = frame.region({ x: 0, y: 0, width: 8, height: 1 });
    region.text(1, 0, "ab", BOLD);
    region.text(3, 0, "cd", DIM);
    expect(frame.spans(0).map(({ x, text }) => [x, text])).toEqual([
      [0, " "],
      [1, "ab"],
      [3, "cd"],
      [5, "   "],
    ]);
    expect(frame.spans(7)).toEqual([]);
  });

  test("sizes that make no sense are empty", () => {
    for (const size of [0, -3, 0.4]) expect(new Frame(size, size).lines()).toEqual([]);
  });
});

describe("Dots", () => {
  test("two by four in a cell, from the top left", () => {
    const drawn = (...dots: [number, number][]) => {
      const frame = new Frame(2, 1);
      const canvas = new Dots(2, 1);
      for (const [x, y] of dots) canvas.set(x, y);
      canvas.draw(frame.region({ x: 0, y: 0, width: 2, height: 1 }), 0, 0, DIM);
      return frame.lines()[0];
    };
    expect(drawn([0, 0])).toBe("⠁");
    expect(drawn([1, 3])).toBe("⢀");
    expect(drawn([2, 1], [3, 2])).toBe(" ⠢");
    expect(drawn([-1, 0], [4, 0], [0, 4], [0, -1], [Number.NaN, 0])).toBe("");
  });

  test("a stroke goes either way", () => {
    for (const [from, to] of [
      [0, 3],
      [3, 0],
    ] as const) {
      const frame = new Frame(1, 1);
      const canvas = new Dots(1, 1);
      canvas.stroke(0, from, to);
      canvas.draw(frame.region({ x: 0, y: 0, width: 1, height: 1 }), 0, 0, DIM);
      expect(frame.lines()).toEqual(["⡇"]);
    }
  });
});
