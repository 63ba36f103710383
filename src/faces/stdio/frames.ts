/**
 * The frames that the program and the packages for other languages exchange over a pipe, version 1. Internal: both ends are
 * released together.
 *
 *     u32 LE length of what follows, 5 … 2²¹ │ u8 kind │ u32 LE request id │ body
 */
import { UsageError } from "../../errors.ts";

export const PROTOCOL_VERSION = 1;

/** Frame kinds and their bodies. The client's requests are below 0x80; frames that answer no request have id 0. */
export const FRAME = {
  /** u32 LE n (1 … MAX_BYTES), u8 mode (index into MODES). Answered by `bytes`. */
  wantBytes: 1,
  /** JSON {"method", "params"}. Answered by `json`. */
  call: 2,
  /** u8 suite (0: the battery), then at most MAX_BYTES of data. Answered by `json`. */
  test: 3,
  /** Empty. Cancels the request with this id, which is answered by `error` "cancelled" unless it already was answered. */
  cancel: 4,
  /** JSON {"protocol", "version", "mode"}: the program's first frame. */
  hello: 0x80,
  bytes: 0x81,
  json: 0x82,
  /** JSON {"event": "source-failed", "id", "reason"}. */
  event: 0x90,
  /** JSON {"code", "message", "hints"}. */
  error: 0xff,
} as const;

/** Modes in the order of their numbers in a `wantBytes` frame. */
export const MODES = ["full", "drbg"] as const;

/** Most bytes in one request, one answer or one test. */
export const MAX_BYTES = 1 << 20;

/**
 * Full entropy comes slowly, and a client's time limit is for one answer. So clients ask for no more than this at a time:
 * one turn of the generator, for which the program's own limit counts.
 */
export const FULL_PIECE_BYTES = 256;

export interface Frame {
  readonly kind: number;
  readonly id: number;
  readonly body: Uint8Array;
}

const LENGTH_BYTES = 4;
/** Kind and id, which the stated length covers. */
const HEADER_BYTES = 5;
const MAX_LENGTH = 1 << 21;

export function encodeFrame({ kind, id, body }: Frame): Uint8Array {
  const frame = new Uint8Array(LENGTH_BYTES + HEADER_BYTES + body.length);
  const view = new DataView(frame.buffer);
  view.setUint32(0, HEADER_BYTES + body.length, true);
  view.setUint8(4, kind);
  view.setUint32(5, id, true);
  frame.set(body, LENGTH_BYTES + HEADER_BYTES);
  return frame;
}

export function jsonBody(value: unknown): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(value));
}

/** @throws UsageError unless it is UTF-8 JSON */
export function parseJsonBody(body: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(body));
  } catch (error) {
    throw new UsageError(`malformed frame: not JSON: ${(error as Error).message}`);
  }
}

/** Cuts a stream of bytes, arriving in pieces of any size, into frames. Holds one unfinished frame at most. */
export class FrameReader {
  readonly #length = new Uint8Array(LENGTH_BYTES);
  #lengthFilled = 0;
  /** The current frame after its length, once that is known. */
  #rest: Uint8Array | undefined;
  #restFilled = 0;

  /** True in the middle of a frame. */
  get isInsideFrame(): boolean {
    return this.#lengthFilled > 0;
  }

  /** Yields the frames that this piece completes; their bodies are copies. @throws UsageError for an impossible length */
  *push(piece: Uint8Array): Generator<Frame> {
    for (let at = 0; at < piece.length; ) {
      if (!this.#rest) {
        const part = piece.subarray(at, at + LENGTH_BYTES - this.#lengthFilled);
        this.#length.set(part, this.#lengthFilled);
        this.#lengthFilled += part.length;
        at += part.length;
        if (this.#lengthFilled < LENGTH_BYTES) return;
        this.#rest = new Uint8Array(checkedLength(this.#length));
      }
      const part = piece.subarray(at, at + this.#rest.length - this.#restFilled);
      this.#rest.set(part, this.#restFilled);
      this.#restFilled += part.length;
      at += part.length;
      if (this.#restFilled < this.#rest.length) return;
      const rest = this.#rest;
      this.#rest = undefined;
      this.#restFilled = 0;
      this.#lengthFilled = 0;
      const id = new DataView(rest.buffer).getUint32(1, true);
      yield { kind: rest[0]!, id, body: rest.subarray(HEADER_BYTES) };
    }
  }
}

function checkedLength(bytes: Uint8Array): number {
  const length = new DataView(bytes.buffer).getUint32(0, true);
  if (length < HEADER_BYTES || length > MAX_LENGTH) {
    throw new UsageError(`malformed frame: a length of ${length} bytes; ${HEADER_BYTES} to 2^21 are allowed`);
  }
  return length;
}
