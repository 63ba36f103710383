/** Threads and clocks, as Bun treats them: docs/BUN.md. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { Worker } from "node:worker_threads";
import { stdoutOf } from "../support/run-process.ts";

function script(text: string): Promise<string> {
  return stdoutOf([process.execPath, "-e", text]);
}

/** A thread that posts 0 after so many milliseconds. */
const thread = (delayMs: number) => `const { Worker } = require("node:worker_threads");
const worker = new Worker("setTimeout(() => require('node:worker_threads').parentPort.postMessage(0), ${delayMs})", { eval: true });
`;

describe("a thread without a reference", () => {
  test("lets the process end when unref comes after its first listener", async () => {
    const text = `${thread(3_600_000)}worker.on("message", () => {}); worker.unref();`;
    expect(await script(text)).toBe("");
  });

  test("keeps the process again when its first listener comes after unref", async () => {
    const text = `${thread(100)}worker.unref(); worker.on("message", () => console.log("kept"));`;
    expect(await script(text)).toBe("kept\n");
  });
});

test("what setEnvironmentData has set is there in threads that start later, and in theirs", async () => {
  const inner = `require("node:worker_threads").parentPort.postMessage(require("node:worker_threads").getEnvironmentData("key"))`;
  const outer = `const { parentPort, Worker } = require("node:worker_threads");
new Worker(${JSON.stringify(inner)}, { eval: true }).on("message", (value) => parentPort.postMessage(value));`;
  const text = `const { setEnvironmentData, Worker } = require("node:worker_threads");
setEnvironmentData("key", 140737488355327);
new Worker(${JSON.stringify(outer)}, { eval: true }).on("message", (value) => { console.log(value); process.exit(); });`;
  expect(await script(text)).toBe("140737488355327\n");
});

describe("a thread inside a call that does not return", () => {
  /** Posts a message, then does what never ends. */
  const stuck = (work: string) => `const { Worker } = require("node:worker_threads");
const worker = new Worker(\`const { parentPort } = require("node:worker_threads");
const { dlopen } = require("bun:ffi");
const library = process.platform === "darwin" ? ["libSystem.B.dylib"] : ["libc.so.6", "libc.so"];
const sleep = () => {
  for (const name of library) {
    try { return dlopen(name, { sleep: { args: ["u32"], returns: "u32" } }).symbols.sleep(3600); } catch {}
  }
};
parentPort.postMessage("begun");
for (;;) ${work};\`, { eval: true });
worker.on("message", console.log);
worker.on("exit", (code) => console.log("exit", code));
await new Promise((resolve) => worker.once("message", resolve));
`;

  for (const [name, work] of [
    ["native code", "sleep()"],
    ["JavaScript", "{}"],
  ] as const) {
    test(`${name}: what it posted before arrives, and terminate() resolves`, async () => {
      const text = `${stuck(work)}console.log("terminated", await worker.terminate()); process.exit();`;
      expect(await script(text)).toBe("begun\nexit 1\nterminated 1\n");
    });

    test(`${name}: process.exit does not wait for it`, async () => {
      expect(await script(`${stuck(work)}process.exit();`)).toBe("begun\n");
    });
  }
});

describe("a clock", () => {
  let worker: Worker;
  beforeAll(() => {
    const text = `const { parentPort } = require("node:worker_threads");
parentPort.on("message", () => parentPort.postMessage([process.hrtime.bigint(), performance.now()]));`;
    worker = new Worker(text, { eval: true });
  });
  afterAll(() => worker.terminate());

  function look(): Promise<[hrtime: bigint, now: number]> {
    return new Promise((resolve) => {
      worker.once("message", resolve);
      worker.postMessage(0);
    });
  }

  /** A later look that shows less than an earlier one has another beginning. A look may take long on a loaded machine. */
  async function isBehind(
    earlier: () => number,
    later: (shown: [bigint, number]) => number,
  ): Promise<boolean> {
    for (let tries = 0; tries < 1_000; tries++) if (earlier() > later(await look())) return true;
    return false;
  }

  test("process.hrtime.bigint() begins at the start of the thread that asks", async () => {
    expect(
      await isBehind(
        () => Number(process.hrtime.bigint()),
        ([hrtime]) => Number(hrtime),
      ),
    ).toBe(true);
  });

  test("performance.now() begins at the start of the thread that asks", async () => {
    const now = () => performance.now();
    expect(await isBehind(now, ([, shown]) => shown)).toBe(true);
  });
});
