import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { InterruptedError } from "#kit/term/exit.ts";
import { record, runRecord } from "../../src/commands/record.ts";
import type { FreshProcess } from "../../src/commands/restart-of.ts";
import type { Deps } from "../../src/deps.ts";
import { NativeError, SourceError, ToolError, UsageError } from "../../src/errors.ts";
import { currentHost } from "../../src/platform/index.ts";
import type { Manifest } from "../../src/recording/manifest.ts";
import { sources } from "../../src/sources/index.ts";
import { exitCodeOf } from "../support/exit-code.ts";
import { fakeHost } from "../support/fake-host.ts";
import { fakeIo } from "../support/fake-io.ts";
import { type FakeSource, fakeSource } from "../support/fake-thread.ts";
import { COMPILE_TIMEOUT_MS, hostLibrary } from "../support/native-builds.ts";
import { optionsFor } from "../support/options.ts";
import { rejectionOf } from "../support/rejection.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "ee-record-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const counter = () => fakeSource({ id: "counter", rateHz: 500 }, (i) => i);
const options = (args: Record<string, unknown> = {}) =>
  optionsFor(record, { source: "counter", out: folder, samples: "2000", restarts: "0", ...args });

function depsOf(source: FakeSource, host = fakeHost()): Deps {
  return { sources: [source], host, startThread: () => Promise.reject() as never, warn: () => {} };
}

const noRestarts: FreshProcess = () => Promise.reject(new Error("no restart was asked for"));

function manifest(): Manifest {
  return JSON.parse(readFileSync(join(folder, "counter.json"), "utf8"));
}

describe("record", () => {
  test("writes the samples in order, the symbols, and says what it did", async () => {
    const source = counter();
    const io = fakeIo();
    await runRecord(options(), io, depsOf(source), noRestarts);
    const samples = new BigUint64Array(readFileSync(join(folder, "counter.samples.u64")).slice().buffer);
    expect(samples).toEqual(BigUint64Array.from({ length: 2_000 }, (_, i) => BigInt(i)));
    expect(manifest().runs).toHaveLength(1);
    expect(io.written().toString()).toContain(manifest().files.samples.sha256);
    expect([source.opened(), source.closed()]).toEqual([1, 1]);
  });

  test("--json is the manifest; a second time nothing is recorded again", async () => {
    await runRecord(options(), fakeIo(), depsOf(counter()), noRestarts);
    const again = counter();
    const io = fakeIo();
    await runRecord(options({ json: true }), io, depsOf(again), noRestarts);
    expect(JSON.parse(io.written().toString())).toEqual(manifest());
    expect(io.talk()).toContain("already");
    expect(again.opened()).toBe(0);
  });

  test("each restart is a process of its own, told what this one was told", async () => {
    const calls: string[] = [];
    const fresh: FreshProcess = async (args) => {
      calls.push(args.join(" "));
      return new Uint8Array(
        BigUint64Array.from({ length: 5 }, (_, i) => BigInt(calls.length * 10 + i)).buffer,
      );
    };
    const host = fakeHost({ settings: { resolver: "192.0.2.1", scratchFolder: "/scratch" } });
    await runRecord(options({ restarts: "3x5" }), fakeIo(), depsOf(counter(), host), fresh);
    const call = "probe counter --samples 5 --raw --resolver=192.0.2.1 --scratch=/scratch";
    expect(calls).toEqual([call, call, call]);
    const rows = [...readFileSync(join(folder, "counter.restarts.u8"))];
    expect(rows).toEqual([10, 11, 12, 13, 14, 20, 21, 22, 23, 24, 30, 31, 32, 33, 34]);
    expect(manifest().restarts?.method).toContain("new process");
    expect(manifest().settings).toEqual({ resolver: "192.0.2.1", scratchFolder: "/scratch" });
  });

  test("a restart that gives another number of samples ends it, with what there is kept", async () => {
    for (const bytes of [0, 8, 39, 48]) {
      const short: FreshProcess = async () => new Uint8Array(bytes);
      const error = await rejectionOf(
        runRecord(options({ restarts: "3x5" }), fakeIo(), depsOf(counter()), short),
      );
      expect(error).toBeInstanceOf(SourceError);
      expect(error.message).toBe(`counter: a restart gave ${bytes} bytes, not 40`);
    }
    expect(readdirSync(folder).every((name) => name.endsWith(".part"))).toBe(true);
  });

  test("an interrupt ends it with 130; the same command goes on", async () => {
    const io = fakeIo();
    const source = fakeSource({ id: "counter", rateHz: 500 }, (i) => {
      if (i === 1_600) io.interrupt.abort(new InterruptedError(130));
      if (i >= 2_000) throw io.signal.reason;
      return i;
    });
    const error = await rejectionOf(runRecord(options({ samples: "5000" }), io, depsOf(source), noRestarts));
    expect(exitCodeOf(error)).toBe(130);
    expect(io.talk()).toContain("goes on from here");
    expect(readdirSync(folder).every((name) => name.endsWith(".part"))).toBe(true);

    const talk = fakeIo();
    await runRecord(options({ samples: "5000" }), talk, depsOf(counter()), noRestarts);
    expect(talk.talk()).toContain("going on after 2000 samples");
    expect(manifest().runs.map((run) => run.samples)).toEqual([2_000, 3_000]);
  });

  test("a source that fails, or is not there, is named", async () => {
    const source = counter();
    source.error = new SourceError("counter", "broken");
    expect((await rejectionOf(runRecord(options(), fakeIo(), depsOf(source)))).message).toBe(
      "counter: broken",
    );
    source.unavailable = "no such device";
    expect(await rejectionOf(runRecord(options(), fakeIo(), depsOf(source)))).toBeInstanceOf(SourceError);
    expect(readdirSync(folder)).not.toContain("counter.json");
    expect(
      await rejectionOf(runRecord(options({ source: "countre" }), fakeIo(), depsOf(source))),
    ).toBeInstanceOf(UsageError);
  });

  test("options that make no sense are usage errors", () => {
    for (const args of [
      { out: undefined },
      { samples: "0" },
      { samples: "1e6" },
      { restarts: "1000" },
      { restarts: "1x1000" },
      { restarts: "1000x1000x2" },
      { restarts: "x" },
      { restarts: "10001x10" },
    ]) {
      expect(() => options(args)).toThrow(UsageError);
    }
    expect(options({ restarts: "1000x500" }).restarts).toEqual({ rows: 1000, cols: 500 });
  });
});

const PROGRAM = join(import.meta.dir, "..", "support", "record-program.ts");
const FINAL = ["counter.json", "counter.restarts.u8", "counter.samples.u64", "counter.symbols.u8"];

function recordProgram(out: string, samples: number, killAt = -1, launcher: string[] = []) {
  const command = [...launcher, process.execPath, PROGRAM, out, `${samples}`, `${killAt}`];
  const { exitCode, signalCode, stderr } = Bun.spawnSync(command, { stderr: "pipe" });
  return { exitCode, signalCode, stderr: stderr.toString() };
}

describe("a process that is killed", () => {
  test("leaves nothing under a final name; the next goes on; the third finds it complete", () => {
    expect(recordProgram(folder, 50_000, 20_500).signalCode).toBe("SIGKILL");
    expect(readdirSync(folder).some((name) => FINAL.includes(name))).toBe(false);

    expect(recordProgram(folder, 50_000, 10_500).signalCode).toBe("SIGKILL");
    const last = recordProgram(folder, 50_000);
    expect(last).toMatchObject({ exitCode: 0 });
    expect(last.stderr).toContain("going on after 30000 samples");
    expect(readdirSync(folder).sort()).toEqual(FINAL);

    // What was sampled after the last checkpoint is lost: pieces of 1,000.
    expect(manifest().runs.map((run) => [run.firstSample, run.samples])).toEqual([
      [0, 20_000],
      [20_000, 10_000],
      [30_000, 20_000],
    ]);
    const samples = new BigUint64Array(readFileSync(join(folder, "counter.samples.u64")).slice().buffer);
    expect([samples[19_999], samples[20_000], samples[29_999], samples[30_000]]).toEqual([
      19_999n,
      0n,
      9_999n,
      0n,
    ]);
    expect(recordProgram(folder, 50_000).stderr).toContain("already");
  });

  test("in another recording's folder is refused", () => {
    recordProgram(folder, 50_000, 20_500);
    const { exitCode, stderr } = recordProgram(folder, 40_000);
    expect(exitCode).toBe(1);
    expect(stderr).toContain("samples 50000, now 40000");
    expect(stderr).toContain("hint: choose another folder");
  });
});

test(
  "the program itself starts a process for each restart",
  async () => {
    const main = join(import.meta.dir, "..", "..", "src", "main.ts");
    const env = { ...process.env, ESOTERIC_ENTROPY_LIBRARY: await hostLibrary("EE_NULL_CLOCK") };
    const args = ["mach_timing", "--samples", "1000", "--restarts", "3x20", "--out", folder, "--json"];
    const { stdout, exitCode } = Bun.spawnSync([process.execPath, main, "record", ...args], { env });
    expect(exitCode).toBe(0);
    // The processes had the same library: its clock is none.
    const { clock, restarts } = JSON.parse(stdout.toString()) as Manifest;
    expect(clock?.name).toBe("null");
    expect(restarts).toEqual({
      rows: 3,
      cols: 20,
      method: expect.stringContaining("a small program (ee-restart)"),
    });
    const rows = readFileSync(join(folder, "mach_timing.restarts.u8"));
    expect([rows.length, new Set(rows).size]).toEqual([60, 1]);
    expect(rows[0]).toBe(readFileSync(join(folder, "mach_timing.symbols.u8"))[0]!);
  },
  COMPILE_TIMEOUT_MS,
);

test(
  "where the small program is not to be had, whole ones are started, which is said; the other way does not go on with that",
  async () => {
    const libraryPath = await hostLibrary("EE_NULL_CLOCK");
    const real = currentHost({ libraryPath });
    if (!real.native.ok) throw new Error(real.native.reason);
    const { library } = real.native;
    const refuse = () => Promise.reject(new NativeError("permission denied"));
    const refusing = { ...library, placeRestartProgram: refuse };
    const host = { ...fakeHost(), native: { ok: true as const, library: refusing } };
    const source = sources.find(({ info }) => info.id === "mach_timing")!;
    const deps = { ...depsOf(counter(), host), sources: [source] };
    const asked = options({ source: "mach_timing", samples: "1000", restarts: "3x5" });
    const row = new Uint8Array(40);
    let rows = 0;
    const two: FreshProcess = async () => {
      if (rows++ === 2) throw new ToolError("no third");
      return row;
    };
    const io = fakeIo();
    expect((await rejectionOf(runRecord(asked, io, deps, two))).message).toBe("no third");
    expect(io.talk()).toContain("processes of this whole program, which start more slowly");
    expect(io.talk()).toContain("permission denied");

    const able = { ...host, native: real.native, run: real.run };
    const error = await rejectionOf(runRecord(asked, fakeIo(), { ...deps, host: able }, two));
    expect(error.message).toContain("restart method");
    await runRecord(asked, fakeIo(), deps, async () => row);
    const { restarts } = JSON.parse(readFileSync(join(folder, "mach_timing.json"), "utf8")) as Manifest;
    expect(restarts?.method).toContain("probe <source>");
  },
  COMPILE_TIMEOUT_MS,
);

const canMount =
  process.platform === "linux" &&
  process.getuid?.() === 0 &&
  Bun.spawnSync(["unshare", "-m", "true"], { stdout: "ignore", stderr: "ignore" }).exitCode === 0;
if (!canMount) console.log("skipped: a full disk takes Linux, root and mount namespaces");

describe.skipIf(!canMount)("a disk of 1 MB", () => {
  // In a mount namespace of its own, which ends with it; then says what is left on the disk.
  const small = (out: string) => [
    "unshare",
    "-m",
    "sh",
    "-c",
    'mount -t tmpfs -o size=1m tmpfs "$0" && { "$@"; code=$?; ls "$0" >&2; exit $code; }',
    out,
  ];

  test("that fills up ends it with an error, and nothing under a final name", () => {
    const disk = join(folder, "disk");
    mkdirSync(disk);
    const { exitCode, stderr } = recordProgram(disk, 200_000, -1, small(disk));
    expect(exitCode).toBe(1);
    expect(stderr).toContain("esoteric-entropy: error: ");
    expect(stderr).toContain("counter.samples.u64.part: no space left on the disk");
    expect(stderr).toContain("hint: make room and give the same command again");
    const left = stderr.split("\n").filter((line) => /^counter\./.test(line));
    expect(left.length).toBeGreaterThan(0);
    expect(left.every((name) => name.endsWith(".part"))).toBe(true);
  });

  test("with room enough for the samples but not for the symbols: the same", () => {
    const disk = join(folder, "disk");
    mkdirSync(disk);
    const { exitCode, stderr } = recordProgram(disk, 125_000, -1, small(disk));
    expect(exitCode).toBe(1);
    expect(stderr).toContain("symbols.u8.part: no space left on the disk");
    const left = stderr.split("\n").filter((line) => /^counter\./.test(line));
    expect(left.every((name) => name.endsWith(".part"))).toBe(true);
  });
});
