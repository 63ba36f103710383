/** The compiled program as a user has it. `npm test` builds it first. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ROOT } from "#kit/make/checkout.ts";
import manifest from "../../package.json" with { type: "json" };
import { requireBuiltProgram } from "../support/built-program.ts";
import { host, hostLibrary } from "../support/native-builds.ts";
import { type Ended, runForBytes, type Surroundings } from "../support/run-process.ts";

let folder: string;
let program: string;

beforeAll(() => {
  // Alone in an empty folder, far from the sources.
  folder = mkdtempSync(join(tmpdir(), "ee-binary-"));
  chmodSync(folder, 0o755);
  program = join(folder, "esoteric-entropy");
  copyFileSync(requireBuiltProgram(), program);
  chmodSync(program, 0o755);
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

function run(args: readonly string[], surroundings: Surroundings = {}): Promise<Ended<Buffer>> {
  return runForBytes([program, ...args], { cwd: folder, env: {}, ...surroundings });
}

/** A shell script in which $EE is the program. */
function shell(script: string): Promise<Ended<Buffer>> {
  const env = { EE: program, PATH: "/usr/bin:/bin" };
  return runForBytes(["/bin/sh", "-c", script], { cwd: folder, env });
}

describe("without sampling", () => {
  test("--version", async () => {
    expect(await run(["--version"])).toEqual({
      exitCode: 0,
      stdout: Buffer.from(`${manifest.version}\n`),
      stderr: "",
    });
  });

  test("the licences of everything inside", async () => {
    const licences = await run(["--licences"]);
    expect([licences.exitCode, licences.stderr]).toEqual([0, ""]);
    const text = licences.stdout.toString();
    // Its own, the runtime's, that of its library, of the page, of a command.
    for (const each of [
      "Copyright (c) 2026 The esoteric-entropy authors",
      `@oven/bun-${host().replace("arm64", "aarch64")} ${Bun.version}`,
      "Bun statically links JavaScriptCore",
      "echarts 6.1.0",
      "@clack/prompts 1.9.0",
      "Apache License",
      "secure-password-utilities 0.2.1",
      "Creative Commons Attribution 4.0 International",
    ]) {
      expect(text).toContain(each);
    }
    expect(await run(["--licenses"])).toEqual(licences);
  });

  test("help for the program and each command, on stdout", async () => {
    expect((await run([])).stdout.toString()).toContain("COMMANDS");
    for (const command of ["scan", "probe", "pool", "stream"]) {
      const { exitCode, stdout, stderr } = await run([command, "--help"]);
      expect([exitCode, stderr]).toEqual([0, ""]);
      expect(stdout.toString()).toContain("EXAMPLES");
      expect(stdout.toString()).not.toContain("\x1b");
    }
  });

  test("scan lists every source and why one is not available", async () => {
    const { exitCode, stdout } = await run(["scan", "--json"]);
    expect(exitCode).toBe(0);
    const { sources } = JSON.parse(stdout.toString());
    expect(sources.length).toBeGreaterThanOrEqual(8);
    for (const source of sources) expect(source.available || source.reason.length > 3).toBe(true);
    expect((await run(["scan"])).stdout.toString()).toContain("dram_row_buffer");
  });

  test("the door for another library, which tests from source go in by, is not there", async () => {
    expect(readFileSync(program).includes("ESOTERIC_ENTROPY_LIBRARY")).toBe(false);
    for (const library of ["/does/not/exist.so", await hostLibrary("EE_NULL_CLOCK")]) {
      const { exitCode, stdout } = await run(["scan", "--json"], {
        env: { ESOTERIC_ENTROPY_LIBRARY: library },
      });
      expect(exitCode).toBe(0);
      const { clock, sources } = JSON.parse(stdout.toString());
      expect(clock.name).not.toBe("null");
      expect(sources.find(({ id }: { id: string }) => id === "dram_row_buffer").available).toBe(true);
    }
  });

  test("BUN_OPTIONS loads no file into it, and BUN_INSPECT lets no debugger in", async () => {
    const script = join(folder, "preload.js");
    writeFileSync(script, "console.log('somebody else was here')");
    for (const env of [
      { BUN_OPTIONS: `--preload ${script}` },
      { BUN_OPTIONS: `--import ${script}` },
      { BUN_OPTIONS: `--require ${script}` },
      { BUN_INSPECT: "127.0.0.1:0" },
    ]) {
      const { exitCode, stdout } = await run(["stream", "--bytes", "8", "--format", "hex"], { env });
      expect([exitCode, stdout.toString()], JSON.stringify(env)).toEqual([1, ""]);
    }
  });

  const mistakes: [string[], string][] = [
    [["stream", "--byts", "12"], "did you mean '--bytes'"],
    [["stream", "--bytes"], "--bytes needs a value"],
    [["stream", "--bytes", "many"], "sizes are like"],
    [["stream", "--sources", "nothing"], "'esoteric-entropy scan' lists the sources; families are sensor,"],
    [["stream", "--sources", "-default"], "leaves no source"],
    [["stream", "--format", "octal"], "is not one of"],
    [["probe"], "missing argument <source>"],
    [["probe", "clock_jiter"], "did you mean 'clock_jitter'"],
    [["strem"], "did you mean 'stream'"],
    [["--bytes", "1"], "options follow the command"],
    [["pool", "--seconds", "0"], "times are like"],
  ];
  for (const [args, message] of mistakes) {
    test(`usage error: ${args.join(" ")}`, async () => {
      const { exitCode, stdout, stderr } = await run(args);
      expect([exitCode, stdout.length]).toEqual([2, 0]);
      expect(stderr).toStartWith("esoteric-entropy: error: ");
      expect(stderr).toContain(message);
    });
  }
});

describe("with this machine's noise", () => {
  test("stream: exact lengths, and no two runs alike", async () => {
    const hex = await run(["stream", "--format", "hex", "--bytes", "32", "--uncalibrated"]);
    expect([hex.exitCode, hex.stderr]).toEqual([0, ""]);
    expect(hex.stdout.toString()).toMatch(/^[0-9a-f]{64}\n$/);
    const again = await run(["stream", "--format", "hex", "--bytes", "32"]);
    expect(again.stdout.equals(hex.stdout)).toBe(false);
    expect((await run(["stream", "--mode", "drbg", "--bytes", "5M"])).stdout.length).toBe(5 << 20);
  });

  test("pick and shuffle take lines as they are: not UTF-8, with CR LF, or with zero bytes between", async () => {
    const { stdout, stderr } = await shell("printf 'a\\377\\r\\nb\\r\\nc' | $EE shuffle --uncalibrated");
    const lines = stdout.toString("latin1").split("\r\n");
    expect(lines.pop()).toBe("");
    expect(lines.sort()).toEqual(["a\xff", "b", "c"]);
    expect(stderr).toBe("[info] 2.5 bits: the order of 3 entries\n");
    const picked = await shell("printf 'a\\nb\\0a\\nb' | $EE pick -z --uncalibrated");
    expect(picked.stdout.toString()).toBe("a\nb\0");
    expect(picked.stderr).toBe("[info] 0 bits: 1 of 2 entries\n");
    const nothing = await shell("$EE pick < /dev/null");
    expect([nothing.exitCode, nothing.stdout.length]).toEqual([1, 0]);
    expect(nothing.stderr).toContain("standard input is empty");
    const endless = await shell("$EE shuffle < /dev/zero");
    expect([endless.exitCode, endless.stdout.length]).toEqual([1, 0]);
    expect(endless.stderr).toContain("without end");
    const much = await shell("head -c 70000000 /dev/zero | $EE shuffle -z");
    expect(much.stderr).toContain("more than 64 MiB");
  });

  test("without a profile, one line on stderr says where the claims come from, where sources are credited", async () => {
    const line = expect.stringMatching(
      /^\[warn\] [^\n]* claims from other machines: [^\n]*calibrate[^\n]*\n$/,
    );
    const hex = ["--format", "hex", "--bytes", "8"];
    for (const args of [
      ["stream", ...hex],
      ["stream", "--mode", "drbg", ...hex],
      ["pool", "--seconds", "0.1"],
    ]) {
      const { exitCode, stderr } = await run(args);
      expect([exitCode, stderr]).toEqual([0, line]);
    }
    for (const args of [["scan"], ["completion", "bash"], ["probe", "clock_jitter", "--samples", "100"]]) {
      const { exitCode, stderr } = await run(args);
      expect([exitCode, stderr]).toEqual([0, ""]);
    }
    expect((await run(["stream", "--mode", "noise", ...hex])).stderr).not.toContain("other machines");
    expect((await run(["stream", "--require-calibration", ...hex])).exitCode).toBe(1);
  });

  test("a closed pipe is no failure and no news", async () => {
    for (const mode of ["full", "drbg", "noise"]) {
      const { exitCode, stdout, stderr } = await shell(
        `{ "$EE" stream --mode ${mode} --uncalibrated; echo $? >&2; } | head -c 1`,
      );
      expect([exitCode, stdout.length]).toEqual([0, 1]);
      expect(stderr).toBe("0\n");
    }
  });

  test("an interrupt ends it at once with 130, a termination with 143", async () => {
    for (const [signal, code] of [
      ["SIGINT", 130],
      ["SIGTERM", 143],
    ] as const) {
      const child = Bun.spawn([program, "stream", "--rate", "100", "--uncalibrated"], {
        env: {},
        stdout: "pipe",
        stderr: "pipe",
        stdin: "ignore",
      });
      const reader = child.stdout.getReader();
      await reader.read();
      child.kill(signal);
      expect(await child.exited).toBe(code);
      expect(await new Response(child.stderr).text()).toBe("");
    }
  });

  test("it is interrupted even when the reader does not read", async () => {
    const { exitCode } = await shell(
      `"$EE" stream --mode drbg | { sleep 1; kill -INT $(pgrep -f "^$EE stream --mode drbg"); sleep 1; } ; ! pgrep -f "^$EE stream --mode drbg"`,
    );
    expect(exitCode).toBe(0);
  });

  test("probe and pool report what they saw", async () => {
    const probed = JSON.parse((await run(["probe", "dram_row_buffer", "--json"])).stdout.toString());
    expect(probed.samples).toBe(10_000);
    expect(probed.distinct).toBeGreaterThan(3);
    expect((await run(["probe", "clock_jitter", "--samples", "100", "--raw"])).stdout.length).toBe(800);
    const { ledger } = JSON.parse((await run(["pool", "--seconds", "0.5", "--json"])).stdout.toString());
    expect(ledger.spentBits + ledger.forfeitedBits + ledger.levelBits).toBeCloseTo(ledger.creditedBits, 2);
  });
});

/** Runs the program from source, where another native library can be given. */
const runSource = (args: readonly string[], env: Record<string, string>) =>
  runForBytes([process.execPath, join(ROOT, "src", "main.ts"), ...args], { env });

test("from source: a library that cannot be loaded makes sources unavailable, with the reason, and nothing crash", async () => {
  const env = { ESOTERIC_ENTROPY_LIBRARY: "/does/not/exist.so" };
  const { exitCode, stdout, stderr } = await runSource(["scan", "--json"], env);
  expect([exitCode, stderr]).toEqual([0, ""]);
  const dram = JSON.parse(stdout.toString()).sources.find(
    (source: { id: string }) => source.id === "dram_row_buffer",
  );
  expect(dram.available).toBe(false);
  expect(dram.reason).toContain("/does/not/exist.so");
  const streamed = await runSource(["stream", "--bytes", "1", "--format", "hex", "--sources", "memory"], env);
  expect([streamed.exitCode, streamed.stdout.length]).toEqual([3, 0]);
});

describe("from source, with a clock that always says the same", () => {
  /** Sources that time something: not those that read the system's counters, which no clock of ours can stop. */
  const TIMED = "default,-counters";
  let env: Record<string, string>;
  beforeAll(async () => {
    env = {
      ESOTERIC_ENTROPY_LIBRARY: await hostLibrary("EE_NULL_CLOCK"),
    };
  });

  for (const mode of ["full", "drbg"]) {
    test(`${mode}: exit 3, and not one byte`, async () => {
      const args = ["stream", "--mode", mode, "--timeout", "1", "--sources", TIMED];
      const { exitCode, stdout, stderr } = await runSource(args, env);
      expect([exitCode, stdout.length]).toEqual([3, 0]);
      expect(stderr).toContain("not enough entropy within 1 s: 0 bits credited");
    });
  }

  for (const argv of [["password"], ["key", "age"], ["dice", "3d6"], ["shuffle", "a", "b"]]) {
    test(`${argv.join(" ")}: exit 3, and nothing made of anything weaker`, async () => {
      const { exitCode, stdout, stderr } = await runSource(
        [...argv, "--timeout", "1", "--sources", TIMED],
        env,
      );
      expect([exitCode, stdout.length]).toEqual([3, 0]);
      expect(stderr).toContain("not enough entropy");
    });
  }

  test("pool credits nothing", async () => {
    const { stdout } = await runSource(["pool", "--seconds", "1", "--json", "--sources", TIMED], env);
    expect(JSON.parse(stdout.toString()).ledger.creditedBits).toBe(0);
  });
});

describe("in poor surroundings", () => {
  /** Root may write anywhere: it becomes somebody who may not. */
  const asNobody =
    process.getuid?.() === 0 && Bun.which("setpriv")
      ? ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--"]
      : [];

  test("no HOME, no environment, a working folder it may not write", async () => {
    const readOnly = join(folder, "read-only");
    mkdirSync(readOnly);
    chmodSync(readOnly, 0o555);
    const { exitCode, stdout } = await runForBytes(
      [...asNobody, program, "stream", "--format", "hex", "--bytes", "16"],
      { env: { PATH: "/usr/bin:/bin" }, cwd: readOnly },
    );
    expect(stdout.toString()).toMatch(/^[0-9a-f]{32}\n$/);
    expect(exitCode).toBe(0);
  });
});
