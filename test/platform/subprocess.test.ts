/**
 * Stand-ins for tools that misbehave in every way that tools do: none of them may stall us or outlive its use. They hang for
 * longer than a test may take, so a test that ends has not waited for them.
 */
import { afterAll, describe, expect, test } from "bun:test";
import {
  closeSync,
  existsSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { ToolError } from "../../src/errors.ts";
import { currentHost, ToolGroups } from "../../src/platform/index.ts";
import { rejectionOf } from "../support/rejection.ts";

const folder = mkdtempSync(join(tmpdir(), "stand-ins-"));
afterAll(() => rmSync(folder, { recursive: true }));

const host = currentHost();
const never = new AbortController().signal;
const LIMITS = { timeoutMs: 20_000, maxBytes: 1 << 20 };

let scripts = 0;
function script(body: string): string {
  const path = join(folder, `tool-${scripts++}`);
  writeFileSync(path, `#!/bin/sh\n${body}\n`, { mode: 0o755 });
  return path;
}

/** True while the process runs. A killed one may stay in the table until its parent looks. */
function lives(pid: number): boolean {
  if (existsSync("/proc/self/stat")) {
    const stat = `/proc/${pid}/stat`;
    if (!existsSync(stat)) return false;
    return !/\) [ZX] /.test(readFileSync(stat, "latin1"));
  }
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

/** Being killed takes the system a moment; a tool that is not killed outlives the test. */
async function death(pid: number): Promise<void> {
  while (lives(pid)) await new Promise((resolve) => setImmediate(resolve));
}

function pidIn(name: string): number {
  return Number(readFileSync(join(folder, name), "latin1"));
}

describe("run", () => {
  test("gives stdout, stderr, exit code and time", async () => {
    const tool = script(`printf 'a\\0b'; echo trouble >&2; exit 3`);
    const output = await host.run(tool, [], LIMITS, never);
    expect(Buffer.from(output.stdout).toString("latin1")).toBe("a\0b");
    expect(output.stderr).toBe("trouble\n");
    expect(output.exitCode).toBe(3);
    expect(output.elapsedNs).toBeGreaterThan(0);
  });

  test("hands over arguments as they are, an environment of one variable, and nothing to read", async () => {
    const tool = script(`printf '%s|' "$@"; cat; /usr/bin/env | grep -vE '^(PWD|SHLVL|_|OLDPWD)='`);
    const { stdout } = await host.run(tool, ["a b", "$HOME", "*"], LIMITS, never);
    expect(Buffer.from(stdout).toString()).toBe("a b|$HOME|*|LC_ALL=C\n");
  });

  test("hands over the descriptors that it is given, as 3 and so on, and no others", async () => {
    const path = join(folder, "given");
    writeFileSync(path, "from a descriptor");
    const given = openSync(path, "r");
    try {
      const tool = script(
        "cat <&3; for fd in 4 5 6 7 8 9; do { : <&$fd; } 2>/dev/null && echo $fd; done; true",
      );
      const { stdout } = await host.run(tool, [], { ...LIMITS, descriptors: [given] }, never);
      expect(Buffer.from(stdout).toString()).toBe("from a descriptor");
    } finally {
      closeSync(given);
    }
  });

  test("collects large outputs whole", async () => {
    const tool = script("head -c 900000 /dev/zero");
    const { stdout } = await host.run(tool, [], LIMITS, never);
    expect(stdout.length).toBe(900_000);
  });

  test("missing tool", async () => {
    const error = await rejectionOf(host.run(join(folder, "missing"), [], LIMITS, never));
    expect(error).toBeInstanceOf(ToolError);
    expect(error.message).toContain("missing");
  });

  test("file that is no program", async () => {
    const path = join(folder, "text");
    writeFileSync(path, "no program", { mode: 0o644 });
    expect(await rejectionOf(host.run(path, [], LIMITS, never))).toBeInstanceOf(ToolError);
  });

  test("path that is not absolute", async () => {
    expect(await rejectionOf(host.run("sh", [], LIMITS, never))).toBeInstanceOf(RangeError);
  });

  test("crash", async () => {
    const tool = script(`echo "it hurts" >&2; kill -SEGV $$`);
    const error = await rejectionOf(host.run(tool, [], LIMITS, never));
    expect(error).toBeInstanceOf(ToolError);
    expect(error.message).toMatch(/SIGSEGV: it hurts$/);
  });

  test("hangs and ignores signals: killed at the time limit", async () => {
    const tool = script(`trap '' TERM INT HUP; echo $$ > ${folder}/deaf; while :; do sleep 600; done`);
    const error = await rejectionOf(host.run(tool, [], { ...LIMITS, timeoutMs: 300 }, never));
    expect(error).toBeInstanceOf(ToolError);
    expect(error.message).toMatch(/not finished after 300 ms$/);
    await death(pidIn("deaf"));
  });

  test("children and grandchildren die with it", async () => {
    const tool = script(
      `(sh -c 'echo $$ > ${folder}/grandchild; exec sleep 600' & echo $! > ${folder}/child; wait) & wait`,
    );
    await rejectionOf(host.run(tool, [], { ...LIMITS, timeoutMs: 300 }, never));
    await death(pidIn("grandchild"));
  });

  test("child that outlives the tool and holds its output: killed, and the answer stands", async () => {
    const tool = script(`sleep 600 & echo $! > ${folder}/orphan; echo done`);
    const { stdout } = await host.run(tool, [], LIMITS, never);
    expect(Buffer.from(stdout).toString()).toBe("done\n");
    await death(pidIn("orphan"));
  });

  test.skipIf(!existsSync("/usr/bin/setsid"))(
    "descendant that left the group and holds the output: an error, soon",
    async () => {
      const tool = script(`/usr/bin/setsid sh -c 'echo $$ > ${folder}/escaped; exec sleep 600' & 
        until [ -s ${folder}/escaped ]; do :; done; echo done`);
      const error = await rejectionOf(host.run(tool, [], LIMITS, never));
      process.kill(pidIn("escaped"), "SIGKILL");
      expect(error).toBeInstanceOf(ToolError);
      expect(error.message).toContain("holds its output open");
    },
  );

  test("endless output: killed at the limit", async () => {
    const tool = script(`echo $$ > ${folder}/chatty; exec yes`);
    const error = await rejectionOf(host.run(tool, [], LIMITS, never));
    expect(error.message).toMatch(/more than 1048576 bytes of output$/);
    await death(pidIn("chatty"));
  });

  test("endless complaints are cut", async () => {
    const tool = script("head -c 5000000 /dev/zero | tr '\\0' x >&2");
    const { stderr, exitCode } = await host.run(tool, [], LIMITS, never);
    expect(exitCode).toBe(0);
    expect(stderr).toBe("x".repeat(4096));
  });

  test("abort: the signal's reason, and nothing left", async () => {
    const tool = script(`trap '' TERM; echo $$ > ${folder}/aborted; sleep 600 & wait`);
    const controller = new AbortController();
    const running = rejectionOf(host.run(tool, [], LIMITS, controller.signal));
    const reason = new Error("enough");
    const pidFile = join(folder, "aborted");
    while (!existsSync(pidFile)) await new Promise((resolve) => setImmediate(resolve));
    controller.abort(reason);
    expect(await running).toBe(reason);
    await death(pidIn("aborted"));
    expect(await rejectionOf(host.run(tool, [], LIMITS, controller.signal))).toBe(reason);
  });

  test("leaves no open file and no child behind", async () => {
    const tool = script("echo hi; exit 1");
    const hanging = script("sleep 600");
    const missing = join(folder, "missing");
    const files = () => readdirSync("/dev/fd").length;
    const round = async () => {
      await host.run(tool, [], LIMITS, never);
      await rejectionOf(host.run(missing, [], LIMITS, never));
      await rejectionOf(host.run(hanging, [], { ...LIMITS, timeoutMs: 5 }, never));
    };
    await round();
    const before = files();
    const childrenBefore = new Set(children());
    for (let i = 0; i < 20; i++) await round();
    // Those of the last round may be about to be closed; one leaked a round would be 20.
    expect(files()).toBeLessThan(before + 10);
    // The last one has been killed, and may be about to be buried.
    while (children().some((pid) => !childrenBefore.has(pid)))
      await new Promise((resolve) => setImmediate(resolve));
  });
});

/** Children of this process, zombies included; none are seen on systems without /proc. */
function children(): string[] {
  const path = `/proc/self/task/${process.pid}/children`;
  return existsSync(path) ? readFileSync(path, "latin1").split(" ").filter(Boolean) : [];
}

describe("start", () => {
  const text = (bytes: Uint8Array) => Buffer.from(bytes).toString("latin1");

  test("hands over pieces as they come, with the time, and ends with the tool", async () => {
    const fifo = join(folder, "go");
    const tool = script(`echo one; read x < ${fifo}; echo two`);
    await host.run(host.findTool("mkfifo")!, [fifo], LIMITS, never);
    await using running = host.start(tool, [], { maxBytes: 1000 });
    const pieces = running.output[Symbol.asyncIterator]();
    const before = host.nowNs();
    const one = await pieces.next();
    const between = host.nowNs();
    writeFileSync(fifo, "\n");
    const two = await pieces.next();
    expect([one, two].map(({ value }) => text(value!.bytes))).toEqual(["one\n", "two\n"]);
    expect(one.value!.arrivedNs).toBeLessThanOrEqual(between);
    expect(two.value!.arrivedNs).toBeGreaterThan(between);
    expect(before).toBeLessThan(host.nowNs());
    expect(await pieces.next()).toEqual({ done: true, value: undefined });
    expect(await pieces.next()).toEqual({ done: true, value: undefined });
  });

  test("leaving a loop leaves it running; the next loop goes on", async () => {
    const tool = script("while :; do echo x; done");
    const running = host.start(tool, [], { maxBytes: 1 << 30 });
    for (let round = 0; round < 3; round++) {
      for await (const { bytes } of running.output) {
        expect(bytes.length).toBeGreaterThan(0);
        break;
      }
    }
    await running[Symbol.asyncDispose]();
    expect(await running.output[Symbol.asyncIterator]().next()).toEqual({ done: true, value: undefined });
  });

  test("disposing ends a reader that waits", async () => {
    const running = host.start(script("trap '' TERM; sleep 600"), [], { maxBytes: 1000 });
    const waiting = running.output[Symbol.asyncIterator]().next();
    await running[Symbol.asyncDispose]();
    await running[Symbol.asyncDispose]();
    expect(await waiting).toEqual({ done: true, value: undefined });
  });

  test("nobody listens: killed when too much waits", async () => {
    const running = host.start(script(`echo $$ > ${folder}/unheard; exec yes`), [], { maxBytes: 100_000 });
    const pidFile = join(folder, "unheard");
    while (!existsSync(pidFile) || !pidIn("unheard")) await new Promise((resolve) => setImmediate(resolve));
    await death(pidIn("unheard"));
    const read = async () => {
      for await (const _ of running.output);
    };
    expect((await rejectionOf(read())).message).toContain("100000 bytes wait unread");
    await running[Symbol.asyncDispose]();
  });

  test("missing, failing and crashing tools are errors of the output, after what they said", async () => {
    const outcome = async (tool: string) => {
      await using running = host.start(tool, [], { maxBytes: 1000 });
      let said = "";
      try {
        for await (const { bytes } of running.output) said += text(bytes);
      } catch (error) {
        expect(error).toBeInstanceOf(ToolError);
        return `${said}${(error as Error).message.replace(tool, "tool")}`;
      }
      return said;
    };
    expect(await outcome(join(folder, "missing"))).toMatch(/^tool: ENOENT/);
    expect(await outcome(script("echo a; echo why >&2; exit 4"))).toBe("a\ntool: exit code 4: why");
    expect(await outcome(script("echo a; kill -KILL $$"))).toBe("a\ntool: ended by SIGKILL");
  });
});

describe("a thread that is ended from outside", () => {
  async function threadWithTool(groups: ToolGroups) {
    const tool = script("trap '' TERM PIPE; echo $$; sleep 600 & wait");
    const worker = new Worker(new URL("../support/tool-thread.ts", import.meta.url), {
      workerData: { tool, toolGroups: groups.memory },
    });
    const pid = await new Promise<number>((resolve) => worker.once("message", resolve));
    return { worker, pid };
  }

  test("leaves its tools to whoever ended it", async () => {
    const groups = new ToolGroups();
    const { worker, pid } = await threadWithTool(groups);
    expect(lives(pid)).toBe(true);
    await worker.terminate();
    groups.killAll();
    await death(pid);
  });

  test("a tool that has ended is forgotten", async () => {
    const groups = new ToolGroups();
    const machine = currentHost({ toolGroups: groups.memory });
    await machine.run(script("exit 0"), [], LIMITS, never);
    await rejectionOf(machine.run(join(folder, "missing"), [], LIMITS, never));
    expect(new Int32Array(groups.memory).every((slot) => slot === 0)).toBe(true);
  });
});
