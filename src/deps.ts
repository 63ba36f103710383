/** The dependencies of commands: sources, machine, sampling thread, warnings. The program makes them once; tests make fakes. */
import type { Io } from "#kit/term/io.ts";
import { stateFolder } from "./calibration/profile-file.ts";
import type { Settings } from "./platform/host.ts";
import { currentHost, type HostOptions } from "./platform/index.ts";
import type { PoolDeps } from "./pool/open.ts";
import { startSamplingThread } from "./sampling/thread.ts";
import { sourcesWith } from "./sources/named/index.ts";

export type Deps = PoolDeps;

declare global {
  namespace NodeJS {
    interface ProcessEnv {
      /** Undefined in what is shipped: make/esoteric-entropy.ts. Named with a dot, or the bundler would not see it. */
      readonly ESOTERIC_ENTROPY_LIBRARY?: string;
    }
  }
}

/** @param settings the options about sources that the command has */
export function programDeps(settings: Partial<Settings>, io: Pick<Io, "log">): Deps {
  // From source only, for study and tests: a library with a deterministic clock. Shipped programs are built without it.
  const libraryPath = process.env.ESOTERIC_ENTROPY_LIBRARY;
  const options: HostOptions = { settings, ...(libraryPath ? { libraryPath } : {}) };
  const host = currentHost(options);
  return {
    sources: sourcesWith(settings),
    host,
    stateFolder: stateFolder(host.os, process.env),
    startThread: () => startSamplingThread(options),
    warn: (text) => io.log.warn(text),
  };
}
