/** The checks themselves run with `npm test`; here is what they cannot show of themselves. */
import { expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ROOT } from "#kit/make/checkout.ts";
import { staleFiles } from "../../tools/generated.ts";
import { runProcess } from "../support/run-process.ts";

test("a generated file that is out of date or missing is named, and not written", async () => {
  const folder = mkdtempSync(join(tmpdir(), "generated-test-"));
  try {
    mkdirSync(join(folder, "docs"));
    writeFileSync(join(folder, "docs", "a.md"), "old");
    writeFileSync(join(folder, "docs", "b.md"), "current");
    const write = (name: string, text: string) => `await Bun.write("docs/${name}", "${text}");`;
    writeFileSync(
      join(folder, "build.ts"),
      [write("a.md", "new"), write("b.md", "current"), write("c.md", "new")].join("\n"),
    );
    expect(await staleFiles(folder)).toEqual(["docs/a.md", "docs/c.md"]);
    expect(await Bun.file(join(folder, "docs", "a.md")).text()).toBe("old");

    writeFileSync(join(folder, "build.ts"), 'throw new Error("no source here")');
    expect(staleFiles(folder)).rejects.toThrow("no source here");
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

test("a check that does not exist is refused", async () => {
  const { exitCode, stderr } = await runProcess([process.execPath, "tools/check.ts", "spleling"], {
    cwd: ROOT,
  });
  expect(exitCode).toBe(2);
  expect(stderr).toContain('check: error: no check is called "spleling"\nhint: there are types,');
});
