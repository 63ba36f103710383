import { expect, test } from "bun:test";
import { homedir } from "node:os";
import { join } from "node:path";
import { cacheFolder, dataFolder } from "#kit/files/user-folders.ts";

test("XDG's variables, if they are absolute paths, on every system", () => {
  for (const os of ["linux", "darwin", "freebsd"]) {
    expect(cacheFolder("demo", { HOME: "/h", XDG_CACHE_HOME: "/c" }, os)).toBe("/c/demo");
    expect(dataFolder("demo", { HOME: "/h", XDG_DATA_HOME: "/d" }, os)).toBe("/d/demo");
  }
  for (const value of ["", "c", "../c"]) {
    expect(cacheFolder("demo", { HOME: "/h", XDG_CACHE_HOME: value }, "linux")).toBe("/h/.cache/demo");
    expect(dataFolder("demo", { HOME: "/h", XDG_DATA_HOME: value }, "linux")).toBe("/h/.local/share/demo");
  }
});

test("else what the system uses", () => {
  expect(cacheFolder("demo", { HOME: "/h" }, "darwin")).toBe("/h/Library/Caches/demo");
  expect(dataFolder("demo", { HOME: "/h" }, "darwin")).toBe("/h/Library/Application Support/demo");
  expect(dataFolder("demo", { HOME: "/h", LOCALAPPDATA: "/local" }, "win32")).toBe("/local/demo");
  expect(cacheFolder("demo", { HOME: "/h" }, "win32")).toBe("/h/AppData/Local/demo");
});

test("without HOME, that of the account", () => {
  expect(cacheFolder("demo", {}, "linux")).toBe(join(homedir(), ".cache", "demo"));
});
