/** `device` as a user has it: the compiled program, this machine's noise, readers that are other programs. */
import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { existsSync, lstatSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { requireBuiltProgram } from "../support/built-program.ts";
import { FifoReader } from "../support/fifo-reader.ts";
import { runForBytes, runProcess } from "../support/run-process.ts";

let folder: string;
let path: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "ee-device-"));
  path = join(folder, "entropy");
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** The program as a child, ready to be read from. */
async function started(...args: readonly string[]) {
  const child = Bun.spawn([requireBuiltProgram(), "device", "--uncalibrated", ...args], {
    env: {},
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
  });
  const talk = child.stderr.getReader();
  let said = "";
  while (!said.includes("\n")) {
    const { done, value } = await talk.read();
    if (done) break;
    said += new TextDecoder().decode(value);
  }
  return {
    child,
    said,
    async end(signal: "SIGTERM" | "SIGINT" = "SIGTERM"): Promise<number> {
      child.kill(signal);
      return child.exited;
    },
  };
}

async function head(bytes: number): Promise<Buffer> {
  return (await runForBytes(["head", "-c", `${bytes}`, path])).stdout;
}

describe("device", () => {
  test("serves programs one after another, and several at once", async () => {
    const device = await started(path);
    expect(device.said).toContain(`random bytes at ${path}`);
    expect(lstatSync(path).mode & 0o7777).toBe(0o600);
    const single = [];
    for (let i = 0; i < 20; i++) single.push((await head(1)).length);
    expect(single).toEqual(new Array(20).fill(1));
    const [a, b, c] = await Promise.all([head(3000), head(3000), head(3000)]);
    expect([a.length, b.length, c.length]).toEqual([3000, 3000, 3000]);
    // Alike by chance: below 2⁻²⁰⁰.
    expect(new Set([a, b, c, await head(3000)].map((bytes) => bytes.toString("hex", 0, 32))).size).toBe(4);
    expect(await device.end()).toBe(0);
    expect(existsSync(path)).toBe(false);
    expect(await new Response(device.child.stdout).text()).toBe("");
  });

  test("no reader ever meets an end of file, however fast they come and go", async () => {
    const device = await started(path, "--mode", "drbg");
    for (let i = 0; i < 300; i++) {
      using reader = new FifoReader(path);
      await reader.read(5000); // throws at an end of file
    }
    expect(await device.end("SIGINT")).toBe(0);
    expect(existsSync(path)).toBe(false);
  });

  test("ends at once while a reader is there that does not read, and removes the FIFO", async () => {
    const device = await started(path, "--mode", "drbg", "--buffer-size", "64K");
    using reader = new FifoReader(path);
    await reader.read(1);
    expect(await device.end()).toBe(0);
    expect(existsSync(path)).toBe(false);
  });

  test("a FIFO that was there, and a program that already waits at it, are served; it is left", async () => {
    Bun.spawnSync(["mkfifo", "-m", "0640", path]);
    const waiting = head(16);
    const device = await started(path, "--format", "hex");
    expect((await waiting).toString()).toMatch(/^[0-9a-f]{16}$/);
    expect(await device.end()).toBe(0);
    expect([lstatSync(path).isFIFO(), lstatSync(path).mode & 0o777]).toEqual([true, 0o640]);
  });

  test("does nothing while nobody reads", async () => {
    if (process.platform !== "linux") return console.warn("skipped: processor time is read from /proc");
    const device = await started(path);
    await head(100);
    const cpuTicks = () => {
      const fields = readFileSync(`/proc/${device.child.pid}/stat`, "utf8").split(") ")[1]!.split(" ");
      return Number(fields[11]) + Number(fields[12]); // utime + stime, hundredths of a second
    };
    // Until the pipe and the pool are full and it is idle for half a second; if it never is, the test times out.
    for (let before = -1; cpuTicks() - before > 2; ) {
      before = cpuTicks();
      await Bun.sleep(500);
    }
    const before = cpuTicks();
    await Bun.sleep(3_000);
    // Spinning takes 300. The measured figure is 1; a fifth of a processor leaves room for a busy machine.
    expect(cpuTicks() - before).toBeLessThan(60);
    await device.end();
  });

  test("refuses what is not a FIFO, and leaves it alone", async () => {
    await Bun.write(path, "text");
    const device = await started(path);
    expect(device.said).toContain(`error: ${path} is a file, not a FIFO`);
    expect(await device.child.exited).toBe(1);
    expect(readFileSync(path, "utf8")).toBe("text");
  });
});

describe("device --kernel", () => {
  const onLinux = process.platform === "linux";
  const isRoot = process.geteuid?.() === 0;

  test.skipIf(!onLinux)("without the right to, it names what is missing", async () => {
    if (isRoot && !Bun.which("setpriv")) return console.warn("skipped: root, and no setpriv here");
    const asNobody = [
      "setpriv",
      "--reuid=65534",
      "--regid=65534",
      "--clear-groups",
      "--bounding-set=-all",
      "--",
    ];
    const command = [requireBuiltProgram(), "device", "--kernel"];
    const refused = await runProcess(isRoot ? [...asNobody, ...command] : command, { env: {} });
    expect(refused.exitCode).toBe(1);
    expect(refused.stderr).toContain("CAP_SYS_ADMIN");
  });

  test("as root it feeds the kernel until it is told to end", async () => {
    if (!onLinux || !isRoot) return console.warn("skipped: only root on Linux may feed the kernel");
    const device = await started("--kernel", "--interval", "0.1");
    if (device.said.includes("CAP_SYS_ADMIN")) return console.warn("skipped: root has no CAP_SYS_ADMIN here");
    expect(device.said).toContain("the kernel got 256 bits"); // said once it has taken them
    expect(device.child.exitCode).toBe(null);
    expect(await device.end()).toBe(0);
  });
});
