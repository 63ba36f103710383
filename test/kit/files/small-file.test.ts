import { afterAll, beforeAll, expect, test } from "bun:test";
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { InputError } from "#kit/errors.ts";
import { readSmallFile } from "#kit/files/small-file.ts";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "kit-small-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test("a file up to the limit is read whole, with its mode; links are followed", () => {
  const path = join(folder, "file");
  writeFileSync(path, "x".repeat(100), { mode: 0o640 });
  symlinkSync(path, join(folder, "link"));
  for (const name of ["file", "link"]) {
    expect(readSmallFile(join(folder, name), 100)).toEqual({ text: "x".repeat(100), exposed: true });
  }
  expect(() => readSmallFile(path, 99)).toThrow("it is larger than 99 bytes");
});

test("content counts, not the size that the system states", () => {
  if (process.platform !== "linux") return console.warn("skipped: /proc is Linux's");
  expect(readSmallFile("/proc/self/comm", 100).text.length).toBeGreaterThan(0);
  expect(() => readSmallFile("/proc/self/comm", 1)).toThrow("it is larger than 1 bytes");
});

// Both would never end: a FIFO that nobody writes to is not opened, a device is not read.
test("FIFOs, devices and folders are refused at once", () => {
  const fifo = join(folder, "fifo");
  expect(Bun.spawnSync(["mkfifo", fifo]).exitCode).toBe(0);
  for (const path of [fifo, "/dev/zero", folder]) {
    expect(() => readSmallFile(path, 4_096)).toThrow(
      new InputError(`cannot read ${path}: it is not a regular file`),
    );
  }
});

test("a file that is not there is named", () => {
  expect(() => readSmallFile("/nowhere", 10)).toThrow("cannot read /nowhere: ");
});
