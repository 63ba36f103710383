import { describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "#kit/make/checkout.ts";
import { testsDocument } from "../../make/tests-document.ts";

const text = readFileSync(join(ROOT, "docs", "TESTS.md"), "utf8");
const withoutRow = (id: string) => text.replace(new RegExp(`^\\| \`${id}\` \\|.*\\n`, "m"), "");

describe("docs/TESTS.md", () => {
  test("has a row for every test, in the lists' order", () => {
    expect(testsDocument(text)).toBe(text);
  });

  test("a new test gets a row, at its place", () => {
    const renewed = testsDocument(withoutRow("cross-correlation"));
    expect(renewed).toMatch(
      /^\| `lag-correlation` \|.*\n\| `cross-correlation` (\| ){6}\|\n\| \*\*distribution\*\* \|/m,
    );
  });

  test("a test that is no more loses its row, and rows out of order find their place", () => {
    const [row] = /^\| `t2-poker`.*\n/m.exec(text)!;
    expect(testsDocument(text.replace(row, `${row}| \`t9-dice\` | dice | six | |\n`))).toBe(text);
    expect(testsDocument(withoutRow("t2-poker").replace("| `t8-entropy`", `${row}| \`t8-entropy\``))).toBe(
      text,
    );
  });

  test("a suite without a table is an error", () => {
    expect(() => testsDocument(text.replace("(`--suite ais31`)", ""))).toThrow("no table for --suite ais31");
  });
});
