/**
 * Latency of a flushed load, which goes all the way to DRAM. Kernel: c/kernels/dram_row_buffer.c
 *
 * Where a flush does not reach the memory, the kernel walks through a field instead. It is as large as the system allows, and
 * no smaller than what the last cache does not hold: else the loads would time that.
 */
import { constants } from "node:os";
import { mebibytes, memoryRoom } from "#kit/memory.ts";
import { NativeError } from "../errors.ts";
import type { Host } from "../platform/host.ts";
import { openedKernel } from "./acquire/native/opened-kernel.ts";

const MIB = 2 ** 20;

/** The field where nothing limits it. MOST_WALK_BITS of the kernel. */
const MOST_BYTES = 256 * MIB;

/** Part of the room that a source may take: the program needs the rest. */
const SHARE = 0.5;

/** Four times the last cache: of loads that go through the whole field, at most one in four could be answered by it. */
const CACHES = 4;

/** Least field where the system does not tell of its caches: four times the 16 MB of the largest chips without a flush. */
const LEAST_BYTES = 64 * MIB;

/** Returns the most bytes that a walk may take here, and the fewest that it needs. */
function walkOf(host: Host): { readonly most: number; readonly least: number; readonly limit: string } {
  const room = memoryRoom(host.readText);
  const most = Math.min(MOST_BYTES, Math.floor((room?.bytes ?? MOST_BYTES / SHARE) * SHARE));
  const cache = lastCacheBytes(host);
  const least = cache === undefined ? LEAST_BYTES : Math.min(MOST_BYTES, CACHES * cache);
  return { most: most < least ? 0 : most, least, limit: room?.limit ?? "the system" };
}

function lastCacheBytes(host: Host): number | undefined {
  const folder = "/sys/devices/system/cpu/cpu0/cache";
  let largest: number | undefined;
  for (const name of host.readFolder(folder)) {
    const [, kib] = /^(\d+)K\s*$/.exec(host.readText(`${folder}/${name}/size`) ?? "") ?? [];
    if (kib !== undefined) largest = Math.max(largest ?? 0, Number(kib) * 1024);
  }
  return largest;
}

/** Says why there is no memory for a walk, if one is needed. */
function obstacle(host: Host): string | undefined {
  if (!host.native.ok) return host.native.reason;
  const { most, least, limit } = walkOf(host);
  try {
    host.native.library.command("dram_row_buffer", "check", String(most));
    return undefined;
  } catch (error) {
    if (!(error instanceof NativeError)) throw error;
    // Another thread may be inside the kernel: opening will tell.
    if (error.errno !== constants.errno.ENOMEM) return undefined;
    return `flushed loads do not reach the memory here, and a walk through more than the caches hold takes ${mebibytes(least)}: more than half of what ${limit} leaves`;
  }
}

export const dramRowBuffer = openedKernel({
  obstacle,
  texts: (host) => [String(walkOf(host).most)],
  reasons: { ENOMEM: "too little memory for a walk" },
  info: {
    id: "dram_row_buffer",
    title: "DRAM access latency",
    mechanism:
      "Latency of a load that misses every cache because its line was flushed: row-buffer " +
      "hits and conflicts, bank state, refresh, memory-controller arbitration with everything else that " +
      "uses memory. Refresh leaves a spectral line; the controller's scheduling is not published.",
    family: "memory",
    unit: "ticks",
    symbolBits: 8,
    claim: 0.8,
    coarseClaim: 0.07,
    rateHz: 2_500_000,
    effects: [],
  },
  warmUpSamples: 256,
});
