/** The built program and the signals that end it: exit codes, and nothing left behind. */
import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { requireBuiltProgram } from "../support/built-program.ts";
import { FifoReader } from "../support/fifo-reader.ts";
import { runProcess } from "../support/run-process.ts";
import { StartedProgram } from "../support/started-program.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "ee-signals-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function start(...args: readonly string[]): StartedProgram {
  return new StartedProgram([requireBuiltProgram(), ...args], folder);
}

const DAEMONS: Readonly<Record<string, readonly [args: readonly string[], ready: string]>> = {
  "device FIFO": [["device", "place"], "random bytes at"],
  "server --unix": [["server", "--unix", "place"], "listening on"],
};

describe.each(Object.entries(DAEMONS))("%s removes what it has made", (_, [args, ready]) => {
  for (const [signal, code] of [
    ["SIGTERM", 0],
    ["SIGINT", 0],
    ["SIGHUP", 129],
    ["SIGQUIT", 131],
  ] as const) {
    test(`${signal}: ${code}`, async () => {
      using program = start(...args);
      await program.until(ready);
      expect(existsSync(join(folder, "place"))).toBe(true);
      program.signal(signal);
      expect(await program.exited).toBe(code);
      expect(existsSync(join(folder, "place"))).toBe(false);
    });

    test(`${signal} sent twice, as timeout(1) and a terminal that is closed do`, async () => {
      using program = start(...args);
      await program.until(ready);
      program.signal(signal);
      program.signal(signal);
      expect(await program.exited).toBe(code);
      expect(existsSync(join(folder, "place"))).toBe(false);
    });
  }
});

describe("other commands", () => {
  for (const [signal, code] of [
    ["SIGTERM", 143],
    ["SIGINT", 130],
    ["SIGHUP", 129],
    ["SIGQUIT", 131],
  ] as const) {
    test(`stream: ${signal} is ${code}`, async () => {
      using program = start("stream", "--format", "hex", "--rate", "64");
      await program.until("[warn]");
      program.signal(signal);
      expect(await program.exited).toBe(code);
    });
  }

  test("record: a hang-up leaves a recording that the same command completes", async () => {
    const args = ["record", "clock_jitter", "--samples", "1000000", "--restarts", "20x20", "--out", "made"];
    using program = start(...args);
    const made = join(folder, "made");
    while (!existsSync(made) || readdirSync(made).length === 0) await Bun.sleep(1);
    program.signal("SIGHUP");
    expect(await program.exited).toBe(129);
    const again = await runProcess([requireBuiltProgram(), ...args, "--json"], { cwd: folder, env: {} });
    expect([again.exitCode, JSON.parse(again.stdout).schema]).toEqual([0, expect.anything()]);
  });
});

describe("SIGHUP", () => {
  /** It serves: a reader gets bytes that were made after the signal. */
  async function serves(path: string): Promise<number> {
    using reader = new FifoReader(path);
    return (await reader.read(20_000)).length;
  }

  test("is ignored where it was from the start, as under nohup", async () => {
    using program = new StartedProgram(
      ["/bin/sh", "-c", `trap '' HUP; exec "$0" device place --mode drbg`, requireBuiltProgram()],
      folder,
    );
    await program.until("random bytes at");
    program.signal("SIGHUP");
    expect(await serves(join(folder, "place"))).toBe(20_000);
    program.signal("SIGTERM");
    expect(await program.exited).toBe(0);
  });

  test("is obeyed by a process 1", async () => {
    const asFirst = ["unshare", "--user", "--map-root-user", "--pid", "--fork"];
    if (!Bun.which("unshare") || Bun.spawnSync([...asFirst, "true"]).exitCode !== 0)
      return console.warn("skipped: no process 1 can be made here with unshare");
    using program = new StartedProgram(
      [Bun.which("unshare")!, ...asFirst.slice(1), requireBuiltProgram(), "device", "place"],
      folder,
    );
    await program.until("random bytes at");
    const children = readFileSync(`/proc/${program.pid}/task/${program.pid}/children`, "latin1");
    process.kill(Number(children), "SIGHUP");
    expect(await program.exited).toBe(129);
    expect(existsSync(join(folder, "place"))).toBe(false);
  });
});
