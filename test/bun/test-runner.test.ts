/** `bun test` itself, on small projects. See docs/BUN.md. */
import { afterAll, beforeEach, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { runProcess } from "../support/run-process.ts";

const scratch = mkdtempSync(join(tmpdir(), "bun-test-"));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(scratch, "project-"));
});

/** Runs `bun test` in a project of these files. Returns what it said. */
async function testRun(files: Readonly<Record<string, string>>, ...args: string[]): Promise<string> {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  const { stderr, stdout } = await runProcess([process.execPath, "test", ...args], { cwd: folder });
  return `${stdout}${stderr}`;
}

/** Takes a quarter of a second, of which a limit of 50 ms is to cut off the most. */
const slow = (name: string) =>
  `import { test } from "bun:test";\ntest("${name}", async () => { await Bun.sleep(250); });\n`;

test("a time limit in bunfig.toml is ignored", async () => {
  const said = await testRun({ "bunfig.toml": "[test]\ntimeout = 50\n", "a.test.ts": slow("a") });
  expect(said).toContain("(pass) a");
});

test("setDefaultTimeout in a preload holds for the first file alone", async () => {
  const said = await testRun({
    "bunfig.toml": '[test]\npreload = ["./preload.ts"]\n',
    "preload.ts": 'import { setDefaultTimeout } from "bun:test";\nsetDefaultTimeout(50);\n',
    "a.test.ts": slow("a"),
    "b.test.ts": slow("b"),
  });
  expect(said).toContain("\n 1 pass\n 1 fail\n");
});

test("a plugin of a preload is given the files of tests", async () => {
  const plugin = `Bun.plugin({ name: "p", setup(build) {
  build.onLoad({ filter: /\\.test\\.ts$/ }, async ({ path, loader }) => ({
    loader,
    contents: 'import { setDefaultTimeout } from "bun:test"; setDefaultTimeout(50); ' + await Bun.file(path).text(),
  }));
} });`;
  const said = await testRun({
    "bunfig.toml": '[test]\npreload = ["./preload.ts"]\n',
    "preload.ts": plugin,
    "a.test.ts": slow("a"),
    "b.test.ts": slow("b"),
  });
  expect(said).toContain("\n 0 pass\n 2 fail\n");
});

test("files of tests share the modules that they import, and their state", async () => {
  const counted = (name: string) => `import { test } from "bun:test";
import { count } from "./count.ts";
test("${name}", () => console.log("count", count()));\n`;
  const said = await testRun({
    "count.ts": "let n = 0;\nexport const count = () => ++n;\n",
    "a.test.ts": counted("a"),
    "b.test.ts": counted("b"),
  });
  expect(said).toContain("count 1\n");
  expect(said).toContain("count 2\n");
});

test("a path that begins with ./ is that folder; without it, a part of any path", async () => {
  const files = { "test/a/x.test.ts": slow("x"), "other/test/a/y.test.ts": slow("y") };
  expect(await testRun(files, "./test/a")).toContain("\n 1 pass\n");
  expect(await testRun(files, "test/a")).toContain("\n 2 pass\n");
});
