/** Restarts by `ee-restart`: the same samples as by the source itself, and whatever such a process may do. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildNativeProgram } from "#kit/make/native.ts";
import { KERNELS } from "../../ffi/kernels.ts";
import { native } from "../../make/esoteric-entropy.ts";
import { SourceError, ToolError } from "../../src/errors.ts";
import type { Host, ToolLimits } from "../../src/platform/host.ts";
import { currentHost } from "../../src/platform/index.ts";
import type { Restart } from "../../src/recording/record.ts";
import { openRestarts } from "../../src/recording/restarts.ts";
import { takeTrace } from "../../src/recording/sample-until.ts";
import { sources } from "../../src/sources/index.ts";
import { traceBytes } from "../../src/trace.ts";
import { fakeHost } from "../support/fake-host.ts";
import { fakeSource } from "../support/fake-thread.ts";
import {
  buildLibrary,
  COMPILE_TIMEOUT_MS,
  copyOfC,
  hostLibrary,
  host as target,
} from "../support/native-builds.ts";
import { rejectionOf } from "../support/rejection.ts";

const folder = mkdtempSync(join(tmpdir(), "ee-restarts-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const never = new AbortController().signal;
const size = { rows: 2, cols: 10 };
const nobody: Restart = () => Promise.reject(new Error("the whole program was started"));
const sourceOf = (id: string) => sources.find(({ info }) => info.id === id)!;

let library: string;
beforeAll(async () => {
  library = await hostLibrary();
  await buildNativeProgram(native, { target: target() });
}, COMPILE_TIMEOUT_MS);

describe("the same bytes as from the source itself", () => {
  /** Without noise, and with each sample the larger the more calls of kernels, and samples, came before it. */
  let counting: string;
  beforeAll(async () => {
    using copy = copyOfC();
    const frame = join(copy.c, "lib", "kernel.c");
    const honest = readFileSync(frame, "utf8");
    const counted = honest
      .replace("out[i] / step;", "out[i] / step + (calls << 40) + (taken++ << 16);")
      .replace(
        "const uint64_t step = ee_clock_step();",
        "$&\n  static uint64_t calls, taken;\n  calls += n > 0;",
      );
    expect(counted.match(/calls|taken/g)).toHaveLength(5);
    writeFileSync(frame, counted);
    const path = await buildLibrary({ target: target(), defines: ["EE_NULL_CLOCK"], root: copy.root });
    counting = join(folder, "libcounting.so");
    copyFileSync(path, counting);
  }, COMPILE_TIMEOUT_MS);

  test("has a way for every kernel", () => {
    const quick = sources.filter((source) => source.kernelRun).map(({ info }) => info.id);
    expect(quick.sort()).toEqual([...KERNELS].sort());
  });

  for (const id of KERNELS) {
    test(id, async () => {
      // A file of its own is a library of its own, which nothing has called yet.
      const path = join(folder, `lib${id}.so`);
      copyFileSync(counting, path);
      const host = currentHost({ libraryPath: path, settings: { scratchFolder: tmpdir() } });
      const source = sourceOf(id);
      const availability = await source.availability(host);
      if (!availability.ok) return console.log(`skipped: ${id}: ${availability.reason}`);
      // More than one call of the slower ones.
      const samples = Math.min(1_000, Math.max(40, source.info.rateHz / 30)) | 0;
      const direct = await takeTrace(source, host, { samples, pieceSamples: samples }, never);
      using restarts = await openRestarts(size, source, host, nobody, never);
      expect(restarts.obstacle).toBeUndefined();
      expect(restarts.plan).toEqual({ ...size, method: expect.stringContaining("ee-restart") });
      const [first, second] = [
        await restarts.restart(samples, never),
        await restarts.restart(samples, never),
      ];
      // Random numbers from the processor are the one thing that no clock takes the noise from.
      if (id === "cpu_trng") return expect([first.length, second.length]).toEqual([8 * samples, 8 * samples]);
      expect(Buffer.from(first).equals(traceBytes(direct))).toBe(true);
      expect(Buffer.from(second).equals(first)).toBe(true);
    });
  }
});

/** A machine that has the kernel of clock_jitter, and this script as the program that restarts it. */
function machineWith(script: string): Host & { readonly disposals: () => number } {
  const program = join(mkdtempSync(join(folder, "program-")), "ee-restart");
  writeFileSync(program, `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  const real = currentHost({ libraryPath: library });
  if (!real.native.ok) throw new Error(real.native.reason);
  let disposals = 0;
  const files = { program, library, descriptors: [], [Symbol.dispose]: () => void disposals++ };
  const placing: typeof real.native.library.placeRestartProgram = async (tryOut) => {
    await tryOut(files);
    return files;
  };
  const { run, settings } = real;
  const nativeState = {
    ok: true,
    library: { ...real.native.library, placeRestartProgram: placing },
  } as const;
  return { ...fakeHost(), native: nativeState, run, settings, disposals: () => disposals };
}

/** Does as `ee-restart` does in the two trials, and then what a test wants. */
const onceTried = (then: string) =>
  `[ $# = 1 ] && exit 0\n[ "$4" = 1 ] && { printf 12345678; exit 0; }\n${then}`;

const clockJitter = sourceOf("clock_jitter");
const open = (host: Host, whole = nobody, signal = never) =>
  openRestarts(size, clockJitter, host, whole, signal);

describe("a process that misbehaves is an error that names the source", () => {
  const cases: readonly (readonly [what: string, script: string, words: string])[] = [
    [
      "complains",
      "echo 'no room' >&2; echo more >&2; exit 1",
      "clock_jitter: a restart failed: ee-restart: no room",
    ],
    ["fails without a word", "exit 3", "ee-restart: exit code 3"],
    ["crashes", "kill -SEGV $$", "ee-restart: ended by SIGSEGV"],
    ["writes too much", "head -c 81 /dev/zero", "ee-restart: more than 80 bytes of output"],
    [
      "floods its stderr",
      "head -c 9000000 /dev/zero | tr '\\0' x >&2; exit 1",
      `ee-restart: ${"x".repeat(100)}`,
    ],
  ];
  for (const [what, script, words] of cases) {
    test(what, async () => {
      const host = machineWith(onceTried(script));
      using restarts = await open(host);
      const error = await rejectionOf(restarts.restart(10, never));
      expect(error).toBeInstanceOf(ToolError);
      expect(error.message).toContain(words);
      expect(error.message.length).toBeLessThan(5_000);
      expect((error as ToolError).hints.join()).toContain("esoteric-entropy probe clock_jitter");
    });
  }

  test("what it needs is given with its limits, and taken back at the end", async () => {
    const host = machineWith(onceTried("exit 1"));
    const limits: ToolLimits[] = [];
    const run: Host["run"] = (tool, args, given, signal) => {
      limits.push(given);
      return host.run(tool, args, given, signal);
    };
    {
      using _ = await open({ ...host, native: host.native, run });
      expect(host.disposals()).toBe(0);
    }
    expect(host.disposals()).toBe(1);
    expect(limits.map(({ maxBytes }) => maxBytes)).toEqual([0, 8]);
    // 256 samples of warm-up and one more, at a rate of ten million a second.
    expect(limits.map(({ timeoutMs }) => timeoutMs)).toEqual([60_003, 60_003]);
  });
});

describe("an interrupt", () => {
  /** True while the process runs. A killed one may stay in the table until its parent looks. */
  const lives = (pid: number) => {
    try {
      process.kill(pid, 0);
    } catch {
      return false;
    }
    return !/\) [ZX] /.test(
      existsSync(`/proc/${pid}/stat`) ? readFileSync(`/proc/${pid}/stat`, "latin1") : "",
    );
  };
  const turn = () => new Promise((resolve) => setImmediate(resolve));

  for (const when of ["a row", "a trial"]) {
    test(`in ${when} ends the process, and is the error`, async () => {
      const pidFile = join(folder, `pid-${when}`);
      const hanging = `echo $$ > '${pidFile}.new'; mv '${pidFile}.new' '${pidFile}'; sleep 1000`;
      const host = machineWith(when === "a row" ? onceTried(hanging) : hanging);
      const interrupt = new AbortController();
      const work = (async () => {
        using restarts = await open(host, nobody, when === "a row" ? never : interrupt.signal);
        await restarts.restart(10, interrupt.signal);
      })();
      const failed = rejectionOf(work);
      while (!existsSync(pidFile)) await turn();
      const reason = new Error("interrupted");
      interrupt.abort(reason);
      expect(await failed).toBe(reason);
      const pid = Number(readFileSync(pidFile, "latin1"));
      while (lives(pid)) await turn();
    });
  }
});

describe("where the small program does not serve, this one does", () => {
  const row = new Uint8Array(80).fill(7);

  test("since there is more to the source than a kernel: nothing is tried, nothing to be said", async () => {
    const source = fakeSource({ id: "counter", rateHz: 500 }, (i) => i);
    using restarts = await openRestarts(size, source, fakeHost(), async () => row, never);
    expect(restarts.obstacle).toBeUndefined();
    expect(restarts.plan.method).toContain("probe <source>");
    expect(await restarts.restart(10, never)).toBe(row);
  });

  for (const [what, script, words] of [
    ["the system does not let it run", "exit 126", "exit code 126"],
    [
      "it cannot run the kernel",
      "[ $# = 1 ] || { echo 'clock_jitter: no such kernel' >&2; exit 1; }",
      "no such kernel",
    ],
  ] as const) {
    test(`since ${what}: that is said`, async () => {
      const host = machineWith(script);
      using restarts = await open(host, async () => row);
      expect(restarts.obstacle).toContain(words);
      expect(restarts.plan.method).toContain("probe <source>");
      expect(await restarts.restart(10, never)).toBe(row);
      // What was placed is gone already; what was not placed is nobody's.
      expect(host.disposals()).toBe(what.includes("kernel") ? 1 : 0);
    });
  }

  test("a defect of this program is no reason", async () => {
    const host = machineWith("exit 0");
    const run = () => Promise.reject(new TypeError("a defect"));
    expect(await rejectionOf(open({ ...host, native: host.native, run }))).toBeInstanceOf(TypeError);
  });

  test("a process of it that does not end is given up", async () => {
    const timer = globalThis.setTimeout;
    const waited: unknown[] = [];
    const soon = (act: () => void, milliseconds?: number) => {
      waited.push(milliseconds);
      return timer(act, 0);
    };
    const source = fakeSource({ id: "counter", rateHz: 500 }, (i) => i);
    const hanging: Restart = (_, signal) =>
      new Promise((_resolve, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
    using restarts = await openRestarts(size, source, fakeHost(), hanging, never);
    globalThis.setTimeout = soon as typeof setTimeout;
    const error = await rejectionOf(restarts.restart(10, never)).finally(() => {
      globalThis.setTimeout = timer;
    });
    expect(error.message).toBe("counter: a restart failed: not finished after 62000 ms");
    expect(waited).toEqual([62_000]);
  });

  test("an error of the source comes through as it is", async () => {
    const broken = new SourceError("counter", "broken");
    const source = fakeSource({ id: "counter", rateHz: 500 }, (i) => i);
    using restarts = await openRestarts(size, source, fakeHost(), () => Promise.reject(broken), never);
    expect(await rejectionOf(restarts.restart(10, never))).toBe(broken);
  });
});

describe("ee-restart, given nonsense", () => {
  const cases: readonly (readonly [args: readonly string[], words: string])[] = [
    [[], "ee-restart: LIBRARY [KERNEL"],
    [["/none/libee.so"], "the library cannot be loaded: /none/libee.so"],
    [["LIBRARY", "clock_jitter"], "ee-restart: LIBRARY [KERNEL"],
    [["LIBRARY", "nothing", "0", "1", "1"], "nothing: no such kernel"],
    [["LIBRARY", "x".repeat(1_000), "0", "1", "1"], "no such kernel"],
    [["LIBRARY", "clock_jitter", "0", "1", "0"], "clock_jitter: numbers of samples"],
    [["LIBRARY", "clock_jitter", "0", "-1", "1"], "clock_jitter: numbers of samples"],
    [["LIBRARY", "clock_jitter", "", "1", "1"], "clock_jitter: numbers of samples"],
    [["LIBRARY", "clock_jitter", "0", "99999999999999999999999", "1"], "clock_jitter: numbers of samples"],
    [["LIBRARY", "clock_jitter", "0", "1", "1", "text"], "clock_jitter: takes nothing"],
    [["LIBRARY", "disk_io", "0", "1", "1"], "disk_io: "],
    [["LIBRARY", "disk_io", "0", "1", "1", "/none", ""], "cannot be opened: /none: "],
  ];
  for (const [args, words] of cases) {
    test(`says what is wrong: ${args.join(" ").slice(0, 60)}`, async () => {
      const program = await buildNativeProgram(native, { target: target() });
      const given = args.map((each) => (each === "LIBRARY" ? library : each));
      const { exitCode, stdout, stderr } = Bun.spawnSync([program, ...given], { env: {} });
      expect([exitCode, stdout.length]).toEqual([1, 0]);
      expect(stderr.toString()).toStartWith(words.includes("no such") ? "" : words);
      expect(stderr.toString()).toContain(words);
      expect(stderr.toString().split("\n")).toHaveLength(2);
    });
  }

  test("another library is refused", async () => {
    const program = await buildNativeProgram(native, { target: target() });
    const other = process.platform === "darwin" ? "/usr/lib/libz.1.dylib" : "libc.so.6";
    const { exitCode, stderr } = Bun.spawnSync([program, other], { env: {} });
    expect([exitCode, stderr.toString()]).toEqual([1, `${other}: is no library of this version\n`]);
  });

  test("and whoever reads no further gets no more", async () => {
    const program = await buildNativeProgram(native, { target: target() });
    const args = [library, "clock_jitter", "0", "1000000", "1000000"];
    const { exitCode, stdout } = Bun.spawnSync(["sh", "-c", '"$0" "$@" | head -c 8', program, ...args]);
    expect([exitCode, stdout.length]).toEqual([0, 8]);
  });
});
