/** Measures `device`, while nobody reads and while it serves: `npm run bench -- device`. Prints a table, asserts nothing. */
import { closeSync, existsSync, mkdtempSync, openSync, readFileSync, readSync, rmSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { quantile } from "simple-statistics";

const PROGRAM = join(import.meta.dir, "..", "dist", "esoteric-entropy");
const SETTLE_MS = 5_000;
const IDLE_MS = 10_000;
const READS = 500;
const READ_BYTES = 32;
/** Take some seconds at 100 KB/s and at 100 MB/s. */
const BULK_BYTES = { full: 1 << 19, drbg: 1 << 28 } as const;

const folder = mkdtempSync(join(tmpdir(), "ee-bench-"));
const path = join(folder, "entropy");

async function serving(args: readonly string[], measure: (pid: number) => Promise<void>): Promise<void> {
  const child = Bun.spawn([PROGRAM, "device", path, ...args], { stdin: "ignore", stderr: "ignore" });
  try {
    while (!existsSync(path)) await Bun.sleep(10);
    readBytes(READ_BYTES); // waits for the seed
    await measure(child.pid);
  } finally {
    child.kill();
    await child.exited;
  }
}

/** Opens, reads and closes, like a program that needs a key. */
function readBytes(length: number): void {
  const fd = openSync(path, "r");
  const bytes = Buffer.alloc(length);
  for (let done = 0; done < length; ) done += readSync(fd, bytes, done, length - done, null);
  closeSync(fd);
}

/** Reads utime + stime of all threads from /proc, in hundredths of a second. */
function cpuTicks(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]!.split(" ");
  return Number(fields[11]) + Number(fields[12]);
}

function row(name: string, value: string): void {
  console.log(`| ${name} | ${value} |`);
}

async function idle(pid: number): Promise<void> {
  if (process.platform !== "linux") return row("processor time while nobody reads", "not measured: no /proc");
  await Bun.sleep(SETTLE_MS);
  const before = cpuTicks(pid);
  await Bun.sleep(IDLE_MS);
  row("processor time while nobody reads", `${((cpuTicks(pid) - before) / (IDLE_MS / 1000)).toFixed(1)} %`);
}

async function small(): Promise<void> {
  const times: number[] = [];
  for (let i = 0; i < READS; i++) {
    const startMs = performance.now();
    readBytes(READ_BYTES);
    times.push(performance.now() - startMs);
    await Bun.sleep(2);
  }
  const at = (share: number) => `${quantile(times, share).toFixed(2)} ms`;
  row(`open, read ${READ_BYTES} bytes, close`, `median ${at(0.5)}, 99th of 100 ${at(0.99)}`);
}

async function bulk(name: string, bytes: number): Promise<void> {
  const startMs = performance.now();
  const reader = Bun.spawn(["head", "-c", `${bytes}`, path], { stdout: Bun.file("/dev/null") });
  await reader.exited;
  row(name, `${(bytes / 1000 / (performance.now() - startMs)).toFixed(2)} MB/s`);
}

const [cpu] = cpus();
console.log(`${cpus().length} × ${cpu?.model}, ${process.platform} ${process.arch}\n`);
console.log("| `device` | |\n|---|---|");
try {
  await serving([], async (pid) => {
    await idle(pid);
    await small();
    await bulk("full entropy, one reader", BULK_BYTES.full);
  });
  for (const size of ["4K", "1M"]) {
    await serving(["--mode", "drbg", "--buffer-size", size], async () => {
      await bulk(`drbg, one reader, --buffer-size ${size}`, BULK_BYTES.drbg);
    });
  }
} finally {
  rmSync(folder, { recursive: true });
}
