/**
 * Replay control, on this machine's own noise: what two runs of a kernel have in common at the same place. A pattern that a
 * formula puts into the work comes again in every run and would show; noise does not. Runs with EE_LIVE=1 only, for
 * how a machine behaves is not for this project to pass or fail.
 */
import { beforeAll, describe, expect, test } from "bun:test";
import { loadLibrary, type NativeLibrary } from "../../ffi/index.ts";
import { COMPILE_TIMEOUT_MS, hostLibrary } from "../support/native-builds.ts";
import { readyKernel, sampleCount, timingIds } from "../support/ready-kernel.ts";

const LIVE = process.env["EE_LIVE"] === "1";

/** A generator-driven cache walk repeated 1.0 bit, flushed loads 0.000. */
const LIMIT_BITS = 0.05;

/**
 * Linux takes new pages into its lists in batches of 31, and the touch that completes one takes longer: a rhythm of the
 * system's in which two runs may happen to agree, which tells up to h(1/31) bits of each sample.
 */
const RHYTHM_BITS = 0.21;
const RHYTHMIC = ["page_fault_timing", "vm_page_timing", "memory_timing"];

const SAMPLES = 200_000;
const LEAST_SAMPLES = 4_000;

/** A sample counts as one of 16 ranks, as evenly filled as equal samples, which have equal ranks, allow. */
const RANKS = 16;

/**
 * With nothing in common the estimate is still (16 − 1)² / (2 n ln 2) bits, 0.04 for the smallest n, and more where the
 * whole machine slowly changes: of two curves each of which bends once either tells of the other. Copies in which samples have
 * changed places with their neighbours only show how much that makes.
 */
const SHUFFLES = 8;
const NEIGHBOURS = 500;

/** The ranks of `n` samples after a warm-up. */
function record(kernel: (out: BigUint64Array) => void, n: number): Uint8Array {
  kernel(new BigUint64Array(256));
  const samples = new BigUint64Array(n);
  kernel(samples);
  return ranksOf(samples);
}

function ranksOf(samples: BigUint64Array): Uint8Array {
  const rankOf = new Map<bigint, number>();
  samples.toSorted().forEach((sample, i) => {
    if (!rankOf.has(sample)) rankOf.set(sample, Math.floor((i / samples.length) * RANKS));
  });
  return Uint8Array.from(samples, (sample) => rankOf.get(sample)!);
}

/** Plug-in estimate, bits a sample. */
function mutualInformation(a: Uint8Array, b: Uint8Array): number {
  const joint = new Uint32Array(RANKS * RANKS);
  const ofA = new Uint32Array(RANKS);
  const ofB = new Uint32Array(RANKS);
  for (let i = 0; i < a.length; i++) {
    joint[a[i]! * RANKS + b[i]!]!++;
    ofA[a[i]!]!++;
    ofB[b[i]!]!++;
  }
  let sum = 0;
  joint.forEach((count, pair) => {
    const independent = (ofA[Math.floor(pair / RANKS)]! * ofB[pair % RANKS]!) / a.length;
    if (count > 0) sum += count * Math.log2(count / independent);
  });
  return sum / a.length;
}

/** Fisher–Yates among neighbours; Math.random will do, for nothing depends on which permutation it is. */
function shuffled(ranks: Uint8Array): Uint8Array {
  const copy = ranks.slice();
  for (let i = copy.length - 1; i > 0; i--) {
    const first = i - (i % NEIGHBOURS);
    const j = first + Math.floor(Math.random() * (i - first + 1));
    [copy[i], copy[j]] = [copy[j]!, copy[i]!];
  }
  return copy;
}

/** Mutual information less its mean over shuffled copies, which have nothing in common at one place; bits. */
function commonBits(a: Uint8Array, b: Uint8Array): number {
  let bias = 0;
  for (let i = 0; i < SHUFFLES; i++) bias += mutualInformation(a, shuffled(b)) / SHUFFLES;
  return mutualInformation(a, b) - bias;
}

let library: NativeLibrary;
beforeAll(async () => {
  library = loadLibrary({ path: await hostLibrary() });
}, COMPILE_TIMEOUT_MS);

describe.skipIf(!LIVE)("two runs of a kernel have next to nothing in common", () => {
  for (const id of timingIds) {
    test(
      id,
      () => {
        using ready = readyKernel(library, id);
        if (!ready.kernel) return;
        const n = sampleCount(id, SAMPLES, LEAST_SAMPLES);
        const bits = commonBits(record(ready.kernel, n), record(ready.kernel, n));
        console.log(`replay: ${id} ${bits.toFixed(4)} bits a sample, ${n} samples`);
        expect(bits).toBeLessThan(RHYTHMIC.includes(id) ? LIMIT_BITS + RHYTHM_BITS : LIMIT_BITS);
      },
      COMPILE_TIMEOUT_MS,
    );
  }

  test("the measure finds what is there: a pattern, alone and in noise", () => {
    const noisy = (amplitude: number) =>
      ranksOf(
        BigUint64Array.from({ length: SAMPLES }, (_, i) =>
          BigInt(((i * 7919) & 15) + Math.floor(Math.random() * amplitude)),
        ),
      );
    expect(commonBits(noisy(1), noisy(1))).toBeGreaterThan(3.5);
    expect(commonBits(noisy(16), noisy(16))).toBeGreaterThan(LIMIT_BITS);
    expect(Math.abs(commonBits(noisy(16), shuffled(noisy(16))))).toBeLessThan(LIMIT_BITS / 10);
  });
});

if (!LIVE) console.log("skipped: measurements of this very machine; EE_LIVE=1 runs them");
