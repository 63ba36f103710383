/** A serial stick made of a pseudo-terminal: it pours bytes, can be unplugged, and plugged in again under the same path. */
import { closeSync, constants, openSync, rmSync, symlinkSync, writeSync } from "node:fs";
import { PseudoTerminal } from "./pseudo-terminal.ts";

/** Bytes of a piece: a pseudo-terminal takes some thousands. */
const PIECE_BYTES = 512;

export class PouringLine implements Disposable {
  #line: PseudoTerminal | undefined;
  #timer: ReturnType<typeof setInterval> | undefined;
  #piece: Uint8Array = new Uint8Array(0);

  /**
   * @param path where it is to be found, as /dev/ttyACM0 would be
   * @param make gives its next bytes
   */
  constructor(
    readonly path: string,
    private readonly make: (count: number) => Uint8Array,
  ) {
    this.plugIn();
  }

  plugIn(): void {
    const line = new PseudoTerminal();
    this.#line = line;
    symlinkSync(line.path, this.path);
    this.#timer = setInterval(() => this.#pour(line), 1);
  }

  /** Whoever reads it finds it gone. */
  unplug(): void {
    clearInterval(this.#timer);
    rmSync(this.path, { force: true });
    this.#line?.[Symbol.dispose]();
    this.#line = undefined;
  }

  /** The last that was sent to it. Until a line is set it sends back what it gets. */
  heard = "";

  /** Settings of the line, as `stty -a` prints them. */
  settings(): string {
    return this.#line!.stty("-a");
  }

  #pour(line: PseudoTerminal): void {
    this.heard = (this.heard + line.read()).slice(-10);
    for (;;) {
      if (this.#piece.length === 0) this.#piece = this.make(PIECE_BYTES);
      const taken = line.tryWrite(this.#piece);
      this.#piece = this.#piece.subarray(taken);
      if (this.#piece.length > 0) return;
    }
  }

  [Symbol.dispose](): void {
    this.unplug();
  }
}

/** Holds a FIFO open for writing; it must have a reader. */
export class FifoWriter implements Disposable {
  readonly #fd: number;

  constructor(path: string) {
    this.#fd = openSync(path, constants.O_WRONLY | constants.O_NONBLOCK);
  }

  write(bytes: Uint8Array): void {
    writeSync(this.#fd, bytes);
  }

  [Symbol.dispose](): void {
    closeSync(this.#fd);
  }
}
