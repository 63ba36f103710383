/** The engine for runtimes that load native code: a thread of this process samples the sources. */
import { stateFolder } from "../../calibration/profile-file.ts";
import { NativeError } from "../../errors.ts";
import { currentHost, type HostOptions } from "../../platform/index.ts";
import { openPool } from "../../pool/open.ts";
import type { SamplingThread } from "../../sampling/protocol.ts";
import { startSamplingThread, type WorkerThread } from "../../sampling/thread.ts";
import type { Availability } from "../../source.ts";
import { sources } from "../../sources/index.ts";
import { PoolService } from "../stdio/pool-service.ts";
import type { Engine, EngineOptions } from "./engine.ts";
import { platformFile, platformPackage } from "./platform-package.ts";

export async function startEngine(options: EngineOptions): Promise<Engine> {
  const hostOptions = nativeLibrary();
  const host = currentHost(hostOptions);
  const open = openPool(
    { ...options, credit: new Map() },
    {
      sources,
      host,
      stateFolder: stateFolder(host.os, process.env),
      startThread: () => unreferenced(startSamplingThread(hostOptions)),
      warn: (text) => process.emitWarning(text, { code: "ESOTERIC_ENTROPY_PROFILE" }),
    },
  );
  const pool = new PoolService(open, options.timeoutMs);
  pool.onSourceFailed(options.onSourceFailed);
  try {
    await pool.ready("drbg");
  } catch (error) {
    pool.close();
    throw error;
  }
  return {
    get epoch() {
      return pool.epoch;
    },
    bytes: (length, mode) => pool.bytes(length, mode),
    fillNow: (out) => pool.fillNow("drbg", out),
    status: () => pool.status(),
    healthReport: () => pool.healthReport(),
    close: async () => pool.close(),
  };
}

export async function availabilities(): Promise<ReadonlyMap<string, Availability>> {
  const host = currentHost(nativeLibrary());
  const found = sources.map(async (source) => [source.info.id, await source.availability(host)] as const);
  return new Map(await Promise.all(found));
}

/** A thread that lets the process end. To listen to a worker makes Bun wait for it again. */
function unreferenced(thread: WorkerThread): SamplingThread {
  return {
    ...thread,
    listen(handler) {
      thread.listen(handler);
      thread.unref();
    },
  };
}

/** Selects the library of the platform's package; run from the repository, the one that was built there. */
function nativeLibrary(): HostOptions {
  if (import.meta.url.endsWith(".ts")) return {};
  const libraryPath = platformFile("library");
  if (libraryPath === undefined) throw new NativeError(`the package ${platformPackage()} is not installed`);
  return { libraryPath };
}
