/** The built cryptex and the signals that end it. */
import { describe, expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { requireBuiltProgram } from "../../../../test/support/built-program.ts";
import { StartedProgram } from "../../../../test/support/started-program.ts";
import { WorkFolder } from "../support/program.ts";

const ENDLESS = "rule endless { condition: for all i in (0..1000000000000) : (i >= 0) }";

function work(): WorkFolder {
  return new WorkFolder({ "r.yar": ENDLESS, "d/file": "x", "results/a.ndjson": "no JSON\n" });
}

function start(folder: WorkFolder, ...args: readonly string[]): StartedProgram {
  return new StartedProgram([requireBuiltProgram("cryptex"), ...args], folder.path, {
    HOME: folder.at("home"),
  });
}

const CODES = [
  ["SIGTERM", 0, 143],
  ["SIGINT", 0, 130],
  ["SIGHUP", 129, 129],
  ["SIGQUIT", 131, 131],
] as const;

describe.each(CODES)("%s", (signal, ofDaemon, ofOthers) => {
  test("serve --unix: the socket goes", async () => {
    using folder = work();
    using program = start(folder, "serve", "--unix", "socket", "--rules", "r.yar");
    await program.until("listening on");
    expect(existsSync(folder.at("socket"))).toBe(true);
    program.signal(signal);
    program.signal(signal);
    expect(await program.exited).toBe(ofDaemon);
    expect(existsSync(folder.at("socket"))).toBe(false);
  });

  test("collect --watch", async () => {
    using folder = work();
    using program = start(folder, "collect", "--watch", "results");
    await program.until("a.ndjson");
    program.signal(signal);
    expect(await program.exited).toBe(ofDaemon);
  });

  // Without a terminal, SIGHUP has the rules read again.
  if (signal !== "SIGHUP") {
    test("watch", async () => {
      using folder = work();
      using program = start(folder, "watch", "d", "--rules", "r.yar");
      await program.until("ready");
      program.signal(signal);
      expect(await program.exited).toBe(ofDaemon);
    });
  }

  test("scan, in the middle of a file", async () => {
    using folder = work();
    using program = start(
      folder,
      "scan",
      "d",
      "--rules",
      "r.yar",
      "--timeout",
      "100000",
      "--format",
      "ndjson",
    );
    await program.until('"start"');
    program.signal(signal);
    expect(await program.exited).toBe(ofOthers);
  });
});
