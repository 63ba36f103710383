/** Lists of paths to scan. */
import { afterAll, expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { InputError } from "#kit/errors.ts";
import { type ListForm, readScanList } from "../../src/scan-runner/scan-list.ts";

const folder = mkdtempSync(join(tmpdir(), "cryptex-list-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function listOf(content: string | Uint8Array): string {
  const path = join(folder, "list");
  writeFileSync(path, content);
  return path;
}

function read(path: string, form: ListForm): Promise<string[]> {
  return readScanList(path, form, new AbortController().signal);
}

test("of lines: the line end is cut, and nothing else", async () => {
  const list = listOf("a\r\n b \nc\td\r\n\n\r\n#e\n*.exe\nlast");
  expect(await read(list, "lines")).toEqual(["a", " b ", "c\td", "#e", "*.exe", "last"]);
  expect(await read(listOf("a\r\r\n"), "lines")).toEqual(["a\r"]);
});

test("of NUL: line ends belong to names", async () => {
  expect(await read(listOf("a\n\0b\r\0\0c"), "zeros")).toEqual(["a\n", "b\r", "c"]);
});

test("bytes that are no UTF-8 stay what they are", async () => {
  expect(await read(listOf(Uint8Array.of(0x61, 0xff, 0xc3, 0xa4, 0x0a)), "lines")).toEqual(["a\xff\xc3\xa4"]);
});

test("paths that begin in one piece of a long list and end in the next are whole", async () => {
  const paths = Array.from({ length: 100_000 }, (_, i) => `some/folder/${i}/${"x".repeat(i % 50)}`);
  expect(await read(listOf(paths.join("\n")), "lines")).toEqual(paths);
});

test("an empty list is one; a missing one is an error; what has no line ends is no list", async () => {
  expect(await read(listOf(""), "lines")).toEqual([]);
  await expect(read(join(folder, "none"), "lines")).rejects.toThrow(InputError);
  await expect(read(listOf("x".repeat(100_000)), "lines")).rejects.toThrow("no list of paths");
});
