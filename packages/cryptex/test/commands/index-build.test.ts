/** `index build` from its command line to its exit code. */
import { expect, test } from "bun:test";
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { runCryptex, WorkFolder } from "../support/program.ts";

test("says that ClamAV passes over a file of another ending, and writes it all the same", async () => {
  using folder = new WorkFolder();
  writeFileSync(
    join(folder.path, "a.yar"),
    'rule a { strings: $a = "some words" condition: $a }\nrule b { condition: true }',
  );
  const build = (target: string, output: string) =>
    runCryptex(folder, "index", "build", "a.yar", "--target", target, "-o", output);
  const named = await build("clamav", "safe.txt");
  expect(named.stderr).toContain("clamav passes over files that do not end with .yar or .yara");
  expect(named.stderr).toContain("safe.txt: 1 of 2 rules");
  expect(named.exitCode).toBe(0);
  expect(existsSync(join(folder.path, "safe.txt"))).toBe(true);
  expect((await build("clamav", "safe.yar")).stderr).not.toContain("passes over");
  expect((await build("libyara-4.5", "safe.txt")).stderr).not.toContain("passes over");
});
