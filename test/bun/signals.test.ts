/** Signals of the system and of JavaScript, as Bun treats them: docs/BUN.md. */
import { heapStats } from "bun:jsc";
import { expect, test } from "bun:test";
import { runProcess, stdoutOf } from "../support/run-process.ts";

test("a signal whose last listener is gone does what it does by default", async () => {
  const script = `process.once("SIGINT", () => {
  console.log("first");
  process.kill(process.pid, "SIGINT");
});
process.kill(process.pid, "SIGINT");
setInterval(() => {}, 1000);`;
  const { stdout, exitCode } = await runProcess([process.execPath, "-e", script]);
  expect([stdout, exitCode]).toEqual(["first\n", 128 + 2]);
});

test("a child that a signal ended has 128 and the signal's number as its exit code", async () => {
  const { exitCode } = await runProcess(["sh", "-c", "kill -9 $$"]);
  expect(exitCode).toBe(128 + 9);
});

test("a negative process id names a process group", async () => {
  const child = Bun.spawn(["sh", "-c", "sleep 3600 & echo $!; wait"], { stdout: "pipe", detached: true });
  await child.stdout.getReader().read();
  process.kill(-child.pid, "SIGKILL");
  expect(await child.exited).toBe(128 + 9);
});

/** Says "aborted" after so many milliseconds, if something keeps the process that long. */
const aborted = (ms: number) =>
  `new Promise((resolve) => AbortSignal.timeout(${ms}).addEventListener("abort", resolve)).then(() => console.log("aborted"))`;

test("AbortSignal.timeout does not keep the process", async () => {
  expect(await stdoutOf([process.execPath, "-e", `void ${aborted(3_600_000)}`])).toBe("");
});

test("a pending await at the top level keeps the process", async () => {
  expect(await stdoutOf([process.execPath, "-e", `await ${aborted(50)}`])).toBe("aborted\n");
});

test("signals that AbortSignal.any makes of one that lives long are let go before it", async () => {
  const controller = new AbortController();
  const listener = () => {};
  const made = () => heapStats().objectTypeCounts["AbortSignal"] ?? 0;
  const before = made();
  for (let i = 0; i < 20_000; i++) {
    const either = AbortSignal.any([controller.signal, new AbortController().signal]);
    either.addEventListener("abort", listener);
    either.removeEventListener("abort", listener);
    if (i % 1_000 === 0) await new Promise((resolve) => setImmediate(resolve));
  }
  Bun.gc(true);
  expect(made() - before).toBeLessThan(1_000);
  controller.abort();
});
