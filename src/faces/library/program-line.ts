/**
 * The line to the program: sends requests and returns the answers, as promises or while the caller blocks. A thread at the
 * other end owns the program's process.
 */
import { MessageChannel, type MessagePort, receiveMessageOnPort, Worker } from "node:worker_threads";
import { PoolClosedError, ToolError } from "../../errors.ts";
import { encodeFrame, FRAME, type Frame, parseJsonBody } from "../stdio/frames.ts";
import type { SourceFailure } from "../stdio/health-report.ts";
import { reportedError } from "./program-error.ts";
import type { ProgramRequest, ProgramThreadData } from "./program-thread.ts";

export interface ProgramLineOptions {
  readonly program: string;
  readonly args: readonly string[];
  /** Time after which an answer is given up. */
  readonly patienceMs: number;
  readonly onSourceFailed: (failure: SourceFailure) => void;
}

/** The program takes 64 requests at a time; one place is for blocking calls. */
const MAX_ASKED = 63;

interface Waiter {
  readonly timer: NodeJS.Timeout;
  readonly resolve: (body: Uint8Array) => void;
  readonly reject: (error: Error) => void;
}

export class ProgramLine {
  /** Resolves with the body of the program's `hello` frame. */
  readonly greeting: Promise<unknown>;
  readonly #worker: Worker;
  readonly #answers: MessagePort;
  readonly #answered = new Int32Array(new SharedArrayBuffer(4));
  /** By request id; 0: the greeting. */
  readonly #waiters = new Map<number, Waiter>();
  /** Callers that wait for a place among the pending requests. */
  readonly #queue: (() => void)[] = [];
  readonly #exited: Promise<void>;
  #lastId = 0;
  #closed = false;

  constructor(private readonly options: ProgramLineOptions) {
    const { port1, port2 } = new MessageChannel();
    this.#answers = port1;
    const { program, args } = options;
    const workerData: ProgramThreadData = { program, args, answers: port2, answered: this.#answered };
    this.#worker = new Worker(new URL("./program-thread.ts", import.meta.url), {
      workerData,
      transferList: [port2],
    });
    this.#worker.on("message", (frame: Frame) => this.#hear(frame));
    this.#worker.on("error", (error: Error) => this.#fail(new ToolError(error.message)));
    this.#exited = new Promise((resolve) => this.#worker.once("exit", () => resolve()));
    void this.#exited.then(() => this.#fail(new ToolError("the thread that owns the program has ended")));
    this.greeting = this.#waitFor(0).then(parseJsonBody);
  }

  /** @throws the error that the program reports; ToolError if it is gone or does not answer; PoolClosedError */
  async ask(kind: number, body: Uint8Array): Promise<Uint8Array> {
    while (this.#waiters.size >= MAX_ASKED) await new Promise<void>((resolve) => this.#queue.push(resolve));
    this.#assertOpen();
    const id = this.#nextId();
    this.#send({ kind: "ask", id, frame: encodeFrame({ kind, id, body }), blocks: false });
    return this.#waitFor(id);
  }

  /** The same, but blocks this thread until the answer is here. */
  askNow(kind: number, body: Uint8Array): Uint8Array {
    this.#assertOpen();
    const id = this.#nextId();
    const deadlineMs = performance.now() + this.options.patienceMs;
    let seen = Atomics.load(this.#answered, 0);
    this.#send({ kind: "ask", id, frame: encodeFrame({ kind, id, body }), blocks: true });
    for (;;) {
      Atomics.wait(this.#answered, 0, seen, Math.max(0, deadlineMs - performance.now()));
      seen = Atomics.load(this.#answered, 0);
      for (let got = receiveMessageOnPort(this.#answers); got; got = receiveMessageOnPort(this.#answers)) {
        const frame = got.message as Frame;
        // Another id is that of a late answer.
        if (frame.id === id) return answerOf(frame);
      }
      if (performance.now() >= deadlineMs) throw noAnswer();
    }
  }

  /** Ends the program and rejects pending requests. Resolves when the thread has ended. */
  async close(): Promise<void> {
    if (!this.#closed) {
      this.#closed = true;
      this.#fail(new PoolClosedError());
      this.#send({ kind: "close" });
    }
    this.#worker.ref();
    await this.#exited;
  }

  /** Waits for the answer with this id, and keeps the process alive meanwhile. */
  #waitFor(id: number): Promise<Uint8Array> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => this.#giveUp(id), this.options.patienceMs);
      this.#waiters.set(id, { timer, resolve, reject });
      this.#worker.ref();
    });
  }

  /** Tells the program, too, so that it makes nothing that nobody takes. */
  #giveUp(id: number): void {
    const waiter = this.#take(id);
    if (!waiter) return;
    const frame = encodeFrame({ kind: FRAME.cancel, id, body: new Uint8Array(0) });
    this.#send({ kind: "tell", frame });
    waiter.reject(noAnswer());
  }

  #take(id: number): Waiter | undefined {
    const waiter = this.#waiters.get(id);
    clearTimeout(waiter?.timer);
    this.#waiters.delete(id);
    if (this.#waiters.size === 0 && !this.#closed) this.#worker.unref();
    this.#queue.shift()?.();
    return waiter;
  }

  #hear(frame: Frame): void {
    if (frame.kind === FRAME.event) {
      const { id, reason } = parseJsonBody(frame.body) as SourceFailure;
      this.options.onSourceFailed({ id, reason });
      return;
    }
    const waiter = this.#take(frame.id);
    try {
      waiter?.resolve(answerOf(frame));
    } catch (error) {
      waiter?.reject(error as Error);
    }
  }

  #fail(error: Error): void {
    for (const id of [...this.#waiters.keys()]) this.#take(id)?.reject(error);
    for (const goOn of this.#queue.splice(0)) goOn();
  }

  #send(request: ProgramRequest): void {
    this.#worker.postMessage(request);
  }

  #nextId(): number {
    this.#lastId = (this.#lastId % 0xffff_ffff) + 1;
    return this.#lastId;
  }

  #assertOpen(): void {
    if (this.#closed) throw new PoolClosedError();
  }
}

/** @throws the error that the program reports */
function answerOf({ kind, body }: Frame): Uint8Array {
  if (kind === FRAME.error) throw reportedError(body);
  return body;
}

function noAnswer(): ToolError {
  return new ToolError("the program does not answer");
}
