/** Kernels that are open belong to the thread that opened them, and are given up with that thread. */
import { afterAll, beforeAll, expect, test } from "bun:test";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { loadLibrary, type NativeLibrary } from "../../ffi/index.ts";
import { COMPILE_TIMEOUT_MS, hostLibrary } from "../support/native-builds.ts";

const FILE_KERNELS = ["cpu_io_beat", "disk_io", "fsync_timing", "multi_domain_beat"] as const;

// Beside this file, because the folder for temporary files may be in memory, which disk_io cannot read past.
const folder = mkdtempSync(join(import.meta.dirname, "scratch-"));
let path: string;
let library: NativeLibrary;
let ids: readonly (typeof FILE_KERNELS)[number][];

beforeAll(async () => {
  path = await hostLibrary();
  library = loadLibrary({ path });
  ids = FILE_KERNELS.filter((id) => opensHere(id));
}, COMPILE_TIMEOUT_MS);

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Some file systems have no direct reads. */
function opensHere(id: string): boolean {
  try {
    library.command(id, "open", folder);
  } catch (error) {
    console.log(`skipped: ${(error as Error).message}`);
    return false;
  }
  library.command(id, "close");
  return true;
}

function descriptors(): number {
  return readdirSync("/dev/fd").length;
}

async function openElsewhere({ hang = false } = {}): Promise<Worker> {
  const worker = new Worker(new URL("../support/opening-thread.ts", import.meta.url), {
    workerData: { path, ids, folder, hang },
  });
  await new Promise((resolve, reject) => {
    worker.once("message", resolve);
    worker.once("error", reject);
  });
  return worker;
}

function useAll(): void {
  for (const id of ids) {
    library.command(id, "open", folder);
    const samples = new BigUint64Array(4);
    library.kernel(id)(samples);
    expect(samples.every((sample) => sample > 0n)).toBe(true);
    library.command(id, "close");
  }
}

test("a thread opens its own although another has it open, and closes no other's", async () => {
  const worker = await openElsewhere();
  try {
    const before = descriptors();
    useAll();
    // The runtime opens and closes some meanwhile. One that was left open would stay.
    while (descriptors() > before) await new Promise(setImmediate);
  } finally {
    await worker.terminate();
  }
});

test("a thread that was given up inside a kernel holds nothing up", async () => {
  const worker = await openElsewhere({ hang: true });
  const ended = new Promise((resolve) => worker.once("exit", resolve));
  void worker.terminate();
  useAll();
  // The kernel that it is in is that of others, too.
  await ended;
});

test("a thread that ends closes what it had open", async () => {
  const closed = async () => {
    const worker = await openElsewhere();
    const during = descriptors();
    await worker.terminate();
    // The system's thread ends a little after the runtime's.
    while (descriptors() > during - ids.length) await new Promise(setImmediate);
  };
  await closed();
  await closed();
});
