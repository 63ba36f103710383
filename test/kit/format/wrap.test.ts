import { expect, test } from "bun:test";
import fc from "fast-check";
import { wrap } from "#kit/format/wrap.ts";

test("wrap: whole words, none lost, no line too long", () => {
  expect(wrap("one two three", 7)).toEqual(["one two", "three"]);
  expect(wrap("abcdefgh i", 3)).toEqual(["abc", "def", "gh", "i"]);
  fc.assert(
    fc.property(fc.string(), fc.integer({ min: 1, max: 40 }), (some, columns) => {
      const lines = wrap(some, columns);
      for (const line of lines) expect(line.length).toBeLessThanOrEqual(columns);
      expect(lines.join("").replace(/\s/g, "")).toBe(some.replace(/\s/g, ""));
    }),
  );
});
