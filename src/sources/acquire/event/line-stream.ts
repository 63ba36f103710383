/** The lines a running tool prints, as they arrive. */
import { ToolError } from "../../../errors.ts";
import type { RunningTool, ToolPiece } from "../../../platform/host.ts";
import type { Deadline } from "./deadline.ts";
import { ToolPieces } from "./tool-pieces.ts";

export interface Line {
  /** Without the end of the line. */
  readonly text: string;
  /** Time at which its last byte was read. */
  readonly arrivedNs: number;
  /** True if it came together with the line before it: its time of arrival then says nothing. */
  readonly joined: boolean;
}

/** Longest line accepted; no tool in use prints a longer one. */
const MAX_LINE_CHARS = 1 << 16;

export class LineStream implements AsyncDisposable {
  readonly #pieces: ToolPieces;
  readonly #decoder = new TextDecoder();
  readonly #lines: Line[] = [];
  #rest = "";

  constructor(tool: RunningTool) {
    this.#pieces = new ToolPieces(tool);
  }

  /** Resolves with the next line; undefined when the tool has ended. @throws ToolError, the deadline's error, the signal's reason */
  async next(deadline: Deadline): Promise<Line | undefined> {
    for (;;) {
      const line = this.#lines.shift();
      if (line) return line;
      const piece = await this.#pieces.next(deadline);
      if (!piece) return undefined;
      this.#split(piece);
    }
  }

  #split({ bytes, arrivedNs }: ToolPiece): void {
    const texts = (this.#rest + this.#decoder.decode(bytes, { stream: true })).split(/\r?\n/);
    this.#rest = texts.pop()!;
    if (this.#rest.length > MAX_LINE_CHARS) throw new ToolError("a tool's output has no lines");
    texts.forEach((text, i) => {
      this.#lines.push({ text, arrivedNs, joined: i > 0 });
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#pieces[Symbol.asyncDispose]();
  }
}
