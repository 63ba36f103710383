/** Ctrl-C while the built program works something out: it ends before the work does, and has said what it was doing. */
import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { requireBuiltProgram } from "../support/built-program.ts";
import { keystream } from "../support/keystream.ts";
import { Terminal } from "../support/terminal.ts";

let cwd: string;
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), "ee-work-"));
  writeFileSync(
    join(cwd, "restarts.bin"),
    keystream(1_000_000, 3).map((byte) => byte & 1),
  );
});
afterEach(() => rmSync(cwd, { recursive: true, force: true }));

const CTRL_C = "\x03";

describe("ctrl-c", () => {
  test.each([
    {
      args: ["probe", "clock_jitter", "--samples", "3000000"],
      doing: "assessing 3000000 samples",
      done: "assessed H",
    },
    {
      args: ["stream", "--mode", "noise", "--bytes", "4000000", "--sources", "fast"],
      doing: "assessing the noise",
      done: "bits each",
    },
    {
      args: ["calibrate", "--sources", "clock_jitter", "--seconds", "1"],
      doing: "assessing",
      done: "credited",
    },
    {
      args: ["assess", "restart", "restarts.bin", "--initial", "0.5", "--iid"],
      doing: "permutations of the rows",
      done: "Validation Test",
    },
    {
      args: ["report", "--input", "/dev/urandom", "--suite", "deep", "--state", "state"],
      doing: "next result at",
      done: "looked for",
    },
    {
      args: ["assess", "restarts.bin", "restarts.bin", "--iid"],
      doing: "file 1 of 2: permutations",
      done: "MIN-ENTROPY",
    },
  ])("$args.0 while it is $doing", async ({ args, doing, done }) => {
    const options = { env: { HOME: cwd }, cwd, timeoutMs: 240_000 };
    const script = 'exec "$0" "$@" > result';
    await using terminal = new Terminal(["/bin/sh", "-c", script, requireBuiltProgram(), ...args], options);
    await terminal.until(doing);
    terminal.type(CTRL_C);
    expect(await terminal.exited).toBe(130);
    expect(terminal.shown + readFileSync(join(cwd, "result"), "latin1")).not.toContain(done);
  });
});
