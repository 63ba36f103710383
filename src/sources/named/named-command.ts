/** A command that the user has named: the bytes that it writes. */
import { accessSync, constants, statSync } from "node:fs";
import { basename } from "node:path";
import { visible } from "#kit/format/visible.ts";
import { SourceError, ToolError } from "../../errors.ts";
import type { Host, NamedCommand, RunningTool } from "../../platform/host.ts";
import type { Source } from "../../source.ts";
import { Deadline } from "../acquire/event/deadline.ts";
import { type Batch, type EventFeed, EventSampler } from "../acquire/event/event-sampler.ts";
import { ToolPieces } from "../acquire/event/tool-pieces.ts";
import { externalInfo, SILENCE_MS } from "./external-info.ts";

/** Unread bytes from which on the command has to wait. With less, one that writes much would be woken for each slice. */
const MAX_UNREAD_BYTES = 64 << 10;

/** @param silenceMs longest wait for a byte; tests have a shorter one */
export function namedCommand(command: NamedCommand, silenceMs = SILENCE_MS): Source {
  const { name, words, folder } = command;
  // The arguments may hold a secret: they are shown nowhere.
  const program = visible(basename(words[0]!));
  const info = {
    ...externalInfo(name, `Output of ${program}`, "A command that the user has named.", silenceMs),
    effects: ["subprocess"] as const,
  };
  return {
    info,
    async availability(host) {
      return programOf(command, host) === undefined
        ? { ok: false, reason: missing(words[0]!, host) }
        : { ok: true };
    },
    async open(host) {
      const tool = programOf(command, host);
      if (tool === undefined) throw new SourceError(name, missing(words[0]!, host));
      const running = host.start(tool, words.slice(1), { maxBytes: MAX_UNREAD_BYTES, isHeld: true, folder });
      return new EventSampler(info, host, new CommandFeed(name, program, running, silenceMs));
    },
  };
}

function programOf({ words: [program = ""] }: NamedCommand, host: Host): string | undefined {
  if (!program.includes("/")) return host.findTool(program);
  try {
    accessSync(program, constants.X_OK);
    return statSync(program).isFile() ? program : undefined;
  } catch (error) {
    if (error instanceof Error && "code" in error) return undefined;
    throw error;
  }
}

function missing(program: string, { settings }: Host): string {
  const where = program.includes("/") ? "" : `; names are looked up in ${settings.toolFolders.join(", ")}`;
  return `there is no program ${visible(program)}${where}`;
}

class CommandFeed implements EventFeed {
  readonly #pieces: ToolPieces;
  #piece: Uint8Array = new Uint8Array(0);

  constructor(
    private readonly name: string,
    private readonly program: string,
    running: RunningTool,
    private readonly silenceMs: number,
  ) {
    this.#pieces = new ToolPieces(running);
  }

  async take(max: number, signal: AbortSignal): Promise<Batch> {
    const deadline = new Deadline(
      this.silenceMs,
      () => this.#failure(`nothing came for ${this.silenceMs / 1000} s`),
      signal,
    );
    while (this.#piece.length === 0) this.#piece = await this.#next(deadline);
    const values = this.#piece.subarray(0, max);
    this.#piece = this.#piece.subarray(max);
    return { values, discarded: 0 };
  }

  async #next(deadline: Deadline): Promise<Uint8Array> {
    try {
      const piece = await this.#pieces.next(deadline);
      if (piece) return piece.bytes;
    } catch (error) {
      // It begins with the program, and may end with what that said.
      if (error instanceof ToolError)
        throw new SourceError(this.name, visible(error.message), { cause: error });
      throw error;
    }
    throw this.#failure("it has ended");
  }

  #failure(what: string): SourceError {
    return new SourceError(this.name, `${this.program}: ${what}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#pieces[Symbol.asyncDispose]();
  }
}
