/** Runs a system tool to its end, or starts one that keeps running. */
import { onAbort } from "#kit/abort.ts";
import { ToolError } from "../errors.ts";
import type { RunningTool, StartLimits, ToolLimits, ToolOutput, ToolPiece } from "./host.ts";
import type { ToolGroups } from "./tool-groups.ts";
import { ToolProcess } from "./tool-process.ts";

export interface ToolContext {
  readonly nowNs: () => number;
  readonly groups: ToolGroups;
}

/** See `Host.run`. */
export async function runTool(
  { nowNs, groups }: ToolContext,
  tool: string,
  args: readonly string[],
  limits: ToolLimits,
  signal: AbortSignal,
): Promise<ToolOutput> {
  signal.throwIfAborted();
  const pieces: Buffer[] = [];
  let length = 0;
  const startedNs = nowNs();
  const onOutput = (bytes: Buffer) => {
    length += bytes.length;
    if (length > limits.maxBytes)
      child.stop(new ToolError(`${tool}: more than ${limits.maxBytes} bytes of output`));
    else pieces.push(bytes);
  };
  const child = new ToolProcess(groups, tool, args, onOutput, limits);
  using _ = onAbort(signal, () => child.stop(signal.reason));
  const timeout = setTimeout(
    () => child.stop(new ToolError(`${tool}: not finished after ${limits.timeoutMs} ms`)),
    limits.timeoutMs,
  );
  try {
    const exitCode = await child.ended;
    return { stdout: Buffer.concat(pieces), stderr: child.stderr, exitCode, elapsedNs: nowNs() - startedNs };
  } finally {
    clearTimeout(timeout);
  }
}

/** See `Host.start`. */
export function startTool(
  { nowNs, groups }: ToolContext,
  tool: string,
  args: readonly string[],
  { maxBytes, isHeld = false, folder }: StartLimits,
): RunningTool {
  const queue: ToolPiece[] = [];
  let unread = 0;
  let end: (() => void) | undefined;
  let wake: () => void = () => {};

  const receive = (bytes: Buffer) => {
    const arrivedNs = nowNs();
    unread += bytes.length;
    if (unread <= maxBytes || isHeld) queue.push({ bytes, arrivedNs });
    else child.stop(new ToolError(`${tool}: more than ${maxBytes} bytes wait unread`));
    if (unread > maxBytes && isHeld) child.hold();
    wake();
  };
  const child = new ToolProcess(groups, tool, args, receive, { folder });
  const disposed = new ToolError(`${tool}: stopped`);
  const gone = child.ended
    .then((exitCode) => {
      const complaint = isHeld ? child.lastComplaint : child.complaint;
      if (exitCode !== 0) throw new ToolError(`${tool}: exit code ${exitCode}${complaint}`);
      end = () => {};
    })
    .catch((error: unknown) => {
      end = () => {
        if (error !== disposed) throw error;
      };
    })
    .then(() => wake());

  async function next(): Promise<IteratorResult<ToolPiece, undefined>> {
    for (;;) {
      // Output from before a failure is valid: it is handed out first.
      const piece = queue.shift();
      if (piece) {
        unread -= piece.bytes.length;
        if (isHeld && unread <= maxBytes / 2) child.release();
        return { done: false, value: piece };
      }
      if (end) {
        end();
        return { done: true, value: undefined };
      }
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
  }

  return {
    // Without a `return` method, leaving a loop leaves the tool running.
    output: { [Symbol.asyncIterator]: () => ({ next }) },
    stderr: () => child.stderr,
    async [Symbol.asyncDispose]() {
      child.stop(disposed);
      queue.length = 0;
      await gone;
    },
  };
}
