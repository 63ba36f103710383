/** bootstrap.mjs, run by Node as npm does. Installing is not tried here: it has been done, or this would not run. */
import { expect, test } from "bun:test";
import { ROOT } from "../../make/native.ts";

const node = Bun.which("node");
const start = (args: string[], options: { stdin?: "pipe" } = {}) =>
  Bun.spawn([node!, "bootstrap.mjs", ...args], { cwd: ROOT, stdout: "pipe", stderr: "pipe", ...options });

const testNode = test.skipIf(node === null);

testNode("unknown words are refused", async () => {
  const child = start(["everything"]);
  expect(await child.exited).toBe(2);
  expect(await new Response(child.stderr).text()).toContain("usage: node bootstrap.mjs start | test");
});

testNode("the program's output and exit code come through, and nothing else", async () => {
  const version = start(["start", "--version"]);
  expect(await new Response(version.stdout).text()).toMatch(/^\d+\.\d+\.\d+\S*\n$/);
  expect(await version.exited).toBe(0);

  const wrong = start(["start", "no-such-command"]);
  expect(await wrong.exited).toBe(2);
  expect(await new Response(wrong.stdout).text()).toBe("");
});
