/** bootstrap.mjs, run by Node as npm does. Installing is not tried here: it has been done, or this would not run. */
import { expect, test } from "bun:test";
import { ROOT } from "#kit/make/checkout.ts";
import { runProcess } from "../support/run-process.ts";

const node = Bun.which("node");
const start = (...args: string[]) => runProcess([node!, "bootstrap.mjs", ...args], { cwd: ROOT });

const testNode = test.skipIf(node === null);

testNode("unknown words are refused", async () => {
  const { exitCode, stderr } = await start("everything");
  expect(exitCode).toBe(2);
  expect(stderr).toContain("usage: node bootstrap.mjs start | cryptex | test");
});

testNode("the program's output and exit code come through, and nothing else", async () => {
  const version = await start("start", "--version");
  expect(version.stdout).toMatch(/^\d+\.\d+\.\d+\S*\n$/);
  expect(version.exitCode).toBe(0);

  const wrong = await start("start", "no-such-command");
  expect([wrong.exitCode, wrong.stdout]).toEqual([2, ""]);
});

testNode("the other program's, too", async () => {
  expect(await start("cryptex", "--version")).toEqual(await start("start", "--version"));
  const wrong = await start("cryptex", "no-such-command");
  expect([wrong.exitCode, wrong.stdout]).toEqual([2, ""]);
  expect(wrong.stderr).toStartWith("cryptex: error: ");
});
