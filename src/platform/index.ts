/** Makes the real Host. Nothing else in src/ reads process.platform. */
import { loadLibrary } from "../../ffi/index.ts";
import { NativeError } from "../errors.ts";
import { findTool, readFolder, readText } from "./files.ts";
import { DEFAULT_SETTINGS, type Host, type NativeState, type Settings } from "./host.ts";
import { runTool, startTool } from "./subprocess.ts";
import { ToolGroups } from "./tool-groups.ts";

export type { Host, NativeState, Settings } from "./host.ts";
export { ToolGroups } from "./tool-groups.ts";

/** Plain data: the sampling thread makes its host from a copy. */
export interface HostOptions {
  /** Native library to load instead of this build's own; tests use one with a deterministic clock. */
  readonly libraryPath?: string;
  /** Missing settings default to `DEFAULT_SETTINGS`. */
  readonly settings?: Partial<Settings>;
  /** `ToolGroups.memory` of the thread that terminates this one and kills the tools it leaves running. */
  readonly toolGroups?: SharedArrayBuffer;
}

/** @throws NativeError on an operating system that is neither macOS nor Linux */
export function currentHost(options: HostOptions = {}): Host {
  const os = process.platform;
  if (os !== "linux" && os !== "darwin") {
    throw new NativeError(`${os} is not supported: macOS and Linux are`);
  }
  const settings = { ...DEFAULT_SETTINGS, ...options.settings };
  const nowNs = () => Number(process.hrtime.bigint());
  const tools = { nowNs, groups: new ToolGroups(options.toolGroups) };
  let native: NativeState | undefined;
  return {
    os,
    arch: process.arch,
    get native() {
      native ??= loadNative(options);
      return native;
    },
    settings,
    nowNs,
    readText,
    readFolder,
    findTool: (name) => findTool(name, settings.toolFolders),
    run: (tool, args, limits, signal) => runTool(tools, tool, args, limits, signal),
    start: (tool, args, limits) => startTool(tools, tool, args, limits),
  };
}

function loadNative(options: HostOptions): NativeState {
  try {
    return { ok: true, library: loadLibrary(options.libraryPath ? { path: options.libraryPath } : {}) };
  } catch (error) {
    if (error instanceof NativeError) return { ok: false, reason: error.message };
    throw error;
  }
}
