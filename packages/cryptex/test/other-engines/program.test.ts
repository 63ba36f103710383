/** Programs of others: found in PATH alone, and given up after a time. */
import { afterEach, expect, test } from "bun:test";
import { chmodSync } from "node:fs";
import { rejectionOf } from "../../../../test/support/rejection.ts";
import { findProgram, runOtherProgram } from "../../src/other-engines/program.ts";
import { WorkFolder } from "../support/program.ts";

const { PATH } = process.env;
const cwd = process.cwd();
afterEach(() => {
  process.env["PATH"] = PATH;
  process.chdir(cwd);
});

test("an empty part of PATH does not stand for the working folder", () => {
  using folder = new WorkFolder({ "bin/tool": "#!/bin/sh\n" });
  chmodSync(folder.at("bin/tool"), 0o755);
  process.chdir(folder.at("bin"));
  for (const path of ["", ":", "::/nowhere", "/nowhere:"]) {
    process.env["PATH"] = path;
    expect(findProgram("tool")).toBeUndefined();
  }
  process.env["PATH"] = `:${folder.at("bin")}`;
  expect(findProgram("tool")).toBe(folder.at("bin/tool"));
  process.chdir(cwd);
});

test("a program that does not end is given up", async () => {
  const signal = new AbortController().signal;
  const failure = await rejectionOf(
    runOtherProgram("/bin/sh", ["-c", "exec sleep 1000"], signal, { longestMs: 50 }),
  );
  expect(String(failure)).toContain("/bin/sh did not end within 0.05 s");
});
