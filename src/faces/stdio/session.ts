/**
 * The program's side of the connection: reads frames, has them answered, writes the answers as they become ready. Knows
 * nothing of pools or processes.
 */
import { EntropyError, UsageError } from "../../errors.ts";
import { type OpenPool, openPool, type PoolDeps, type PoolSettings } from "../../pool/open.ts";
import type { RbgMode } from "../../rbg/generator.ts";
import {
  encodeFrame,
  FRAME,
  type Frame,
  FrameReader,
  jsonBody,
  MAX_BYTES,
  MODES,
  PROTOCOL_VERSION,
  parseJsonBody,
} from "./frames.ts";

/** Answers requests. Each method may throw; the signal is aborted when the answer is no longer wanted. */
export interface Service {
  readonly pool: {
    /** Another number: this process was copied, and random bytes from before must not be sent. */
    readonly epoch: number;
    bytes(length: number, mode: RbgMode, signal: AbortSignal): Promise<Uint8Array>;
  };
  /** @throws UsageError for an unknown method */
  call(method: string, params: Readonly<Record<string, unknown>>, signal: AbortSignal): Promise<unknown>;
  /** Runs the battery of tests. */
  test(data: Uint8Array, signal: AbortSignal): Promise<unknown>;
}

export interface Channel {
  /** Yields the client's bytes. Throws when the signal is aborted. */
  pieces(signal: AbortSignal): AsyncIterable<Uint8Array>;
  /** Resolves when the bytes are handed over. */
  write(bytes: Uint8Array): Promise<void>;
}

/** Most requests pending at once; further ones are refused. */
export const MAX_REQUESTS = 64;

interface OpenRequest {
  readonly controller: AbortController;
  /** True once it is answered: nothing more may be sent for it. */
  answered: boolean;
}

/** A request's work, and the kind of its answer. */
interface Work {
  readonly kind: number;
  run(signal: AbortSignal): Promise<Uint8Array>;
}

export class Session {
  readonly #requests = new Map<number, OpenRequest>();
  readonly #over = new AbortController();
  readonly #signal: AbortSignal;
  #lastWrite: Promise<void> = Promise.resolve();

  constructor(
    private readonly service: Service,
    private readonly channel: Channel,
    signal: AbortSignal,
  ) {
    this.#signal = AbortSignal.any([signal, this.#over.signal]);
  }

  /**
   * Serves until the client ends its stream.
   * @throws UsageError for a malformed frame, after telling the client; errors of writing; the signal's reason
   */
  async run(version: string): Promise<void> {
    const reader = new FrameReader();
    try {
      await this.#say(FRAME.hello, 0, jsonBody({ protocol: PROTOCOL_VERSION, version, mode: MODES[0] }));
      for await (const piece of this.channel.pieces(this.#signal)) {
        for (const frame of reader.push(piece)) await this.#receive(frame);
      }
      this.#signal.throwIfAborted();
      if (reader.isInsideFrame) throw new UsageError("malformed frame: the input ends inside it");
    } catch (error) {
      const failure = this.#signal.aborted ? this.#signal.reason : error;
      if (failure instanceof UsageError) await this.#refuse(0, failure);
      throw failure;
    } finally {
      for (const request of this.#requests.values()) this.#giveUp(request);
    }
  }

  /** Tells the client of an event. */
  event(event: Readonly<Record<string, unknown>>): void {
    this.#say(FRAME.event, 0, jsonBody(event)).catch(this.#end);
  }

  /** @throws UsageError for a malformed frame */
  async #receive({ kind, id, body }: Frame): Promise<void> {
    if (kind === FRAME.cancel) {
      await this.#cancel(id, body);
      return;
    }
    const work = this.#work(kind, body);
    const objection = this.#objection(id);
    // Awaited: a client that does not read its refusals is not read from either.
    if (objection) await this.#refuse(id, objection);
    else this.#answer(id, work).catch(this.#end);
  }

  async #cancel(id: number, body: Uint8Array): Promise<void> {
    if (body.length > 0) throw new UsageError("malformed frame: a cancellation with a body");
    const request = this.#requests.get(id);
    if (!request || request.answered) return;
    this.#giveUp(request);
    await this.#refuse(id, new CancelledError());
  }

  #giveUp(request: OpenRequest): void {
    request.answered = true;
    request.controller.abort(new CancelledError());
  }

  #objection(id: number): UsageError | undefined {
    if (id === 0) return new UsageError("request id 0 is reserved for the program");
    if (this.#requests.has(id)) return new UsageError(`request ${id} is still pending`);
    if (this.#requests.size < MAX_REQUESTS) return undefined;
    return new UsageError(`more than ${MAX_REQUESTS} requests pending`);
  }

  #work(kind: number, body: Uint8Array): Work {
    switch (kind) {
      case FRAME.wantBytes: {
        if (body.length !== 5)
          throw new UsageError(
            `malformed frame: a request for bytes has a body of 5 bytes, not ${body.length}`,
          );
        const length = new DataView(body.buffer, body.byteOffset).getUint32(0, true);
        return { kind: FRAME.bytes, run: (signal) => this.#bytes(length, body[4]!, signal) };
      }
      case FRAME.call: {
        const { method, params } = checkedCall(parseJsonBody(body));
        const run = async (signal: AbortSignal) => jsonBody(await this.service.call(method, params, signal));
        return { kind: FRAME.json, run };
      }
      case FRAME.test: {
        if (body.length === 0) throw new UsageError("malformed frame: a test without a suite");
        return { kind: FRAME.json, run: (signal) => this.#test(body[0]!, body.subarray(1), signal) };
      }
      default:
        throw new UsageError(`malformed frame: kind ${kind}`);
    }
  }

  async #bytes(length: number, modeNumber: number, signal: AbortSignal): Promise<Uint8Array> {
    const mode = MODES[modeNumber];
    if (mode === undefined) throw new UsageError(`unknown mode ${modeNumber}`);
    if (length < 1 || length > MAX_BYTES)
      throw new UsageError(`cannot deliver ${length} bytes at once: 1 to ${MAX_BYTES}`);
    return this.service.pool.bytes(length, mode, signal);
  }

  async #test(suite: number, data: Uint8Array, signal: AbortSignal): Promise<Uint8Array> {
    if (suite !== 0) throw new UsageError(`unknown suite ${suite}`);
    if (data.length > MAX_BYTES)
      throw new UsageError(`cannot test ${data.length} bytes: ${MAX_BYTES} at most`);
    return jsonBody(await this.service.test(data, signal));
  }

  /** Answers a request, which keeps its place until its work has ended, even if the client has cancelled it. */
  async #answer(id: number, { kind, run }: Work): Promise<void> {
    const request: OpenRequest = { controller: new AbortController(), answered: false };
    this.#requests.set(id, request);
    try {
      const { epoch } = this.service.pool;
      const [outcome] = await Promise.allSettled([run(request.controller.signal)]);
      if (request.answered) {
        if (outcome.status === "fulfilled") outcome.value.fill(0);
        return;
      }
      request.answered = true;
      if (outcome.status === "rejected") await this.#refuse(id, outcome.reason);
      else if (kind === FRAME.bytes) await this.#sayRandom(id, outcome.value, epoch, run);
      else await this.#say(kind, id, outcome.value);
    } finally {
      this.#requests.delete(id);
    }
  }

  #refuse(id: number, error: unknown): Promise<void> {
    return this.#say(FRAME.error, id, jsonBody(described(error)));
  }

  #say(kind: number, id: number, body: Uint8Array): Promise<void> {
    return this.#inTurn(() => this.#write(kind, id, body));
  }

  /**
   * Sends random bytes. They may have waited long for a client that does not read: if this process was copied meanwhile, they
   * are made again.
   * @param epoch when they were made
   */
  #sayRandom(id: number, body: Uint8Array, epoch: number, again: Work["run"]): Promise<void> {
    return this.#inTurn(async () => {
      let bytes = body;
      for (let made = epoch, now = this.service.pool.epoch; made !== now; now = this.service.pool.epoch) {
        bytes.fill(0);
        made = now;
        try {
          bytes = await again(this.#signal);
        } catch (error) {
          return this.#write(FRAME.error, id, jsonBody(described(error)));
        }
      }
      await this.#write(FRAME.bytes, id, bytes);
    });
  }

  /** Writes one frame after the other. */
  #inTurn(write: () => Promise<void>): Promise<void> {
    this.#lastWrite = this.#lastWrite.then(write);
    return this.#lastWrite;
  }

  /** Writes a frame, and wipes it. */
  async #write(kind: number, id: number, body: Uint8Array): Promise<void> {
    const frame = encodeFrame({ kind, id, body });
    body.fill(0);
    try {
      await this.channel.write(frame);
    } finally {
      frame.fill(0);
    }
  }

  /** Ends the session when nothing can be written any more. */
  readonly #end = (error: unknown): void => this.#over.abort(error);
}

/** The client no longer wants an answer. */
class CancelledError extends Error {
  override name = "CancelledError";
  constructor() {
    super("the request was cancelled");
  }
}

/** Opens a pool, or tells the client why there is none, in place of the greeting. @throws as `openPool` */
export async function openTelling(
  settings: PoolSettings,
  deps: PoolDeps,
  write: Channel["write"],
): Promise<OpenPool> {
  try {
    return openPool(settings, deps);
  } catch (error) {
    await write(encodeFrame({ kind: FRAME.error, id: 0, body: jsonBody(described(error)) }));
    throw error;
  }
}

function described(error: unknown): { code: string; message: string; hints: readonly string[] } {
  if (error instanceof EntropyError) return { code: error.code, message: error.message, hints: error.hints };
  const code = error instanceof CancelledError ? "cancelled" : "internal";
  return { code, message: error instanceof Error ? error.message : String(error), hints: [] };
}

/** @throws UsageError unless it is {"method": string, "params": object}; params may be left out */
function checkedCall(value: unknown): { method: string; params: Readonly<Record<string, unknown>> } {
  const { method, params = {} } = isObject(value) ? value : {};
  if (typeof method !== "string" || !isObject(params)) {
    throw new UsageError('malformed frame: a call is {"method": string, "params": object}');
  }
  return { method, params };
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
