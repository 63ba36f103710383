/** The compiler has left the timed work in: eight times the work is more work. On this machine, with its clock. */
import { beforeAll, describe, expect, test } from "bun:test";
import { existsSync, readFileSync } from "node:fs";
import { loadLibrary, type NativeLibrary } from "../../ffi/index.ts";
import { COMPILE_TIMEOUT_MS, hostLibrary } from "../support/native-builds.ts";
import { type KernelId, readyKernel, sampleCount, timingIds } from "../support/ready-kernel.ts";

const SCALE = 8;

/** Deleted work would give a ratio of 1; a clock read costs the same in both, so that the ratio is not quite 8. */
const LEAST_RATIO = 2;

/**
 * Work that waits for a disk takes as long as the disk has others to serve, so what is asked of the system is counted, by its
 * own names in /proc/self/io.
 */
const COUNTED: Partial<Record<KernelId, "syscr" | "syscw">> = { disk_io: "syscr", fsync_timing: "syscw" };

let plain: NativeLibrary;
let scaled: NativeLibrary;

beforeAll(async () => {
  plain = loadLibrary({ path: await hostLibrary() });
  scaled = loadLibrary({ path: await hostLibrary(`EE_WORK_SCALE=${SCALE}`) });
}, COMPILE_TIMEOUT_MS);

const BLOCK = 20;

/**
 * The least mean of a block of samples: other programs' turns only lengthen, and one block without them is enough. A single
 * sample has too few steps where the clock is coarse. Infinite where this machine cannot run the kernel.
 */
function leastWork(library: NativeLibrary, id: KernelId): number {
  using ready = readyKernel(library, id);
  if (!ready.kernel) return Number.POSITIVE_INFINITY;
  const samples = new BigUint64Array(sampleCount(id, 2000, 5 * BLOCK));
  ready.kernel(samples);
  const means = Array.from({ length: Math.floor(samples.length / BLOCK) }, (_, block) => {
    const sum = samples.subarray(block * BLOCK, (block + 1) * BLOCK).reduce((a, b) => a + b, 0n);
    return Number(sum) / BLOCK;
  });
  return Math.min(...means);
}

/**
 * Work that is handed to another thread takes as long as the system needs to wake it, which depends on where it has placed the two,
 * for a whole run and more. How often this thread slept is counted instead.
 */
const HANDED_OVER: readonly KernelId[] = ["dispatch_queue", "thread_lifecycle"];

const USUAL_RUNS = 2;
/** A busy machine hides the least values for a while, and the ratio with them. Of deleted work it stays near 1 however often it runs. */
const MOST_RUNS = 20;

describe("eight times the work takes longer", () => {
  const timed = timingIds.filter((each) => COUNTED[each] === undefined && !HANDED_OVER.includes(each));
  for (const id of timed) {
    test(id, () => {
      let once = Number.POSITIVE_INFINITY;
      let often = Number.POSITIVE_INFINITY;
      const isClear = () => often / once > LEAST_RATIO;
      for (let run = 0; run < USUAL_RUNS || (run < MOST_RUNS && !isClear()); run++) {
        once = Math.min(once, leastWork(plain, id));
        if (once === Number.POSITIVE_INFINITY) return;
        often = Math.min(often, leastWork(scaled, id));
      }
      expect(often / once).toBeGreaterThan(LEAST_RATIO);
    });
  }
});

const isCounted = existsSync("/proc/self/io");
if (!isCounted) console.log(`skipped: calls of ${Object.keys(COUNTED)}: this system does not count them`);

/** How many times this process has called the system to read or to write. */
function calls(name: string): number {
  return Number(new RegExp(`^${name}: (\\d+)$`, "m").exec(readFileSync("/proc/self/io", "latin1"))![1]);
}

/** Calls that one kernel call makes; undefined where this machine cannot run it. */
function callsOf(library: NativeLibrary, id: KernelId, samples: number): number | undefined {
  using ready = readyKernel(library, id);
  if (!ready.kernel) return undefined;
  const before = calls(COUNTED[id]!);
  ready.kernel(new BigUint64Array(samples));
  return calls(COUNTED[id]!) - before;
}

describe.skipIf(!isCounted)("eight times the work is eight times as many calls", () => {
  const SAMPLES = 50;
  for (const id of Object.keys(COUNTED) as KernelId[]) {
    test(id, () => {
      const once = callsOf(plain, id, SAMPLES);
      const often = callsOf(scaled, id, SAMPLES);
      if (once === undefined || often === undefined) return;
      // Looking at the counter reads as well, as often in both.
      expect(once).toBeGreaterThanOrEqual(SAMPLES);
      expect(often - once).toBeGreaterThanOrEqual((SCALE - 1) * SAMPLES);
    });
  }
});

/** Times that this thread slept in some kernel calls; undefined where this machine cannot run it. */
function sleepsOf(library: NativeLibrary, id: KernelId): number | undefined {
  using ready = readyKernel(library, id);
  if (!ready.kernel) return undefined;
  const sleeps = () =>
    Number(
      /^voluntary_ctxt_switches:\s*(\d+)$/m.exec(readFileSync("/proc/thread-self/status", "latin1"))![1],
    );
  const before = sleeps();
  for (let run = 0; run < 10; run++) ready.kernel(new BigUint64Array(200));
  return sleeps() - before;
}

describe.skipIf(!isCounted)("eight times the work is more often handed over", () => {
  for (const id of HANDED_OVER) {
    test(id, () => {
      const once = sleepsOf(plain, id);
      const often = sleepsOf(scaled, id);
      if (once === undefined || often === undefined) return;
      // Now and then the other thread is done before this one sleeps: once in two of the rounds on an idle machine.
      expect(often).toBeGreaterThan(LEAST_RATIO * once);
    });
  }
});
