/** Standard streams and calls that wait, as Bun treats them: docs/BUN.md. */
import { afterAll, describe, expect, test } from "bun:test";
import { closeSync, constants, mkdtempSync, openSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runProcess } from "../support/run-process.ts";

const folder = mkdtempSync(join(tmpdir(), "ee-bun-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A pipe whose both ends are open, and of which nobody reads. */
async function pipe(): Promise<{ readonly fd: number } & Disposable> {
  const path = join(folder, `fifo-${crypto.randomUUID()}`);
  await runProcess(["mkfifo", path]);
  const fd = openSync(path, constants.O_RDWR);
  return { fd, [Symbol.dispose]: () => closeSync(fd) };
}

interface Streams {
  readonly stdout: number;
  readonly stderr?: number;
}

/** Runs a script of Bun's and resolves with its exit code. */
async function run(script: string, { stdout, stderr }: Streams): Promise<number> {
  const child = Bun.spawn([process.execPath, "-e", script], {
    stdin: "ignore",
    stdout,
    stderr: stderr ?? "inherit",
  });
  return await child.exited;
}

const isLinux = process.platform === "linux";
if (!isLinux) console.warn("skipped: whether a pipe is non-blocking can be looked up on Linux only");

/** Defines `waits(fd)`: whether a write to the open file behind `fd` waits for room, by open(2)'s flags. */
const WAITS = `const { readFileSync } = require("node:fs");
const waits = (fd) => !(parseInt(/flags:\\s*(\\d+)/.exec(readFileSync("/proc/self/fdinfo/" + fd, "latin1"))[1], 8) & 0o4000);
`;

describe("non-blocking pipes", () => {
  test.skipIf(!isLinux)("a look at process.stdout makes its pipe non-blocking", async () => {
    using out = await pipe();
    const script = `${WAITS}const before = waits(1); void process.stdout; process.exit(before && !waits(1) ? 7 : 1);`;
    expect(await run(script, { stdout: out.fd })).toBe(7);
  });

  test.skipIf(!isLinux)("console.log, isatty, fs.write and a thread leave it as it is", async () => {
    using out = await pipe();
    const script = `${WAITS}
require("node:tty").isatty(1);
console.log("text");
await new Promise((resolve) => require("node:fs").write(1, Buffer.from("text"), resolve));
const { Worker } = require("node:worker_threads");
const worker = new Worker("require('node:worker_threads').parentPort.postMessage(0)", { eval: true });
await new Promise((resolve) => worker.on("message", resolve));
process.exit(waits(1) ? 7 : 1);`;
    expect(await run(script, { stdout: out.fd })).toBe(7);
  });

  test.skipIf(!isLinux)("text on process.stderr makes a pipe non-blocking that stdout shares", async () => {
    using both = await pipe();
    const script = `${WAITS}const before = waits(1); process.stderr.write("text"); process.exit(before && !waits(1) ? 7 : 1);`;
    expect(await run(script, { stdout: both.fd, stderr: both.fd })).toBe(7);
  });
});

test("a write to a pipe without a reader fails with EPIPE, and no signal ends the process", async () => {
  const script = `const { write, writeSync } = require("node:fs");
const piece = Buffer.alloc(65536);
const next = () => write(1, piece, (error) => (error ? writeSync(2, error.code) : next()));
next();`;
  const { exitCode, stderr } = await runProcess(["sh", "-c", '"$0" -e "$1" | :', process.execPath, script]);
  expect([exitCode, stderr]).toEqual([0, "EPIPE"]);
});

describe("a call that waits in the thread pool", () => {
  /** Pieces of work are begun in turn, so the one before the last is in the pool's hands when the last is done. */
  const endAfterStat = `require("node:fs").stat("/", () => process.exit(7));`;
  /** One processor, for which the pool is smallest, where that can be had. */
  const alone = Bun.which("taskset") ? ["taskset", "-c", "0"] : [];

  test("a write that waits for room leaves a thread to others and does not keep the process", async () => {
    using out = await pipe();
    const script = `require("node:fs").write(1, Buffer.alloc(1 << 22), () => process.exit(1)); ${endAfterStat}`;
    const child = Bun.spawn([...alone, process.execPath, "-e", script], { stdin: "ignore", stdout: out.fd });
    expect(await child.exited).toBe(7);
  });

  test("the opening of a FIFO that waits for a writer leaves a thread to others and does not keep the process", async () => {
    const path = join(folder, "one-ended");
    await runProcess(["mkfifo", path]);
    const script = `require("node:fs").open(${JSON.stringify(path)}, "r", () => process.exit(1)); ${endAfterStat}`;
    expect((await runProcess([...alone, process.execPath, "-e", script])).exitCode).toBe(7);
  });
});
