/** What a running tool prints, piece by piece, as long as one is willing to wait for it. */
import { setImmediate } from "node:timers/promises";
import type { RunningTool, ToolPiece } from "../../../platform/host.ts";
import type { Deadline } from "./deadline.ts";

export class ToolPieces implements AsyncDisposable {
  readonly #pieces: AsyncIterator<ToolPiece>;
  /** A piece that somebody gave up waiting for belongs to the next one who asks. */
  #awaited: Promise<IteratorResult<ToolPiece>> | undefined;

  constructor(private readonly tool: RunningTool) {
    this.#pieces = tool.output[Symbol.asyncIterator]();
  }

  /** The next piece; undefined when the tool has ended. @throws ToolError, the deadline's error, the signal's reason */
  async next(deadline: Deadline): Promise<ToolPiece | undefined> {
    await setImmediate(); // a tool that never pauses must not keep aborts out
    deadline.check();
    this.#awaited ??= this.#pieces.next();
    // Not in a `finally`: after a deadline it is still on its way. A failure is the same for everybody.
    const piece = await deadline.wait(this.#awaited);
    this.#awaited = undefined;
    return piece.done ? undefined : piece.value;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.tool[Symbol.asyncDispose]();
  }
}
