/** Recordings by a tool, cut into blocks and turned into samples. Shared by microphone and camera. */
import { SourceError, ToolError } from "../../../errors.ts";
import type { Host, RunningTool } from "../../../platform/host.ts";
import { Deadline } from "../event/deadline.ts";
import type { Batch, EventFeed } from "../event/event-sampler.ts";
import { ToolPieces } from "../event/tool-pieces.ts";

/** A device, and the tool that records from it. */
export interface CaptureTool {
  readonly tool: string;
  readonly args: readonly string[];
  readonly blockBytes: number;
  /** Blocks dropped at the beginning, while levels and exposure settle. */
  readonly warmUpBlocks: number;
  readonly samplesPerBlock: number;
  /** Matches text on stderr that means that the blocks are not in the requested format. */
  readonly refusal?: RegExp;
  /** Makes, for each start, the function that turns blocks into samples. It throws SourceError for a block without noise. */
  reader(): (block: Uint8Array) => Int16Array;
}

export interface CaptureLimits {
  /** Time until the first block. Cameras take a second or two, and there may be several devices to try. */
  readonly startMs: number;
  /** Time from block to block. */
  readonly stallMs: number;
}

export const USUAL_LIMITS: CaptureLimits = { startMs: 10_000, stallMs: 2_000 };

/** Most unread output. Beyond it the host kills the tool, so that the device is not left on when nothing reads it. */
const MAX_UNREAD_BYTES = 32 << 20;

export class CaptureFeed implements EventFeed {
  #running: { recording: CaptureTool; blocks: BlockStream; read(block: Uint8Array): Int16Array } | undefined;
  /** The recording that has worked. */
  #chosen: CaptureTool | undefined;
  #ready: Int16Array = new Int16Array(0);

  /** @param recordings those to try, best first */
  constructor(
    private readonly sourceId: string,
    private readonly host: Host,
    private readonly recordings: (deadline: Deadline, signal: AbortSignal) => AsyncIterable<CaptureTool>,
    private readonly limits: CaptureLimits,
  ) {}

  async take(max: number, signal: AbortSignal): Promise<Batch> {
    let discarded = 0;
    while (this.#ready.length === 0) {
      const { block, recording, isFirst } = await this.#nextBlock(signal);
      if (isFirst) discarded += recording.warmUpBlocks * recording.samplesPerBlock;
      this.#ready = this.#running!.read(block);
    }
    const values = this.#ready.subarray(0, max);
    this.#ready = this.#ready.subarray(max);
    return { values, discarded };
  }

  /** Reads from the running tool, else starts one: a recording ends, and may have been cut off. */
  async #nextBlock(signal: AbortSignal) {
    const { startMs, stallMs } = this.limits;
    if (this.#running) {
      const { recording, blocks } = this.#running;
      const block = await this.#tryBlock(blocks, new Deadline(stallMs, () => this.#silence(stallMs), signal));
      if (block instanceof Uint8Array) return { block, recording, isFirst: false };
      await this.#stop();
    }
    const deadline = new Deadline(startMs, () => this.#silence(startMs), signal);
    let failure: ToolError | undefined;
    for await (const recording of this.#chosen ? [this.#chosen] : this.recordings(deadline, signal)) {
      let block: Uint8Array | ToolError | undefined;
      try {
        block = await this.#start(recording, deadline);
      } finally {
        // The next attempt, after an abort for instance, needs a whole warm-up.
        if (!(block instanceof Uint8Array)) await this.#stop();
      }
      if (block instanceof Uint8Array) {
        this.#chosen = recording;
        return { block, recording, isFirst: true };
      }
      failure ??= block;
    }
    throw failure ?? new SourceError(this.sourceId, "no device that records");
  }

  async #start(recording: CaptureTool, deadline: Deadline): Promise<Uint8Array | ToolError> {
    const { tool, args, blockBytes } = recording;
    const running = this.host.start(tool, args, { maxBytes: MAX_UNREAD_BYTES });
    const blocks = new BlockStream(running, blockBytes);
    this.#running = { recording, blocks, read: recording.reader() };
    for (let i = 0; i < recording.warmUpBlocks; i++) {
      const block = await this.#tryBlock(blocks, deadline);
      if (!(block instanceof Uint8Array)) return block;
    }
    const complaint = recording.refusal?.exec(running.stderr());
    if (complaint) return new ToolError(`${tool}: ${complaint[0]}`);
    return this.#tryBlock(blocks, deadline);
  }

  async #tryBlock(blocks: BlockStream, deadline: Deadline): Promise<Uint8Array | ToolError> {
    try {
      return (await blocks.next(deadline)) ?? new ToolError("the recording ended before its first block");
    } catch (error) {
      if (error instanceof ToolError) return error;
      throw error;
    }
  }

  #silence(ms: number): SourceError {
    return new SourceError(this.sourceId, `nothing was recorded in ${ms} ms`);
  }

  async #stop(): Promise<void> {
    const running = this.#running;
    this.#running = undefined;
    await running?.blocks[Symbol.asyncDispose]();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stop();
  }
}

/** A tool's output in blocks of equal size. */
class BlockStream implements AsyncDisposable {
  readonly #pieces: ToolPieces;
  readonly #block: Uint8Array;
  #filled = 0;
  #piece: Uint8Array = new Uint8Array(0);

  constructor(tool: RunningTool, blockBytes: number) {
    this.#pieces = new ToolPieces(tool);
    this.#block = new Uint8Array(blockBytes);
  }

  /** Resolves with the next block, valid until the next call; undefined when the tool has ended. */
  async next(deadline: Deadline): Promise<Uint8Array | undefined> {
    for (;;) {
      const part = this.#piece.subarray(0, this.#block.length - this.#filled);
      this.#block.set(part, this.#filled);
      this.#piece = this.#piece.subarray(part.length);
      this.#filled += part.length;
      if (this.#filled === this.#block.length) {
        this.#filled = 0;
        return this.#block;
      }
      const piece = await this.#pieces.next(deadline);
      if (!piece) return undefined;
      this.#piece = piece.bytes;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#pieces[Symbol.asyncDispose]();
  }
}
