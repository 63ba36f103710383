/** Lists of paths to scan. */
import { afterAll, expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { InputError } from "#kit/errors.ts";
import { readScanList } from "../../src/commands/scan-list.ts";

const folder = mkdtempSync(join(tmpdir(), "cryptex-list-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function listOf(content: string | Uint8Array): string {
  const path = join(folder, "list");
  writeFileSync(path, content);
  return path;
}

test("of lines: the line end is cut, and nothing else", () => {
  const list = listOf("a\r\n b \nc\td\r\n\n\r\n#e\n*.exe\nlast");
  expect(readScanList(list, "\n")).toEqual(["a", " b ", "c\td", "#e", "*.exe", "last"]);
  expect(readScanList(listOf("a\r\r\n"), "\n")).toEqual(["a\r"]);
});

test("of NUL: line ends belong to names", () => {
  expect(readScanList(listOf("a\n\0b\r\0\0c"), "\0")).toEqual(["a\n", "b\r", "c"]);
});

test("bytes that are no UTF-8 stay what they are", () => {
  expect(readScanList(listOf(Uint8Array.of(0x61, 0xff, 0xc3, 0xa4, 0x0a)), "\n")).toEqual(["a\xff\xc3\xa4"]);
});

test("an empty list is one; a missing one is an error", () => {
  expect(readScanList(listOf(""), "\n")).toEqual([]);
  expect(() => readScanList(join(folder, "none"), "\n")).toThrow(InputError);
});
