/** The client's end of a connection by frames, in this process. */
import {
  encodeFrame,
  FRAME,
  type Frame,
  FrameReader,
  jsonBody,
  parseJsonBody,
} from "../../src/faces/stdio/frames.ts";
import type { Channel } from "../../src/faces/stdio/session.ts";

export class FrameClient {
  readonly #reader = new FrameReader();
  readonly #said: Uint8Array[] = [];
  readonly #heard: Frame[] = [];
  #ended = false;
  #wakeProgram: (() => void) | undefined;
  #wakeClient: (() => void) | undefined;
  /** While set, the program's writes wait for it: a client that does not read. */
  deaf: Promise<void> | undefined;
  /** Thrown by the program's writes, while set. */
  broken: Error | undefined;

  readonly channel: Channel = {
    pieces: (signal) => this.#pieces(signal),
    write: async (bytes) => {
      await this.deaf;
      if (this.broken) throw this.broken;
      for (const frame of this.#reader.push(bytes)) this.#heard.push(frame);
      this.#wakeClient?.();
    },
  };

  say(kind: number, id: number, body: Uint8Array = new Uint8Array(0)): void {
    this.sayRaw(encodeFrame({ kind, id, body }));
  }

  sayRaw(bytes: Uint8Array): void {
    this.#said.push(bytes);
    this.#wakeProgram?.();
  }

  wantBytes(id: number, length: number, mode = 0): void {
    const body = new Uint8Array(5);
    new DataView(body.buffer).setUint32(0, length, true);
    body[4] = mode;
    this.say(FRAME.wantBytes, id, body);
  }

  call(id: number, method: string, params?: object): void {
    this.say(FRAME.call, id, jsonBody({ method, ...(params && { params }) }));
  }

  end(): void {
    this.#ended = true;
    this.#wakeProgram?.();
  }

  /** Number of pieces that the program has not taken yet. */
  get unread(): number {
    return this.#said.length;
  }

  /** Resolves with the next frame of this kind; of any but events by default. */
  async hear(kind?: number): Promise<Frame> {
    for (;;) {
      const at = this.#heard.findIndex((frame) => (kind ? frame.kind === kind : frame.kind !== FRAME.event));
      if (at >= 0) return this.#heard.splice(at, 1)[0]!;
      await new Promise<void>((resolve) => {
        this.#wakeClient = resolve;
      });
    }
  }

  async hearJson(kind?: number): Promise<{ kind: number; id: number; value: Record<string, unknown> }> {
    const { kind: heard, id, body } = await this.hear(kind);
    return { kind: heard, id, value: parseJsonBody(body) as Record<string, unknown> };
  }

  async *#pieces(signal: AbortSignal): AsyncGenerator<Uint8Array> {
    signal.addEventListener("abort", () => this.#wakeProgram?.());
    for (;;) {
      signal.throwIfAborted();
      const piece = this.#said.shift();
      if (piece) yield piece;
      else if (this.#ended) return;
      else {
        await new Promise<void>((resolve) => {
          this.#wakeProgram = resolve;
        });
      }
    }
  }
}
