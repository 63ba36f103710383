/** The engine where native code can be loaded: sources sampled by a thread of this process. */

import { calibratedClaims } from "../../calibration/claims.ts";
import { machineProfile } from "../../calibration/machine-profile.ts";
import { profilePath, stateFolder } from "../../calibration/profile-file.ts";
import { NativeError } from "../../errors.ts";
import type { Host } from "../../platform/host.ts";
import { currentHost, type HostOptions } from "../../platform/index.ts";
import type { SamplingThread } from "../../sampling/protocol.ts";
import { startSamplingThread, type WorkerThread } from "../../sampling/thread.ts";
import type { Availability, SourceInfo } from "../../source.ts";
import { sources } from "../../sources/index.ts";
import { selectSources } from "../../sources/selection.ts";
import { VERSION } from "../../version.ts";
import { PoolService } from "../stdio/pool-service.ts";
import type { Engine, EngineOptions } from "./engine.ts";
import { platformFile, platformPackage } from "./platform-package.ts";

export async function startEngine(options: EngineOptions): Promise<Engine> {
  const hostOptions = nativeLibrary();
  const host = currentHost(hostOptions);
  const pool = new PoolService({
    infos: creditedInfos(
      selectSources(sources, options.sources).map(({ info }) => info),
      host,
    ),
    startThread: () => unreferenced(startSamplingThread(hostOptions)),
    host,
    timeoutMs: options.timeoutMs,
  });
  pool.onSourceFailed(options.onSourceFailed);
  try {
    await pool.ready("drbg");
  } catch (error) {
    pool.close();
    throw error;
  }
  return {
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

/** That of the platform's package; run from the repository, the one that was built there. */
function nativeLibrary(): HostOptions {
  if (import.meta.url.endsWith(".ts")) return {};
  const libraryPath = platformFile("library");
  if (libraryPath === undefined) throw new NativeError(`the package ${platformPackage()} is not installed`);
  return { libraryPath };
}

/** Claims, lowered to what this machine's profile allows: see `esoteric-entropy calibrate`. */
function creditedInfos(infos: readonly SourceInfo[], host: Host): readonly SourceInfo[] {
  const folder = stateFolder(host.os, process.env);
  const found = machineProfile(folder, host, VERSION);
  if (found.kind === "refused" && folder !== undefined) {
    process.emitWarning(`${profilePath(folder)} is ignored: ${found.reason}`, {
      code: "ESOTERIC_ENTROPY_PROFILE",
    });
  }
  return found.kind === "read" ? calibratedClaims(infos, found.profile) : infos;
}
