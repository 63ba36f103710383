/** The output of a running tool, piece by piece, with a deadline for each wait. */
import { setImmediate } from "node:timers/promises";
import type { RunningTool, ToolPiece } from "../../../platform/host.ts";
import type { Deadline } from "./deadline.ts";

export class ToolPieces implements AsyncDisposable {
  readonly #pieces: AsyncIterator<ToolPiece>;
  /** A pending read. If its caller gave up, it belongs to the next caller. */
  #awaited: Promise<IteratorResult<ToolPiece>> | undefined;

  constructor(private readonly tool: RunningTool) {
    this.#pieces = tool.output[Symbol.asyncIterator]();
  }

  /** Resolves with the next piece; undefined when the tool has ended. @throws ToolError, the deadline's error, the signal's reason */
  async next(deadline: Deadline): Promise<ToolPiece | undefined> {
    await setImmediate(); // a tool that never pauses must not keep aborts out
    deadline.check();
    this.#awaited ??= this.#pieces.next();
    // Not in a `finally`: after a deadline the read is still pending; after a failure all callers get the same one.
    const piece = await deadline.wait(this.#awaited);
    this.#awaited = undefined;
    return piece.done ? undefined : piece.value;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.tool[Symbol.asyncDispose]();
  }
}
