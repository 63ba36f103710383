/** The dependencies of commands: sources, machine, sampling thread, warnings. The program makes them once; tests make fakes. */
import type { Io } from "#kit/term/io.ts";
import { stateFolder } from "./calibration/profile-file.ts";
import type { Settings } from "./platform/host.ts";
import { currentHost, type HostOptions } from "./platform/index.ts";
import type { PoolDeps } from "./pool/open.ts";
import { startSamplingThread } from "./sampling/thread.ts";
import { sources } from "./sources/index.ts";

export type Deps = PoolDeps;

/** For study and tests: a library that replaces the built-in one, such as one with a deterministic clock. */
const LIBRARY_VARIABLE = "ESOTERIC_ENTROPY_LIBRARY";

/** @param settings the options about sources that the command has */
export function programDeps(settings: Partial<Settings>, io: Pick<Io, "log">): Deps {
  const libraryPath = process.env[LIBRARY_VARIABLE];
  const options: HostOptions = { settings, ...(libraryPath ? { libraryPath } : {}) };
  const host = currentHost(options);
  return {
    sources,
    host,
    stateFolder: stateFolder(host.os, process.env),
    startThread: () => startSamplingThread(options),
    warn: (text) => io.log.warn(text),
  };
}
