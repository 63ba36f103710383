import { expect, test } from "bun:test";
import { fitLines, paragraph } from "#kit/term/screen.ts";

const terminal = { outIsTerminal: true, columns: 20 };
const pipe = { outIsTerminal: false, columns: 20 };

test("lines that are too long are wrapped on a terminal, others keep their blanks", () => {
  const text = "name   value\na line that is longer than twenty";
  expect(fitLines(text, terminal)).toBe("name   value\na line that is\nlonger than twenty");
  expect(fitLines(text, pipe)).toBe(text);
  const coloured = "\x1b[32mPASS\x1b[0m  and  sixteen";
  expect(fitLines(coloured, terminal)).toBe(coloured);
});

test("a paragraph is set to the terminal's width, or to 120 characters", () => {
  const text = "word ".repeat(40).trim();
  expect(paragraph(text, terminal).split("\n").length).toBe(10);
  expect(paragraph(text, pipe).split("\n")).toEqual(["word ".repeat(24).trim(), "word ".repeat(16).trim()]);
});
