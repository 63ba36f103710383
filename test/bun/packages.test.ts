/** Bun's npm packages and its test runner, where their documentation is silent: docs/BUN.md. */
import { afterAll, expect, test } from "bun:test";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { hostTarget } from "#kit/native/target.ts";
import { runProcess } from "../support/run-process.ts";

const MODULES = join(import.meta.dirname, "../../node_modules");

const folder = mkdtempSync(join(tmpdir(), "ee-bun-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test("the executable is bin/bun.exe of the package bun on every system, or bin/bun of the system's package", async () => {
  const system = `@oven/bun-${hostTarget().replace("arm64", "aarch64")}`;
  const places = [join(MODULES, "bun", "bin", "bun.exe"), join(MODULES, system, "bin", "bun")];
  const executable = places.find((path) => existsSync(path));
  const { stdout } = await runProcess([executable!, "--version"]);
  expect(stdout).toBe(`${Bun.version}\n`);
});

test("the outermost element of a JUnit report states the sums of tests, failures and skipped", async () => {
  const tests = `import { expect, test } from "bun:test";
test("passes", () => {});
test("passes too", () => {});
test("fails", () => expect(1).toBe(2));
test.skip("is skipped", () => {});`;
  writeFileSync(join(folder, "some.test.ts"), tests);
  const report = join(folder, "junit.xml");
  const command = ["test", "--reporter=junit", `--reporter-outfile=${report}`, "./some.test.ts"];
  expect((await runProcess([process.execPath, ...command], { cwd: folder })).exitCode).toBe(1);
  const [sums] = /<testsuites\b[^>]*>/.exec(readFileSync(report, "utf8")) ?? [];
  for (const sum of ['tests="4"', 'failures="1"', 'skipped="1"']) expect(sums).toContain(` ${sum}`);
});
