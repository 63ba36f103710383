import { expect, test } from "bun:test";
import { table } from "#kit/term/table.ts";

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
