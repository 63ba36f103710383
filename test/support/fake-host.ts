/** A machine made of the files, tools and kernels that a test names. Nothing else exists on it. */
import { randomFillSync } from "node:crypto";
import { posix } from "node:path";
import { NativeError, ToolError } from "../../src/errors.ts";
import { DEFAULT_SETTINGS, type Host, type Settings, type ToolPiece } from "../../src/platform/host.ts";

export interface FakeHostOptions {
  readonly os?: Host["os"];
  readonly arch?: string;
  /** Path → text, or a function called at each reading; undefined means absent. Folders follow from the paths. */
  readonly files?: Readonly<Record<string, string | (() => string | undefined) | undefined>>;
  /** Folders with names that are not among the files above, such as device nodes. */
  readonly folders?: Readonly<Record<string, readonly string[]>>;
  /** `"name arg arg"`, or `"name"` for any arguments → the tool's behaviour. A name alone makes `findTool` find it. */
  readonly tools?: Readonly<Record<string, FakeTool>>;
  /** Source id → its kernel. Without this there is no native library. */
  readonly kernels?: Readonly<Record<string, (out: BigUint64Array) => void>>;
  /** `"id verb"` → a command of a kernel, which throws NativeError to refuse. Commands that are not named succeed. */
  readonly commands?: Readonly<Record<string, (text?: string) => void>>;
  readonly clockPeriodNs?: number;
  readonly settings?: Partial<Settings>;
  readonly nowNs?: () => number;
}

/** Standard output, or more; a function is called for each run. */
export type FakeTool = string | FakeRun | ((args: readonly string[]) => string | FakeRun);

export interface FakeRun {
  readonly stdout?: string | Uint8Array;
  /** Output of a long-running tool, piece by piece. */
  readonly pieces?: readonly (string | Uint8Array)[];
  readonly stderr?: string;
  readonly exitCode?: number;
  /** The tool prints its output and then hangs until it is killed. */
  readonly hangs?: boolean;
}

export interface FakeHost extends Host {
  /** Tools that were run or started, with their arguments. */
  readonly toolCalls: readonly string[];
  /** Tools that were started and have not ended. */
  readonly runningTools: () => number;
}

export function fakeHost(options: FakeHostOptions = {}): FakeHost {
  const { files = {}, tools = {}, kernels } = options;
  const os = options.os ?? "linux";
  const folders = new Map(
    Object.entries(options.folders ?? {}).map(([path, names]) => [path, new Set(names)]),
  );
  for (const [path, text] of Object.entries(files)) if (text !== undefined) listParents(folders, path);
  const settings = { ...DEFAULT_SETTINGS, ...options.settings };
  const nowNs = options.nowNs ?? (() => Number(process.hrtime.bigint()));
  const toolCalls: string[] = [];
  let running = 0;

  function behaviour(tool: string, args: readonly string[]): FakeRun {
    const name = posix.basename(tool);
    const call = [name, ...args].join(" ");
    toolCalls.push(call);
    const found = tools[call] ?? tools[name];
    if (found === undefined) throw new ToolError(`${tool}: no such stand-in: '${call}'`);
    const run = typeof found === "function" ? found(args) : found;
    return typeof run === "string" ? { stdout: run } : run;
  }

  return {
    os,
    arch: options.arch ?? (os === "darwin" ? "arm64" : "x64"),
    native: kernels
      ? { ok: true, library: fakeLibrary(kernels, options.commands ?? {}, options.clockPeriodNs ?? 10) }
      : { ok: false, reason: "no native library on this fake host" },
    settings,
    nowNs,
    readText(path) {
      const text = files[path];
      return typeof text === "function" ? text() : text;
    },
    readFolder: (path) => [...(folders.get(path) ?? [])].sort(),
    findTool: (name) =>
      Object.keys(tools).some((call) => call.split(" ", 1)[0] === name) ? `/usr/bin/${name}` : undefined,
    async run(tool, args, limits, signal) {
      signal.throwIfAborted();
      const startedNs = nowNs();
      const { stdout = "", stderr = "", exitCode = 0, hangs } = behaviour(tool, args);
      running += 1;
      try {
        if (hangs) await killed(tool, limits.timeoutMs, signal);
        const bytes = Buffer.from(stdout as Uint8Array);
        if (bytes.length > limits.maxBytes)
          throw new ToolError(`${tool}: more than ${limits.maxBytes} bytes of output`);
        await turn();
        signal.throwIfAborted();
        return { stdout: bytes, stderr, exitCode, elapsedNs: nowNs() - startedNs };
      } finally {
        running -= 1;
      }
    },
    start(tool, args) {
      const run = behaviour(tool, args);
      const pieces = [...(run.pieces ?? (run.stdout === undefined ? [] : [run.stdout]))];
      let end: (() => void) | undefined;
      const disposed = new Promise<void>((resolve) => {
        end = resolve;
      });
      running += 1;
      async function next(): Promise<IteratorResult<ToolPiece, undefined>> {
        await turn();
        const piece = pieces.shift();
        if (piece !== undefined) {
          return { done: false, value: { bytes: Buffer.from(piece as Uint8Array), arrivedNs: nowNs() } };
        }
        if (run.hangs) await disposed;
        else if (run.exitCode) throw new ToolError(`${tool}: exit code ${run.exitCode}: ${run.stderr ?? ""}`);
        return { done: true, value: undefined };
      }
      return {
        output: { [Symbol.asyncIterator]: () => ({ next }) },
        stderr: () => run.stderr ?? "",
        async [Symbol.asyncDispose]() {
          if (end) running -= 1;
          end?.();
          end = undefined;
          pieces.length = 0;
        },
      };
    },
    toolCalls,
    runningTools: () => running,
  };
}

function listParents(folders: Map<string, Set<string>>, path: string): void {
  for (let child = path; child !== "/"; child = posix.dirname(child)) {
    const parent = posix.dirname(child);
    const names = folders.get(parent) ?? new Set();
    folders.set(parent, names.add(posix.basename(child)));
  }
}

function fakeLibrary(
  kernels: Readonly<Record<string, (out: BigUint64Array) => void>>,
  commands: Readonly<Record<string, (text?: string) => void>>,
  periodNs: number,
) {
  return {
    path: "fake",
    abiVersion: 0,
    clock: { name: "fake", step: 1, periodNs },
    kernel(id: string) {
      const kernel = kernels[id];
      if (!kernel) throw new NativeError(`the native library has no kernel "${id}"`);
      return kernel;
    },
    command: (id: string, verb: string, text?: string) => commands[`${id} ${verb}`]?.(text),
    release() {},
    async placeRestartProgram(): Promise<never> {
      throw new NativeError("no program goes with the library of this fake host");
    },
    resizePipe: () => false,
    makeFifo() {
      throw new NativeError("cannot make a FIFO on a machine that is none");
    },
    feedKernel() {
      throw new NativeError("there is no kernel to feed");
    },
    reseedKernel() {
      throw new NativeError("there is no kernel to reseed");
    },
    mapSecret() {
      throw new NativeError("there is no memory to lock on a machine that is none");
    },
    writeHex() {
      throw new NativeError("there is no library on this fake host");
    },
    identity: (words: BigUint64Array) => void words.fill(0n),
    osRandom: (out: Uint8Array) => void randomFillSync(out),
    estimatorLoops() {
      throw new NativeError("no estimator loops on this fake host");
    },
    deepLoops() {
      throw new NativeError("no loops for large data on this fake host");
    },
    drbgCipher: undefined,
  };
}

/** Waits until the signal is aborted or time is up, like a hanging tool. */
function killed(tool: string, timeoutMs: number, signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const abort = () => {
      clearTimeout(timer);
      reject(signal.reason);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener("abort", abort);
      reject(new ToolError(`${tool}: not finished after ${timeoutMs} ms`));
    }, timeoutMs);
    signal.addEventListener("abort", abort, { once: true });
  });
}

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
