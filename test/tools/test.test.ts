/** tools/test.ts, in a small project whose checks, build and Python tests are stand-ins. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { ROOT } from "#kit/make/checkout.ts";
import { runProcess } from "../support/run-process.ts";

const folder = mkdtempSync(join(tmpdir(), "test-runner-"));
const testFile = (body: string) => `import { expect, test } from "bun:test";\n${body}\n`;
const pass = (name: string) => testFile(`test("${name}", () => {});`);

const FILES: Readonly<Record<string, string>> = {
  "tools/check.ts": "export const runChecks = async () => ({ passed: 3, failed: 0 });",
  "tools/optional-programs.json": JSON.stringify([
    { name: "Python", present: "true", packages: [], neededBy: "python" },
    { name: "Unheard-of", present: "false", packages: ["unheard-of"], neededBy: "a test of its own" },
  ]),
  "build.ts": 'import { mkdirSync } from "node:fs";\nmkdirSync("dist", { recursive: true });',
  "python/run_tests.py": `import json, sys
open(sys.argv[2], "w").write(json.dumps({"passed": 10, "failed": 0, "skipped": 2}))
print("python got", sys.argv[3:])`,
  "python/tests/test_a.py": "",
  "test/a/one.test.ts": pass("one of a"),
  "test/a/two.test.ts": testFile('test("two of a", () => {});\ntest.skip("left out", () => {});'),
  "test/b/a/three.test.ts": pass("three of b"),
  "test/binary/four.test.ts": testFile(
    'import { existsSync } from "node:fs";\ntest("built", () => expect(existsSync("dist")).toBe(true));',
  ),
  "test/live/five.test.ts": testFile('test("live", () => expect(1).toBe(2));'),
  "packages/other/test/six.test.ts": pass("six of another package"),
};

beforeAll(() => {
  for (const name of ["tools/test.ts", "tools/optional-programs.mjs"]) {
    cpSync(join(ROOT, name), join(folder, name));
  }
  for (const [name, text] of Object.entries(FILES)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function testRun(...words: string[]) {
  const env = { ...process.env, EE_LIVE: undefined };
  return runProcess([process.execPath, "tools/test.ts", ...words], { cwd: folder, env });
}

describe("everything", () => {
  test("every kind of test is run once and added up; what is left out, and how long it takes, is said first", async () => {
    const first = await testRun();
    expect(first.stderr).toStartWith(
      "test: this takes about 5 min on two quiet cores\n" +
        "skipped: a test of its own: Unheard-of is not installed (Debian: unheard-of)\n" +
        "skipped: live measurements: EE_LIVE is not 1\n",
    );
    // The checks, both binaries, five tests and Python's.
    expect(first.stdout).toEndWith("\n3 skipped\n20 passed, 0 failed\n");
    expect(first.stdout).toContain("python got []");
    expect(first.exitCode).toBe(0);
    expect((await testRun()).stderr).toStartWith("test: this takes about 1 min, as the last time\n");
  });
});

describe("some", () => {
  test("a folder is that folder alone; the checks come first", async () => {
    rmSync(join(folder, "dist"), { recursive: true, force: true });
    const { exitCode, stdout, stderr } = await testRun("test/a");
    expect(stdout).toEndWith("1 skipped\n5 passed, 0 failed\n");
    expect(stderr).not.toContain("three");
    expect(existsSync(join(folder, "dist"))).toBe(false);
    expect(exitCode).toBe(0);
  });

  test("files, options for bun test, and Python's", async () => {
    expect((await testRun("test/a/two.test.ts", "-t", "two")).stdout).toEndWith("4 passed, 0 failed\n");
    const { stdout } = await testRun("python/tests/test_a.py");
    expect(stdout).toContain("python got ['tests/test_a.py']");
    expect(stdout).toEndWith("2 skipped\n14 passed, 0 failed\n");
  });

  test("a test that fails, and a path without tests, are failures", async () => {
    const failed = await testRun("test/live");
    expect([failed.exitCode, failed.stdout]).toEqual([1, expect.stringMatching(/^3 passed, 1 failed\n$/m)]);
    const nothing = await testRun("tools");
    expect([nothing.exitCode, nothing.stdout]).toEqual([1, expect.stringMatching(/^3 passed, 1 failed\n$/m)]);
  });
});
