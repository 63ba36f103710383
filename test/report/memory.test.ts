/** The memory that tests take: a report of a megabyte within 256 MiB, less at once where there is less, and never too much. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { InputError } from "#kit/errors.ts";
import type { MemoryRoom } from "#kit/memory.ts";
import { taskBytes, testMemory } from "../../src/report/threads/memory.ts";
import type { TestTask } from "../../src/report/threads/test-tasks.ts";
import { shared, TestThreads } from "../../src/report/threads/test-threads.ts";
import { requireBuiltProgram } from "../support/built-program.ts";
import { keystream } from "../support/keystream.ts";
import { rejectionOf } from "../support/rejection.ts";

const MIB = 2 ** 20;

const folder = mkdtempSync(join(tmpdir(), "ee-memory-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

// The lengths of files have large prime factors, as a rule, and then the Fourier transform takes four times as much.
const round = join(folder, "1000000");
const prime = join(folder, "1000003");

let program: string;

describe.skipIf(process.platform !== "linux")("a megabyte takes at most 256 MiB", () => {
  beforeAll(() => {
    program = requireBuiltProgram();
    writeFileSync(round, keystream(1_000_000, 1));
    writeFileSync(prime, keystream(1_000_003, 2));
  });

  test.each([
    [["report", "--input", round, "--suite", "sp800-22"]],
    [["report", "--input", round, "--suite", "all"]],
    [["report", "--input", prime, "--suite", "all", "--format", "html"]],
    [["report", "--input", round, "--suite", "sp800-22", "--sequences", "4"]],
    [["assess", round, "--bits-per-symbol", "8", "--restart", round]],
    [["assess", round, "--bits-per-symbol", "8", "--iid"]],
  ])("%p", async (args) => {
    const child = Bun.spawn([program, ...args], { stdout: "ignore", stderr: "pipe" });
    const highest = highestMemory(child);
    const [stderr] = await Promise.all([new Response(child.stderr).text(), child.exited]);
    // 4: the test data were found to be this or that, which is nothing to this test.
    expect([0, 4], stderr).toContain(child.exitCode!);
    expect(await highest).toBeWithin(20, 256);
  });
});

/** Looks again and again. (What the system tells at the end counts this process in, for the child began as a part of it.) @returns MiB */
async function highestMemory({ pid, exited }: Bun.Subprocess): Promise<number> {
  let hasEnded = false;
  void exited.then(() => {
    hasEnded = true;
  });
  let highest = 0;
  while (!hasEnded) {
    const status = await readFile(`/proc/${pid}/status`, "utf8").catch(() => "");
    const [, name] = /^Name:\s*(.*)$/m.exec(status) ?? [];
    const [, kib] = /^VmHWM:\s*(\d+) kB$/m.exec(status) ?? [];
    if (kib !== undefined && basename(program).startsWith(name!))
      highest = Math.max(highest, Number(kib) / 1024);
    await setTimeout(5);
  }
  return highest;
}

const bytes = shared(keystream(20_000, 3));
const large: TestTask = { kind: "assess", symbols: bytes, bitsPerSymbol: 8 };
const small: TestTask = { kind: "battery", bytes, tests: ["monobit"] };

function roomOf(mib: number, ofAddresses = false): MemoryRoom {
  return { bytes: mib * MIB, limit: "a limit of the test", ofAddresses };
}

describe("tasks", () => {
  test("that take more than there is are refused before they begin, with the limit", async () => {
    using threads = new TestThreads(2, undefined, testMemory(roomOf(40)));
    const error = (await rejectionOf(threads.run(large))) as InputError;
    expect(error).toBeInstanceOf(InputError);
    expect(error.message).toMatch(
      /SP 800-90B takes \d+ MiB of memory, and 24 MiB are left of a limit of the test$/,
    );
    expect(error.hints.join()).toContain("--suite");
    expect(await threads.run(small)).toHaveLength(1);
  });

  test("all have their results, however little there is beside the largest", async () => {
    const tasks = [small, large, small, large, small];
    using plenty = new TestThreads(3);
    const wanted = await Promise.all(tasks.map((task) => plenty.run(task)));
    for (const room of [roomOf(60), roomOf(80), roomOf(700, true)]) {
      using threads = new TestThreads(3, undefined, testMemory(room));
      expect(await Promise.all(tasks.map((task) => threads.run(task)))).toEqual(wanted);
    }
  });

  test("run without threads where there is no room for one", () => {
    expect(new TestThreads(8, undefined, testMemory(roomOf(40))).size).toBe(1);
    expect(new TestThreads(8, undefined, testMemory(roomOf(300, true))).size).toBe(1);
    expect(new TestThreads(8, undefined, testMemory(roomOf(1_000))).size).toBe(8);
  });

  test("take more where the data are longer, and most by far in whole", () => {
    const whole = shared(new Uint8Array(1_000_000));
    for (const kind of ["battery", "sp800-22"] as const) {
      const task = (data: Uint8Array): TestTask => ({ kind, bytes: data, constants: "exact" });
      expect(taskBytes(task(whole))).toBeGreaterThan(taskBytes(task(bytes)));
    }
    expect(taskBytes({ ...large, symbols: whole } as TestTask)).toBeGreaterThan(90 * MIB);
  });
});
