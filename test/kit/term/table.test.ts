import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { type Column, table } from "#kit/term/table.ts";

const COLUMNS: readonly Column[] = [
  { title: "NAME" },
  { title: "COUNT", align: "right" },
  { title: "EXTRA", align: "right", leaves: 1 },
  { title: "EFFECTS", wraps: "inside" },
  { title: "WHY NOT", optional: true, wraps: "below" },
];
const ROWS = [
  ["alpha", "1,234,567", "42", "camera, subprocess", ""],
  ["beta", "5", "", "none", "no such device on this machine, or none that may be opened"],
];

const terminal = (columns: number, color = false) => ({ outIsTerminal: true, columns, color });

describe("a table off a terminal", () => {
  test("has columns as wide as their widest cell, without trailing blanks", () => {
    const text = table(
      [{ title: "NAME" }, { title: "N", align: "right" }, { title: "" }],
      [
        ["a", "1", ""],
        ["bcdefg", "10", "x"],
      ],
    );
    expect(text).toBe(["NAME     N", "a        1", "bcdefg  10  x"].join("\n"));
  });

  test("has all columns however wide it is", () => {
    expect(table(COLUMNS, ROWS, { outIsTerminal: false, columns: 20, color: false })).toBe(
      [
        "NAME       COUNT  EXTRA  EFFECTS             WHY NOT",
        "alpha  1,234,567     42  camera, subprocess",
        "beta           5         none                no such device on this machine, or none that may be opened",
      ].join("\n"),
    );
  });

  test("leaves out an optional column in which no row has anything", () => {
    expect(table(COLUMNS, ROWS.slice(0, 1)).split("\n")[0]).toBe("NAME       COUNT  EXTRA  EFFECTS");
  });
});

describe("a table on a terminal", () => {
  test("wraps its last text where there is room beside the row", () => {
    expect(table(COLUMNS, ROWS, terminal(80))).toBe(
      [
        "NAME       COUNT  EXTRA  EFFECTS             WHY NOT",
        "alpha  1,234,567     42  camera, subprocess",
        "beta           5         none                no such device on this machine, or",
        "                                             none that may be opened",
      ].join("\n"),
    );
  });

  test("puts that text below the row where there is none", () => {
    expect(table(COLUMNS, ROWS, terminal(45))).toBe(
      [
        "NAME       COUNT  EXTRA  EFFECTS",
        "alpha  1,234,567     42  camera, subprocess",
        "beta           5         none",
        "    why not: no such device on this machine,",
        "    or none that may be opened",
      ].join("\n"),
    );
  });

  test("wraps other texts, then leaves out columns in their order", () => {
    expect(table(COLUMNS, ROWS.slice(0, 1), terminal(36))).toBe(
      [
        "NAME       COUNT  EXTRA  EFFECTS",
        "alpha  1,234,567     42  camera,",
        "                         subprocess",
      ].join("\n"),
    );
    expect(table(COLUMNS, ROWS.slice(0, 1), terminal(34))).toBe(
      ["NAME       COUNT  EFFECTS", "alpha  1,234,567  camera,", "                  subprocess"].join("\n"),
    );
  });

  test("overflows rather than break a number", () => {
    expect(table(COLUMNS, ROWS, terminal(10))).toContain("1,234,567");
  });

  test("colours cells and dims its header, where there is colour", () => {
    const rows = [["a", { text: "bad", style: "bad" as const }]];
    const columns = [{ title: "NAME" }, { title: "STATE" }];
    expect(table(columns, rows, terminal(80, true))).toBe(
      "\x1b[2mNAME\x1b[0m  \x1b[2mSTATE\x1b[0m\na     \x1b[1;31mbad\x1b[0m",
    );
    expect(table(columns, rows, terminal(80))).toBe("NAME  STATE\na     bad");
  });

  test("never has a longer line than there is room for its least columns", () => {
    const word = fc.stringMatching(/^[a-z]{1,12}$/);
    const text = fc.array(word, { maxLength: 12 }).map((words) => words.join(" "));
    const row = fc.tuple(word, fc.nat({ max: 10 ** 9 }).map(String), fc.nat().map(String), text, text);
    fc.assert(
      fc.property(fc.array(row, { minLength: 1 }), fc.integer({ min: 48, max: 160 }), (rows, columns) => {
        const drawn = table(COLUMNS, rows, terminal(columns));
        for (const line of drawn.split("\n")) expect(line.length).toBeLessThanOrEqual(columns);
        for (const [name, count] of rows) {
          expect(drawn.split("\n").some((line) => line.startsWith(name) && line.includes(count))).toBe(true);
        }
      }),
    );
  });
});
