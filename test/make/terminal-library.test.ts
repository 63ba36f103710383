import { describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { withoutDebugInformation } from "#kit/make/elf.ts";
import { lockedPackage } from "#kit/make/package-lock.ts";
import { withoutTerminalLibrary } from "../../make/terminal-library.ts";

describe("a target without a terminal library", () => {
  test("builds, and the library is an error that says so", async () => {
    const folder = mkdtempSync(join(tmpdir(), "ee-terminal-"));
    try {
      writeFileSync(
        join(folder, "monitor.ts"),
        `import { BoxRenderable, createCliRenderer } from "@opentui/core";
export const monitor = () => [BoxRenderable, createCliRenderer];`,
      );
      writeFileSync(
        join(folder, "program.ts"),
        `try {
  (await import("./monitor.ts")).monitor();
} catch (error) {
  console.log(JSON.stringify([error.code, error.message, error.hints.length]));
}`,
      );
      const bundle = await Bun.build({
        entrypoints: [join(folder, "program.ts")],
        target: "bun",
        outdir: folder,
        plugins: [withoutTerminalLibrary("linux-arm64-musl")],
      });
      expect(bundle.success).toBe(true);
      const child = Bun.spawnSync([process.execPath, join(folder, "program.js")]);
      expect(JSON.parse(child.stdout.toString())).toEqual([
        "native",
        "the terminal library does not exist for linux-arm64-musl",
        1,
      ]);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  test("is linux-arm64-musl alone", () => {
    expect(lockedPackage("@opentui/core-linux-arm64-musl")).toBeUndefined();
    expect(lockedPackage("@opentui/core-linux-x64-musl")).toBeDefined();
  });
});

describe("without debug information", () => {
  /** A header, one program header for the bytes up to 0x100, and bytes that no loader reads. */
  function elf(): Uint8Array {
    const file = new Uint8Array(0x200).fill(0xaa, 0x100);
    const view = new DataView(file.buffer);
    file.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]);
    view.setBigUint64(0x20, 0x40n, true);
    view.setBigUint64(0x28, 0x180n, true);
    view.setUint16(0x36, 56, true);
    view.setUint16(0x38, 1, true);
    view.setUint16(0x3c, 2, true);
    view.setUint32(0x40, 1, true);
    view.setBigUint64(0x40 + 32, 0x100n, true);
    return file;
  }

  test("keeps what is loaded, drops the rest, and names no table of sections", () => {
    const stripped = withoutDebugInformation(elf());
    expect(stripped).toHaveLength(0x100);
    const view = new DataView(stripped.buffer);
    expect([view.getBigUint64(0x28, true), view.getUint16(0x3c, true)]).toEqual([0n, 0]);
    expect(stripped.subarray(0x40)).toEqual(elf().subarray(0x40, 0x100));
  });

  test("refuses any other file", () => {
    expect(() => withoutDebugInformation(new Uint8Array(64))).toThrow("not a 64-bit little-endian ELF file");
  });
});
