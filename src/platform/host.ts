import type { NativeLibrary } from "../../ffi/index.ts";

/** The machine as sources see it. Tests hand them another one. */
export interface Host {
  readonly os: "linux" | "darwin";
  readonly arch: string;
  /** The library of noise kernels, or why there is none. Loaded on first use. */
  readonly native: NativeState;
  readonly settings: Settings;
  /** Monotonic time of this thread, nanoseconds. Each thread has an origin of its own. For rates and overlaps, never a sample. */
  nowNs(): number;

  /** Text of a small file, such as one below /proc; undefined where it is absent, may not be read or exceeds 8 MiB. */
  readText(path: string): string | undefined;
  /** Names in a folder, sorted; none where it is absent or may not be read. */
  readFolder(path: string): readonly string[];
  /** Absolute path of a system tool, looked for in fixed folders, never in PATH. */
  findTool(name: string): string | undefined;
  /**
   * Runs a tool, given by its absolute path, to its end.
   * @throws ToolError when it cannot start, crashes, is cut short or says too much; the signal's reason
   */
  run(tool: string, args: readonly string[], limits: ToolLimits, signal: AbortSignal): Promise<ToolOutput>;
  /** Starts a tool that keeps talking. That it could not start, `output` says. */
  start(tool: string, args: readonly string[], limits: Pick<ToolLimits, "maxBytes">): RunningTool;
}

export type NativeState =
  | { readonly ok: true; readonly library: NativeLibrary }
  | { readonly ok: false; readonly reason: string };

/** What the user may say about sources; plain data, handed to the sampling thread. */
export interface Settings {
  /** Forbids sources with the effect `network`, even when named. */
  readonly offline: boolean;
  /** DNS server as address or address:port; undefined: the system's. */
  readonly resolver: string | undefined;
  /** host:port for tcp_connect. */
  readonly connectTo: string | undefined;
  /** Folder for files that sources read or write to measure; undefined: the system's folder for temporary files. */
  readonly scratchFolder: string | undefined;
  /** Folders where tools are looked for. */
  readonly toolFolders: readonly string[];
}

export const DEFAULT_SETTINGS: Settings = {
  offline: false,
  resolver: undefined,
  connectTo: undefined,
  scratchFolder: undefined,
  toolFolders: ["/usr/bin", "/bin", "/usr/sbin", "/sbin", "/opt/homebrew/bin", "/usr/local/bin"],
};

export interface ToolLimits {
  /** Killed, with all its children, after this. */
  readonly timeoutMs: number;
  /** Killed when its output exceeds this; a tool that keeps talking, when this much of it waits unread. */
  readonly maxBytes: number;
}

export interface ToolOutput {
  readonly stdout: Uint8Array;
  /** Its first few kilobytes, for messages. */
  readonly stderr: string;
  readonly exitCode: number;
  /** From start to exit. */
  readonly elapsedNs: number;
}

/** A tool that keeps talking. Disposing kills it with all its children, within some 50 ms. */
export interface RunningTool extends AsyncDisposable {
  /**
   * Pieces of stdout as they arrive, each handed out once; ends with the tool. Leaving a loop over it leaves the tool
   * running, and the next loop goes on. One reader at a time.
   * @throws ToolError when it could not start, failed, crashed or was not listened to
   */
  readonly output: AsyncIterable<ToolPiece>;
  /** Its first few kilobytes so far. */
  readonly stderr: () => string;
}

export interface ToolPiece {
  readonly bytes: Uint8Array;
  /** When it was read, by `Host.nowNs`. */
  readonly arrivedNs: number;
}
