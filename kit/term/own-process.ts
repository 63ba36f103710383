/** Starts another copy of this program. */
import { spawn } from "node:child_process";
import { buffer } from "node:stream/consumers";
import { onAbort } from "../abort.ts";
import { ToolError } from "../errors.ts";

/** A compiled program is its own entry point. From source, Bun needs the path of the entry file. */
function ownCommand(): [file: string, ...args: string[]] {
  const compiled = Bun.main.startsWith("/$bunfs/");
  return compiled ? [process.execPath] : [process.execPath, Bun.main];
}

/**
 * Runs a command of this program with the same environment. Resolves with its standard output.
 * @throws ToolError with its standard error if it fails; the signal's reason
 */
export async function ownProcess(args: readonly string[], signal: AbortSignal): Promise<Uint8Array> {
  signal.throwIfAborted();
  const [file, ...first] = ownCommand();
  // A process group of its own: an interrupt from the terminal reaches it through the signal only.
  const child = spawn(file, [...first, ...args], { stdio: ["ignore", "pipe", "pipe"], detached: true });
  using _ = onAbort(signal, () => child.kill("SIGKILL"));
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", resolve);
  });
  const [stdout, stderr, exitCode] = await Promise.all([buffer(child.stdout), buffer(child.stderr), ended]);
  signal.throwIfAborted();
  if (exitCode === 0) return stdout;
  throw new ToolError(`a process of this program failed: ${stderr.toString().trim().slice(0, 500)}`);
}
