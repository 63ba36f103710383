import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import {
  existsSync,
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
import { NewFile } from "#kit/files/new-file.ts";
import { InputError } from "../../../src/errors.ts";
import { rejectionOf } from "../../support/rejection.ts";

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "ee-new-"));
  path = join(folder, "secret");
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe("new file", () => {
  test("is its owner's alone from the first moment, and stays once it is complete", async () => {
    {
      await using file = await NewFile.create(path);
      expect(statSync(path).mode & 0o777).toBe(0o600);
      await file.append("one ");
      await file.append(Uint8Array.of(0xff, 0x0a));
      await file.complete();
    }
    expect(readFileSync(path, "latin1")).toBe("one \xff\n");
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  test("is removed where it was not completed, whatever was written", async () => {
    const failed = (async () => {
      await using file = await NewFile.create(path);
      await file.append("half");
      throw new Error("no more");
    })();
    expect((await rejectionOf(failed)).message).toBe("no more");
    expect(readdirSync(folder)).toEqual([]);
  });

  test("that somebody else removed meanwhile hides no failure", async () => {
    const failed = (async () => {
      await using _ = await NewFile.create(path);
      rmSync(path);
      throw new Error("no more");
    })();
    expect((await rejectionOf(failed)).message).toBe("no more");
  });

  test("replaces nothing: no file, no folder, nor what a link leads to or would make", async () => {
    writeFileSync(path, "old");
    symlinkSync(path, join(folder, "link"));
    symlinkSync(join(folder, "elsewhere"), join(folder, "dangling"));
    for (const taken of [path, folder, join(folder, "link"), join(folder, "dangling")]) {
      const error = await rejectionOf(NewFile.create(taken));
      expect(error).toBeInstanceOf(InputError);
      expect(error.message).toBe(`${taken} is there already`);
    }
    expect(readFileSync(path, "utf8")).toBe("old");
    expect(existsSync(join(folder, "elsewhere"))).toBe(false);
  });

  test("says why it cannot be made", async () => {
    const error = await rejectionOf(NewFile.create(join(folder, "none", "secret")));
    expect(error).toBeInstanceOf(InputError);
    expect(error.message).toContain("cannot write");
  });
});
