/** Programs beside ours, such as NIST's: what they cost on the same data and the same machine. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export interface Cost {
  /** CPU time, start-up included. */
  readonly seconds: number;
  /** The most memory that it took; no less than this process had when it started it, which Linux counts as well. */
  readonly mib: number;
}

export interface Run extends Cost {
  readonly stdout: string;
}

export interface RunOptions {
  readonly cwd?: string;
  /** Typed into it. */
  readonly input?: string;
  /** Exit codes of a run that did its work. */
  readonly codes?: readonly number[];
}

/** Runs a program to its end, in one thread where OpenMP decides. @throws Error if it failed */
export function costOf(command: readonly string[], { cwd, input = "", codes = [0] }: RunOptions = {}): Run {
  const env = { ...process.env, OMP_NUM_THREADS: "1" };
  const options = {
    env,
    ...(cwd !== undefined && { cwd }),
    stdin: Buffer.from(input),
  } as const;
  const { exitCode, resourceUsage, stdout, stderr } = Bun.spawnSync([...command], options);
  if (!codes.includes(exitCode))
    throw new Error(`${command.join(" ")} ended with exit code ${exitCode}: ${stderr}`);
  const { cpuTime, maxRSS } = resourceUsage;
  return { seconds: Number(cpuTime.total) / 1e6, mib: maxRSS / 2 ** 20, stdout: stdout.toString() };
}

/** Calls `use` with the path of a file that holds `content`, and is removed afterwards. */
export function withFile<T>(content: Uint8Array, use: (path: string) => T): T {
  const folder = mkdtempSync(join(tmpdir(), "ee-bench-"));
  try {
    const path = join(folder, "data.bin");
    writeFileSync(path, content);
    return use(path);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
