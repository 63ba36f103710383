import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import {
  chmodSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Replacement, replaceFile } from "#kit/files/replace-file.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "kit-replace-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const modeOf = (path: string) => statSync(path).mode & 0o777;

describe("replacing a file", () => {
  test("puts a new file in the place of the old one, which those who have it open keep", () => {
    const path = join(folder, "file");
    writeFileSync(path, "old");
    const before = statSync(path).ino;
    replaceFile(path, "new");
    expect(readFileSync(path, "utf8")).toBe("new");
    expect(statSync(path).ino).not.toBe(before);
    expect(readdirSync(folder)).toEqual(["file"]);
  });

  test("a mode is exact, whatever the umask; without one the umask decides", () => {
    const before = process.umask(0o077);
    try {
      replaceFile(join(folder, "program"), new Uint8Array([1]), 0o755);
      replaceFile(join(folder, "secret"), "s");
    } finally {
      process.umask(before);
    }
    expect([modeOf(join(folder, "program")), modeOf(join(folder, "secret"))]).toEqual([0o755, 0o600]);
  });

  test("links are followed, also to what is not there yet, and the mode of what is there stays", () => {
    writeFileSync(join(folder, "target"), "old", { mode: 0o640 });
    chmodSync(join(folder, "target"), 0o640);
    symlinkSync("target", join(folder, "link"));
    symlinkSync(join(folder, "absent"), join(folder, "dangling"));
    replaceFile(join(folder, "link"), "new");
    replaceFile(join(folder, "dangling"), "first");
    expect(readFileSync(join(folder, "target"), "utf8")).toBe("new");
    expect(modeOf(join(folder, "target"))).toBe(0o640);
    expect(readFileSync(join(folder, "absent"), "utf8")).toBe("first");
    expect(readdirSync(folder).sort()).toEqual(["absent", "dangling", "link", "target"]);
    expect(readlinkSync(join(folder, "link"))).toBe("target");
  });

  test("what is not published leaves the old file and nothing else", () => {
    const path = join(folder, "file");
    writeFileSync(path, "old");
    {
      using replacement = new Replacement(path);
      replacement.write("half");
      expect(readdirSync(folder).length).toBe(2);
    }
    expect([readdirSync(folder), readFileSync(path, "utf8")]).toEqual([["file"], "old"]);
  });

  test("nothing is written once it is published", () => {
    using replacement = new Replacement(join(folder, "file"));
    replacement.publish();
    expect(() => replacement.write("more")).toThrow("published already");
  });

  test("a place that is not there, or taken by a folder, is the system's error, and nothing is left", () => {
    expect(() => replaceFile(join(folder, "absent", "file"), "x")).toThrow("ENOENT");
    expect(() => replaceFile(folder, "x")).toThrow();
    chmodSync(folder, 0o700);
    expect(readdirSync(folder)).toEqual([]);
    expect(readdirSync(join(folder, "..")).filter((name) => name.endsWith(".part"))).toEqual([]);
  });
});
