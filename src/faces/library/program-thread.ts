/**
 * Owns the program's process, in a thread. Passes frames on in both directions, even while the asking thread is blocked.
 * Answers every request once, whatever happens to the process.
 */
import { type ChildProcessByStdio, spawn } from "node:child_process";
import type { Readable, Writable } from "node:stream";
import { type MessagePort, parentPort, workerData } from "node:worker_threads";
import { FRAME, type Frame, FrameReader, jsonBody } from "../stdio/frames.ts";

export interface ProgramThreadData {
  readonly program: string;
  readonly args: readonly string[];
  /** Answers to blocking calls go here … */
  readonly answers: MessagePort;
  /** … and are counted here, which wakes the callers. */
  readonly answered: Int32Array;
}

export type ProgramRequest =
  /** Hand this encoded frame to the program. `blocks`: the caller waits for `answered` to change. */
  | { readonly kind: "ask"; readonly id: number; readonly frame: Uint8Array; readonly blocks: boolean }
  /** Hand it over; nothing is answered to it. */
  | { readonly kind: "tell"; readonly frame: Uint8Array }
  /** End the program and this thread. */
  | { readonly kind: "close" };

/** A program that was told to end is killed after this long. */
const GRACE_MS = 2_000;

const WRONG_PROCESSOR =
  "; on x86-64 it takes a processor of the level v2, which the models qemu64 and kvm64 of virtual machines are not";

class ProgramThread {
  readonly #child: ChildProcessByStdio<Writable, Readable, null>;
  readonly #reader = new FrameReader();
  /** Unanswered requests by id; true if the caller blocks. */
  readonly #open = new Map<number, boolean>();
  #ended: string | undefined;

  constructor(
    private readonly port: MessagePort,
    private readonly data: ProgramThreadData,
  ) {
    // Not in this terminal's process group: interrupts are for this process, and the program ends with it anyway.
    this.#child = spawn(data.program, data.args, { stdio: ["pipe", "pipe", "inherit"], detached: true });
    this.#child.stdin.on("error", () => {}); // "close" reports its end
    this.#child.stdout.on("data", (piece: Uint8Array) => this.#hear(piece));
    this.#child.on("error", (error) => this.#end(`the program cannot be run: ${error.message}`));
    this.#child.on("close", (code, signal) => {
      const why = signal === "SIGILL" ? WRONG_PROCESSOR : "";
      this.#end(`the program ended: ${signal ?? `exit code ${code}`}${why}`);
    });
    port.on("message", (request: ProgramRequest) => this.#serve(request));
  }

  #serve(request: ProgramRequest): void {
    if (request.kind === "close") {
      this.#close();
      return;
    }
    if (request.kind === "tell") {
      if (this.#ended === undefined) this.#child.stdin.write(request.frame);
      return;
    }
    const { id, frame, blocks } = request;
    this.#open.set(id, blocks);
    if (this.#ended === undefined) this.#child.stdin.write(frame);
    else this.#answer(failure(id, this.#ended));
  }

  #hear(piece: Uint8Array): void {
    try {
      for (const frame of this.#reader.push(piece)) this.#answer(frame);
    } catch (error) {
      this.#end((error as Error).message);
      this.#child.kill("SIGKILL");
    }
    piece.fill(0);
  }

  #answer(frame: Frame): void {
    const blocks = this.#open.get(frame.id) === true;
    this.#open.delete(frame.id);
    const { buffer } = frame.body;
    if (!blocks) {
      this.port.postMessage(frame, [buffer as ArrayBuffer]);
      return;
    }
    this.data.answers.postMessage(frame, [buffer as ArrayBuffer]);
    Atomics.add(this.data.answered, 0, 1);
    Atomics.notify(this.data.answered, 0);
  }

  /** Answers all open and all later requests with this reason. */
  #end(reason: string): void {
    if (this.#ended !== undefined) return;
    this.#ended = reason;
    for (const id of [...this.#open.keys()]) this.#answer(failure(id, reason));
    // Request id 0 answers those who wait for the program's greeting.
    this.port.postMessage(failure(0, reason));
  }

  #close(): void {
    this.port.close();
    this.data.answers.close();
    this.#child.stdin.end();
    setTimeout(() => this.#child.kill("SIGKILL"), GRACE_MS).unref();
  }
}

function failure(id: number, message: string): Frame {
  return { kind: FRAME.error, id, body: jsonBody({ code: "tool", message, hints: [] }) };
}

if (parentPort) new ProgramThread(parentPort, workerData as ProgramThreadData);
