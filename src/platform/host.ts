import type { NativeLibrary, ProgramFiles } from "../../ffi/index.ts";

export type { ProgramFiles };

/** The machine as sources see it. Tests substitute a made-up one. */
export interface Host {
  readonly os: "linux" | "darwin";
  readonly arch: string;
  /** The library of noise kernels, or the reason why there is none. Loaded on first use. */
  readonly native: NativeState;
  readonly settings: Settings;
  /** Returns monotonic time, ns. Each thread has an origin of its own. For rates and overlaps, never a sample. */
  nowNs(): number;

  /** Returns the text of a small file, such as one below /proc; undefined if it is absent, unreadable or over 8 MiB. */
  readText(path: string): string | undefined;
  /** Lists the names in a folder, sorted; empty if it is absent or unreadable. */
  readFolder(path: string): readonly string[];
  /** Returns the absolute path of a system tool; searches fixed folders, never PATH. */
  findTool(name: string): string | undefined;
  /**
   * Runs a tool, given by its absolute path, to its end.
   * @throws ToolError if it cannot start, crashes, takes too long or prints too much; the signal's reason
   */
  run(tool: string, args: readonly string[], limits: ToolLimits, signal: AbortSignal): Promise<ToolOutput>;
  /** Starts a long-running tool. If it could not start, `output` throws the reason. */
  start(tool: string, args: readonly string[], limits: StartLimits): RunningTool;
}

export type NativeState =
  | { readonly ok: true; readonly library: NativeLibrary }
  | { readonly ok: false; readonly reason: string };

/** The user's settings for sources. Plain data: the sampling thread gets a copy. */
export interface Settings {
  /** Forbids sources with the effect `network`, even when named. */
  readonly offline: boolean;
  /** DNS server as address or address:port; undefined: the system's. */
  readonly resolver: string | undefined;
  /** host:port for tcp_connect. */
  readonly connectTo: string | undefined;
  /** Folder for files that sources read or write to measure; undefined: the system's folder for temporary files. */
  readonly scratchFolder: string | undefined;
  /** Folders searched for tools. */
  readonly toolFolders: readonly string[];
  /** Devices, FIFOs and files that the user has named as sources. */
  readonly sourceFiles: readonly NamedFile[];
  /** Commands whose output the user has named as a source. */
  readonly sourceCommands: readonly NamedCommand[];
}

export interface NamedFile {
  readonly name: string;
  /** Absolute. */
  readonly path: string;
  /** Speed of a serial line, bits a second; undefined leaves it as it is. */
  readonly baud: number | undefined;
  /** The path's nature when the program began. */
  readonly nature: FileNature;
  /** One 64-bit count, of the bytes that were taken in any thread: a plain file goes on from there. */
  readonly taken: SharedArrayBuffer;
}

/** replay: a plain file · generator: the kernel's · stream: whatever else is there, or may be plugged in later */
export type FileNature = "replay" | "generator" | "stream";

export interface NamedCommand {
  readonly name: string;
  /** The program, by its absolute path or a name that `Host.findTool` finds, and its arguments. */
  readonly words: readonly string[];
  /** Folder that it runs in. */
  readonly folder: string;
}

export const DEFAULT_SETTINGS: Settings = {
  offline: false,
  resolver: undefined,
  connectTo: undefined,
  scratchFolder: undefined,
  toolFolders: ["/usr/bin", "/bin", "/usr/sbin", "/sbin", "/opt/homebrew/bin", "/usr/local/bin"],
  sourceFiles: [],
  sourceCommands: [],
};

export interface ToolLimits {
  /** The tool is killed with all its children after this long. */
  readonly timeoutMs: number;
  /** The tool is killed when its output exceeds this; a long-running tool, when its unread output does. */
  readonly maxBytes: number;
  /** Descriptor that is its standard input; nothing to read unless given. */
  readonly stdin?: number;
  /** Descriptors that it finds as 3 and so on; none unless given. */
  readonly descriptors?: readonly number[];
}

export interface StartLimits extends Pick<ToolLimits, "maxBytes"> {
  /** With more output unread it is not killed, but has to wait in its next write. The system's pipe holds some more. */
  readonly isHeld?: boolean;
  /** Folder that it runs in. Default: the root. */
  readonly folder?: string;
}

export interface ToolOutput {
  readonly stdout: Uint8Array;
  /** The first 4 KiB, for messages. */
  readonly stderr: string;
  readonly exitCode: number;
  /** Time from start to exit. */
  readonly elapsedNs: number;
}

/** A long-running tool. Disposing kills it with all its children within about 50 ms. */
export interface RunningTool extends AsyncDisposable {
  /**
   * Yields pieces of stdout as they arrive, each once; ends when the tool does. Leaving a loop leaves the tool running,
   * and the next loop continues. One reader at a time.
   * @throws ToolError if it could not start, failed, crashed or was killed for unread output
   */
  readonly output: AsyncIterable<ToolPiece>;
  /** Returns the first 4 KiB so far. */
  readonly stderr: () => string;
}

export interface ToolPiece {
  readonly bytes: Uint8Array;
  /** Time of reading, by `Host.nowNs`. */
  readonly arrivedNs: number;
}
