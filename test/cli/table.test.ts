import { expect, test } from "bun:test";
import { bar, histogram, table } from "../../src/cli/table.ts";

test("columns are as wide as their widest cell, without trailing blanks", () => {
  const text = table(
    [{ title: "NAME" }, { title: "N", align: "right" }, { title: "" }],
    [
      ["a", "1", ""],
      ["bcdefg", "10", "x"],
    ],
  );
  expect(text).toBe(["NAME     N", "a        1", "bcdefg  10  x"].join("\n"));
});

test("bars are measured in eighths of a character", () => {
  expect(bar(1, 4)).toBe("████");
  expect(bar(0.5, 3)).toBe("█▌");
  expect(bar(0, 3)).toBe("");
  expect(bar(7, 3)).toBe("███");
});

test("whatever occurs shows in a histogram", () => {
  const text = histogram(
    [
      { label: "1", count: 1 },
      { label: "22", count: 100_000 },
      { label: "3", count: 0 },
    ],
    40,
  );
  expect(text.split("\n")).toEqual([" 1       1  ▏", `22  100000  ${"█".repeat(28)}`, " 3       0"]);
});
