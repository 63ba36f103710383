import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import {
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { OutputFile } from "#kit/files/output-file.ts";
import { InputError } from "../../../src/errors.ts";
import { rejectionOf } from "../../support/rejection.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "ee-output-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe("output file", () => {
  test("is there when written, and nothing else is", async () => {
    const path = join(folder, "report.txt");
    {
      await using file = await OutputFile.create(path);
      expect(readdirSync(folder)).not.toContain("report.txt");
      await file.write("done");
    }
    expect(readdirSync(folder)).toEqual(["report.txt"]);
    expect(readFileSync(path, "utf8")).toBe("done");
  });

  test("what was there before stays until it is replaced whole, with its mode", async () => {
    const path = join(folder, "report.txt");
    writeFileSync(path, "before", { mode: 0o600 });
    {
      await using _ = await OutputFile.create(path);
    }
    expect([readdirSync(folder), readFileSync(path, "utf8")]).toEqual([["report.txt"], "before"]);
    {
      await using file = await OutputFile.create(path);
      await file.write("after");
    }
    expect([readFileSync(path, "utf8"), statSync(path).mode & 0o777]).toEqual(["after", 0o600]);
  });

  test("a link is followed", async () => {
    const target = join(folder, "target.txt");
    writeFileSync(target, "before");
    symlinkSync(target, join(folder, "link.txt"));
    {
      await using file = await OutputFile.create(join(folder, "link.txt"));
      await file.write("after");
    }
    expect(readFileSync(target, "utf8")).toBe("after");
  });

  test("a device is written to, not replaced", async () => {
    const before = statSync("/dev/null").ino;
    {
      await using file = await OutputFile.create("/dev/null");
      await file.write("gone");
    }
    expect(statSync("/dev/null").ino).toBe(before);
  });

  test("folders and places that are not there are refused at once", async () => {
    for (const path of [folder, join(folder, "absent", "report.txt")]) {
      expect(await rejectionOf(OutputFile.create(path))).toBeInstanceOf(InputError);
    }
  });
});
