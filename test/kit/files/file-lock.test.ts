import { expect, test } from "bun:test";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { holdFile, holdFileInTurn, lockFile } from "#kit/files/file-lock.ts";
import { rejectionOf } from "../../support/rejection.ts";

const NEVER = new AbortController().signal;
const MODULE = new URL("../../../kit/files/file-lock.ts", import.meta.url).href;

function inFolder(): Disposable & { readonly path: string; readonly lock: string } {
  const path = mkdtempSync(join(tmpdir(), "kit-lock-"));
  return {
    path,
    lock: join(path, "lock"),
    [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }),
  };
}

/** A program that takes the lock, says so, and holds it until it is ended. What nobody holds on to is collected, and the lock with it. */
function holder(lock: string, taking = "lockFile") {
  const script = `const { ${taking} } = await import(${JSON.stringify(MODULE)});
    globalThis.held = await ${taking}(${JSON.stringify(lock)}, new AbortController().signal);
    console.log("taken");
    setInterval(() => {}, 1000);`;
  return Bun.spawn([process.execPath, "-e", script], { stdout: "pipe", stderr: "inherit" });
}

test("one after the other holds it, in one process", async () => {
  using folder = inFolder();
  const events: string[] = [];
  await Promise.all(
    ["a", "b", "c"].map(async (name) => {
      using _ = await lockFile(folder.lock, NEVER);
      events.push(`${name}+`);
      await Bun.sleep(1); // lets the others try
      events.push(`${name}-`);
    }),
  );
  expect(events.length).toBe(6);
  for (let i = 0; i < 6; i += 2) expect(events[i + 1]).toBe(events[i]!.replace("+", "-"));
  expect(readdirSync(folder.path)).toEqual(["lock"]);
});

test("another process waits for it, and has it when the holder is killed", async () => {
  using folder = inFolder();
  const child = holder(folder.lock);
  using _child = { [Symbol.dispose]: () => child.kill("SIGKILL") };
  await child.stdout.getReader().read();
  const interrupt = new AbortController();
  const waiting = lockFile(folder.lock, interrupt.signal);
  expect(await Promise.race([waiting.then(() => "taken"), Bun.sleep(100).then(() => "waiting")])).toBe(
    "waiting",
  );
  child.kill("SIGKILL");
  using _ = await waiting;
});

test("an interrupt ends the wait", async () => {
  using folder = inFolder();
  using _ = await lockFile(folder.lock, NEVER);
  const interrupt = new AbortController();
  const waiting = rejectionOf(lockFile(folder.lock, interrupt.signal));
  interrupt.abort(new Error("interrupted"));
  expect((await waiting).message).toBe("interrupted");
});

test("a lock that cannot be made is an error with its path", async () => {
  using folder = inFolder();
  const error = await rejectionOf(lockFile(join(folder.path, "none/lock"), NEVER));
  expect(error.message).toContain(`cannot lock ${folder.path}/none/lock`);
});

test("a file is held by one at a time, here and in other programs, and is gone when nobody does", async () => {
  using folder = inFolder();
  {
    using held = holdFile(folder.lock);
    expect([held, holdFile(folder.lock)]).toEqual([expect.anything(), undefined]);
  }
  expect(readdirSync(folder.path)).toEqual([]);
  const child = holder(folder.lock, "holdFile");
  using _child = { [Symbol.dispose]: () => child.kill("SIGKILL") };
  await child.stdout.getReader().read();
  expect(holdFile(folder.lock)).toBeUndefined();
  child.kill("SIGKILL");
  await child.exited;
  expect(readdirSync(folder.path)).toEqual(["lock"]);
  {
    using held = holdFile(folder.lock);
    expect(held).toBeDefined();
  }
  expect(readdirSync(folder.path)).toEqual([]);
});

test("those who hold a file in turn never hold it together, however its file comes and goes", async () => {
  using folder = inFolder();
  let holding = 0;
  let most = 0;
  const work = async () => {
    for (let i = 0; i < 5; i++) {
      using _ = await holdFileInTurn(folder.lock, NEVER);
      most = Math.max(most, ++holding);
      await Bun.sleep(0);
      holding--;
    }
  };
  await Promise.all([work(), work(), work()]);
  expect([most, readdirSync(folder.path)]).toEqual([1, []]);
});
