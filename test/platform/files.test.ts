import { afterAll, describe, expect, test } from "bun:test";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DEFAULT_SETTINGS } from "../../src/platform/host.ts";
import { currentHost } from "../../src/platform/index.ts";

const folder = mkdtempSync(join(tmpdir(), "files-"));
afterAll(() => rmSync(folder, { recursive: true }));

const host = currentHost({ settings: { toolFolders: ["relative", join(folder, "tools")] } });

function file(name: string, content: string | Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

describe("readText", () => {
  test("a file as it is", () => {
    expect(host.readText(file("short", "a\nß\0"))).toBe("a\nß\0");
    expect(host.readText(file("empty", ""))).toBe("");
    symlinkSync(join(folder, "short"), join(folder, "link"));
    expect(host.readText(join(folder, "link"))).toBe("a\nß\0");
  });

  test("a long one, and a short one after it", () => {
    const long = "0123456789".repeat(100_000);
    expect(host.readText(file("long", long))).toBe(long);
    expect(host.readText(join(folder, "short"))).toBe("a\nß\0");
  });

  test("nothing of one that is too large", () => {
    const most = 8 << 20;
    expect(host.readText(file("most", new Uint8Array(most)))).toHaveLength(most);
    expect(host.readText(file("more", new Uint8Array(most + 1)))).toBeUndefined();
  });

  test("what is absent, a folder or no plain file does not exist, and never makes us wait", async () => {
    const pipe = join(folder, "pipe");
    await host.run(
      "/usr/bin/mkfifo",
      [pipe],
      { timeoutMs: 10_000, maxBytes: 100 },
      new AbortController().signal,
    );
    for (const path of [join(folder, "absent"), join(folder, "short", "below"), folder, pipe, "/dev/zero"])
      expect(host.readText(path), path).toBeUndefined();
  });

  test.skipIf(!existsSync("/proc/self/stat"))("files whose size the system does not say", () => {
    expect(host.readText("/proc/self/stat")).toStartWith(`${process.pid} (`);
  });
});

describe("readFolder", () => {
  test("names in order; none where there is no folder", () => {
    mkdirSync(join(folder, "b"));
    for (const name of ["b/2", "b/10", "b/1"]) file(name, "");
    expect(host.readFolder(join(folder, "b"))).toEqual(["1", "10", "2"]);
    expect(host.readFolder(join(folder, "absent"))).toEqual([]);
    expect(host.readFolder(join(folder, "short"))).toEqual([]);
  });
});

describe("findTool", () => {
  test("an executable file in one of the folders, and nothing else", () => {
    mkdirSync(join(folder, "tools/folder"), { recursive: true });
    chmodSync(file("tools/tool", ""), 0o755);
    chmodSync(file("tools/text", ""), 0o644);
    chmodSync(file("outside", ""), 0o755);
    expect(host.findTool("tool")).toBe(join(folder, "tools/tool"));
    for (const name of ["text", "folder", "absent", "../outside", "", ".", "..", join(folder, "outside")])
      expect(host.findTool(name), name).toBeUndefined();
  });
});

test("settings: what is not said is as usual; they can be handed to a thread", () => {
  expect(currentHost().settings).toEqual(DEFAULT_SETTINGS);
  const options = { settings: { offline: true, resolver: "192.0.2.1" } };
  const settings = currentHost(structuredClone(options)).settings;
  expect(settings).toEqual({ ...DEFAULT_SETTINGS, offline: true, resolver: "192.0.2.1" });
});
