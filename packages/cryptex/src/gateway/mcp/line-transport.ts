/**
 * Messages of MCP over two streams, one a line. The library's own transport drops a line that is no JSON, ends with a message that is too
 * long, and takes in requests however slowly their answers are read. Here each of the first two gets an error and the next line is
 * read, and nothing more is taken in while answers wait to be written.
 */
import { type JSONRPCMessage, parseJSONRPCMessage, type Transport } from "@modelcontextprotocol/server";
import { orAborted } from "#kit/abort.ts";

export interface LineChannel {
  pieces(signal: AbortSignal): AsyncIterable<Uint8Array>;
  /** Resolves when the text is written; rejects when nobody will read it. */
  write(text: string): Promise<void>;
}

export interface LineLimits {
  /** Bytes of a message that comes in: room for a text of rules or a file of 1 MiB, in base64 or escaped. */
  readonly mostBytes: number;
  /** Characters that wait to be written, above which nothing is read. */
  readonly mostWaiting: number;
  /** Time after the end of the input in which what was asked before may still be answered: clients kill a server after 2 s. */
  readonly graceMs: number;
}

export const LINE_LIMITS: LineLimits = { mostBytes: 4 * 2 ** 20, mostWaiting: 2 ** 20, graceMs: 1_000 };

const NEWLINE = 0x0a;

/** Error codes of JSON-RPC 2.0 §5.1. */
const PARSE_ERROR = -32700;
const INVALID_REQUEST = -32600;

export class LineTransport implements Transport {
  onmessage?: (message: JSONRPCMessage) => void;
  onclose?: () => void;
  onerror?: (error: Error) => void;
  /** Settles when the connection is over; rejects where it ended by a fault of the streams. */
  readonly ended: Promise<void>;
  readonly #end = Promise.withResolvers<void>();
  readonly #closing = new AbortController();
  /** Requests that were read and not yet answered. */
  readonly #open = new Set<string | number>();
  #waitingChars = 0;
  #written: Promise<void> = Promise.resolve();
  /** Called when an answer has been written or is not needed any more. */
  #onProgress: () => void = () => {};

  constructor(
    private readonly channel: LineChannel,
    private readonly limits: LineLimits = LINE_LIMITS,
  ) {
    this.ended = this.#end.promise;
    this.ended.catch(() => {}); // whoever waits for it is told
  }

  async start(): Promise<void> {
    this.#read().then(
      () => this.close(),
      (error) => this.#fail(error),
    );
  }

  async send(message: JSONRPCMessage): Promise<void> {
    if ("id" in message && !("method" in message)) this.#open.delete(message.id!);
    await this.#write(message);
  }

  async close(): Promise<void> {
    if (this.#closing.signal.aborted) return;
    this.#closing.abort(new Error("the connection was closed"));
    this.onclose?.();
    // What has been answered is still written; where nobody reads, `write` says so or the process ends.
    this.#written.then(this.#end.resolve, this.#end.reject);
  }

  #fail(error: Error): void {
    if (this.#closing.signal.aborted) return;
    this.#closing.abort(error);
    this.#end.reject(error);
    this.onerror?.(error);
    this.onclose?.();
  }

  #write(message: object): Promise<void> {
    const text = `${JSON.stringify(message)}\n`;
    this.#waitingChars += text.length;
    const written = this.#written.then(() => this.channel.write(text));
    this.#written = written;
    written.then(
      () => {
        this.#waitingChars -= text.length;
        this.#onProgress();
      },
      (error) => this.#fail(error),
    );
    return written;
  }

  async #read(): Promise<void> {
    const { signal } = this.#closing;
    for await (const line of linesOf(this.channel.pieces(signal), this.limits.mostBytes)) {
      if (signal.aborted) return;
      if (line === undefined)
        this.#refuse(null, INVALID_REQUEST, `a message has more than ${this.limits.mostBytes} bytes`);
      else this.#take(line);
      await this.#until(() => this.#waitingChars <= this.limits.mostWaiting, signal);
    }
    await this.#answerTheRest(signal);
  }

  /** Waits for answers to what was asked before the input ended, for a while. */
  async #answerTheRest(signal: AbortSignal): Promise<void> {
    const patience = new AbortController();
    const timer = setTimeout(() => patience.abort(), this.limits.graceMs);
    try {
      await this.#until(() => this.#open.size === 0, AbortSignal.any([signal, patience.signal]));
    } catch {
      // What was not answered by then is given up.
    } finally {
      clearTimeout(timer);
    }
  }

  #take(line: string): void {
    let parsed: unknown;
    try {
      parsed = JSON.parse(line);
    } catch {
      if (line.trim() !== "") this.#refuse(null, PARSE_ERROR, "a line is no JSON");
      return;
    }
    let message: JSONRPCMessage;
    try {
      message = parseJSONRPCMessage(parsed);
    } catch {
      this.#refuse(idOf(parsed), INVALID_REQUEST, "a line is no message of JSON-RPC 2.0");
      return;
    }
    if ("method" in message && "id" in message) this.#open.add(message.id!);
    else if ("method" in message && message.method === "notifications/cancelled") {
      this.#open.delete(message.params?.["requestId"] as string);
      this.#onProgress();
    }
    this.onmessage?.(message);
  }

  #refuse(id: string | number | null, code: number, message: string): void {
    this.#write({ jsonrpc: "2.0", id, error: { code, message } }).catch(() => {});
  }

  async #until(isSo: () => boolean, signal: AbortSignal): Promise<void> {
    while (!isSo()) {
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#onProgress = resolve;
      await orAborted(promise, signal);
    }
  }
}

/** Yields lines without their ends; undefined for one that is too long, whose bytes are not kept. */
async function* linesOf(
  pieces: AsyncIterable<Uint8Array>,
  mostBytes: number,
): AsyncGenerator<string | undefined> {
  let parts: Uint8Array[] = [];
  let length = 0;
  const add = (part: Uint8Array) => {
    length += part.length;
    if (length <= mostBytes) parts.push(part.slice());
    else parts = [];
  };
  const line = () => {
    const text = length > mostBytes ? undefined : Buffer.concat(parts).toString();
    parts = [];
    length = 0;
    return text;
  };
  for await (const piece of pieces) {
    let from = 0;
    for (let at = piece.indexOf(NEWLINE); at >= 0; at = piece.indexOf(NEWLINE, from)) {
      add(piece.subarray(from, at));
      from = at + 1;
      yield line();
    }
    add(piece.subarray(from));
  }
  if (length > 0) yield line();
}

function idOf(value: unknown): string | number | null {
  const id = typeof value === "object" && value !== null && "id" in value ? value.id : null;
  return typeof id === "string" || typeof id === "number" ? id : null;
}
