/** Programs of others that are run for comparison, where they are installed. */
import { spawn } from "node:child_process";
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import { ToolError } from "#kit/errors.ts";

export interface ProgramResult {
  /** Exit code; null after a signal. */
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: Buffer;
  readonly stderr: string;
}

export interface ProgramLimits {
  /** Time after which a program is given up. By default far above what the largest collection takes. */
  readonly longestMs?: number;
  /** Output beyond this ends a program: it is not what was asked for. */
  readonly mostBytes?: number;
}

const MOST_BYTES = 512 * 1024 * 1024;
const LONGEST_MS = 30 * 60_000;

/** Finds a program in PATH. */
export function findProgram(name: string): string | undefined {
  for (const folder of (process.env["PATH"] ?? "").split(delimiter)) {
    // It would stand for the working folder, which may be anybody's.
    if (folder === "") continue;
    const path = join(folder, name);
    try {
      accessSync(path, constants.X_OK);
      return path;
    } catch {}
  }
  return undefined;
}

/** Runs a program to its end; nothing is given to it to read. @throws ToolError if it cannot run; the signal's reason */
export function runOtherProgram(
  path: string,
  args: readonly string[],
  signal: AbortSignal,
  { longestMs = LONGEST_MS, mostBytes = MOST_BYTES }: ProgramLimits = {},
): Promise<ProgramResult> {
  signal.throwIfAborted();
  const { promise, resolve, reject } = Promise.withResolvers<ProgramResult>();
  const child = spawn(path, args, {
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, LC_ALL: "C" },
  });
  const stop = () => child.kill("SIGKILL");
  signal.addEventListener("abort", stop, { once: true });
  let isLate = false;
  const timer = setTimeout(() => {
    isLate = true;
    stop();
  }, longestMs);
  const outputs: Buffer[][] = [[], []];
  let total = 0;
  for (const [index, stream] of [child.stdout, child.stderr].entries()) {
    stream.on("data", (piece: Buffer) => {
      total += piece.length;
      if (total > mostBytes) stop();
      else outputs[index]!.push(piece);
    });
  }
  child.on("error", (error) => {
    clearTimeout(timer);
    reject(new ToolError(`${path} cannot be run: ${error.message}`));
  });
  child.on("close", (code, endedBy) => {
    clearTimeout(timer);
    signal.removeEventListener("abort", stop);
    if (signal.aborted) reject(signal.reason);
    else if (isLate) reject(new ToolError(`${path} did not end within ${longestMs / 1000} s`));
    else if (total > mostBytes) reject(new ToolError(`${path} wrote more than ${mostBytes} bytes`));
    else {
      const [stdout, stderr] = outputs.map((pieces) => Buffer.concat(pieces));
      resolve({ code, signal: endedBy, stdout: stdout!, stderr: stderr!.toString() });
    }
  });
  return promise;
}
