/** What commands work with besides their options: made once by the program, faked by tests. */
import { stateFolder } from "./calibration/profile-file.ts";
import type { Host, Settings } from "./platform/host.ts";
import { currentHost, type HostOptions } from "./platform/index.ts";
import type { SamplingThread } from "./sampling/protocol.ts";
import { startSamplingThread } from "./sampling/thread.ts";
import type { Source } from "./source.ts";
import { sources } from "./sources/index.ts";

export interface Deps {
  readonly sources: readonly Source[];
  readonly host: Host;
  /** Folder of this machine's profile; undefined where there is no home. */
  readonly stateFolder?: string | undefined;
  startThread(): SamplingThread;
}

/** For study and tests: a library to load instead of the built-in one, such as one with a deterministic clock. */
const LIBRARY_VARIABLE = "ESOTERIC_ENTROPY_LIBRARY";

/** @param settings what the command line says about sources */
export function programDeps(settings: Partial<Settings>): Deps {
  const libraryPath = process.env[LIBRARY_VARIABLE];
  const options: HostOptions = { settings, ...(libraryPath ? { libraryPath } : {}) };
  const host = currentHost(options);
  return {
    sources,
    host,
    stateFolder: stateFolder(host.os, process.env),
    startThread: () => startSamplingThread(options),
  };
}
