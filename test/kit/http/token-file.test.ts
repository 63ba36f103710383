import { afterAll, beforeAll, expect, test } from "bun:test";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { InputError } from "#kit/errors.ts";
import { readTokenFile } from "#kit/http/token-file.ts";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "kit-token-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

function file(content: string, mode = 0o600): string {
  const path = join(folder, "token");
  writeFileSync(path, content);
  chmodSync(path, mode);
  return path;
}

test("a token is read without the blanks around it; permissions of others are told", () => {
  const warnings: string[] = [];
  const read = (path: string) => readTokenFile(path, (text) => warnings.push(text));
  expect(read(file(" 0123456789abcdef\r\n"))).toBe("0123456789abcdef");
  expect(read(file("x".repeat(4_096))).length).toBe(4_096);
  expect(warnings).toEqual([]);
  for (const mode of [0o640, 0o604, 0o666]) read(file("0123456789abcdef", mode));
  expect(warnings).toEqual(
    Array(3).fill(`${join(folder, "token")} can be read by other users: chmod 600 it`),
  );
});

test("one of another length is refused, with the caller's hint", () => {
  for (const [length, limit] of [
    [15, "at least 16"],
    [4_097, "at most 4096"],
  ] as const) {
    const path = file("x".repeat(length));
    expect(() => readTokenFile(path, () => {}, ["make one"])).toThrow(
      expect.objectContaining({
        message: `${path}: a token has ${limit} characters, this has ${length}`,
        hints: ["make one"],
      }),
    );
  }
});

// Each would be read, or waited for, without end.
test("devices, FIFOs and large files are refused at once", () => {
  const fifo = join(folder, "fifo");
  expect(Bun.spawnSync(["mkfifo", fifo]).exitCode).toBe(0);
  for (const path of ["/dev/zero", fifo, file("x".repeat(1 << 20))]) {
    expect(() => readTokenFile(path, () => {})).toThrow(InputError);
  }
});
