/** This very program once more, in a process of its own: how `record` restarts a source. */
import { spawn } from "node:child_process";
import { buffer } from "node:stream/consumers";
import { onAbort } from "../abort.ts";
import { ToolError } from "../errors.ts";

/** A compiled program is its own entry point; from source, Bun is told which file that is. */
function ownCommand(): [file: string, ...args: string[]] {
  const compiled = Bun.main.startsWith("/$bunfs/");
  return compiled ? [process.execPath] : [process.execPath, Bun.main];
}

/**
 * Runs a command of this program with the same environment, and gives what it writes to stdout.
 * @throws ToolError with what it says on stderr; the signal's reason
 */
export async function ownProcess(args: readonly string[], signal: AbortSignal): Promise<Uint8Array> {
  signal.throwIfAborted();
  const [file, ...first] = ownCommand();
  // Not in this terminal's process group: an interrupt ends it through the signal, after us.
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
