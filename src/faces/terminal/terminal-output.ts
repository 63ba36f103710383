/**
 * The way to the terminal. The terminal library writes to this as to a stream, and nothing here blocks: a terminal that takes nothing, since
 * its window hangs or its connection is dead, must not keep the program from obeying signals.
 */
import { closeSync, constants, openSync, writeSync } from "node:fs";
import { pause } from "#kit/abort.ts";
import { discardUntaken } from "#kit/native/terminal-buffer.ts";
import { writeAll } from "#kit/term/write-all.ts";

const STDOUT = 1;
/** Names of the terminal: on Linux that of stdout, elsewhere that of the session. */
const NAMES = ["/proc/self/fd/1", "/dev/tty"];
/** Time for the terminal to take what was written, when it is given back, and to answer. */
const TAKE_MS = 64;
const ANSWER_MS = 250;

/** Device status report (ECMA-48 §8.3.35): every terminal answers it, after all that it was asked before. */
const ASK_STATUS = "\x1b[5n";
const STATUS = "\x1b[0n";

export class TerminalOutput {
  readonly isTTY = true;
  readonly #fd = openTerminal();
  #queue: { readonly bytes: Uint8Array; readonly taken: () => void }[] = [];
  #writing: Promise<void> | undefined;
  #givenUp = new AbortController();
  /** Notes what is written while the terminal is given back. */
  #noted: Uint8Array[] | undefined;

  get columns(): number {
    return process.stdout.getWindowSize()[0];
  }

  get rows(): number {
    return process.stdout.getWindowSize()[1];
  }

  /** Writes after all that was written before. @param taken is called when the terminal has it, or never will */
  readonly write = (data: Uint8Array | string, taken: () => void = () => {}): boolean => {
    const bytes = Buffer.from(data as Uint8Array); // a copy: the library reuses its memory
    this.#noted?.push(bytes);
    this.#queue.push({ bytes, taken });
    this.#writing ??= this.#work();
    return true;
  };

  /**
   * Has the terminal library write what gives the terminal back, and sees that the terminal gets it: one that takes nothing has what it
   * was not shown yet thrown away. Before that, the terminal answers all that it was asked, so that no answer is left for the shell
   * to read as typed. Takes less than half a second, whatever the terminal does.
   */
  async giveBack(restore: () => void): Promise<void> {
    if (!(await this.#answered())) await this.#giveUp();
    const noted: Uint8Array[] = [];
    this.#noted = noted;
    restore();
    this.#noted = undefined;
    if (await within(this.#idle(), TAKE_MS)) return;
    await this.#giveUp();
    for (const bytes of noted) this.write(bytes); // a part of it may be among what was thrown away
    if (!(await within(this.#idle(), TAKE_MS))) this.#forget();
  }

  /** @returns false if the terminal takes nothing; one that does not answer is let be */
  async #answered(): Promise<boolean> {
    const { promise, resolve } = Promise.withResolvers<void>();
    let input = "";
    const listen = (piece: Uint8Array | string) => {
      input = (input + piece.toString()).slice(-1024);
      if (input.includes(STATUS)) resolve();
    };
    process.stdin.on("data", listen);
    try {
      this.write(ASK_STATUS);
      if (!(await within(this.#idle(), TAKE_MS))) return false;
      await within(promise, ANSWER_MS);
      return true;
    } finally {
      process.stdin.off("data", listen);
    }
  }

  /** Throws away what the terminal has not taken, in the system's buffer, too. Resolves when nothing of it is on its way. */
  async #giveUp(): Promise<void> {
    this.#forget();
    if (this.#fd !== STDOUT) await this.#idle(); // a write to stdout may wait for ever
    discardUntaken(this.#fd);
  }

  #forget(): void {
    this.#givenUp.abort();
    this.#givenUp = new AbortController();
    for (const { taken } of this.#queue.splice(0)) taken();
  }

  [Symbol.dispose](): void {
    if (this.#fd !== STDOUT) closeSync(this.#fd);
  }

  async #idle(): Promise<void> {
    while (this.#writing) await this.#writing;
  }

  async #work(): Promise<void> {
    for (let next = this.#queue.shift(); next; next = this.#queue.shift()) {
      const { bytes, taken } = next;
      const { signal } = this.#givenUp;
      try {
        if (this.#fd === STDOUT) await writeAll(this.#fd, bytes, "the terminal", signal);
        else await writeReady(this.#fd, bytes, signal);
      } catch {
        // It takes nothing, or is gone: then SIGHUP or the end of the input says so.
      }
      taken();
    }
    this.#writing = undefined;
  }
}

/**
 * Opens it once more, so that writing to it never waits: a write that waits would hold up the restoring of its settings, too. That
 * cannot be set for stdout itself, which other programs share.
 */
function openTerminal(): number {
  for (const name of NAMES) {
    try {
      return openSync(name, constants.O_WRONLY | constants.O_NONBLOCK | constants.O_NOCTTY);
    } catch {
      // There is no such name, or it is another user's; then the next one may do.
    }
  }
  return STDOUT;
}

/** Pause before the next try of what a terminal does not take. */
const AGAIN_MS = 4;

/** Writes to a descriptor that never waits; what it takes is written when this returns, however busy the machine. @throws the signal's reason */
async function writeReady(fd: number, bytes: Uint8Array, signal: AbortSignal): Promise<void> {
  for (let done = 0; done < bytes.length; ) {
    try {
      done += writeSync(fd, bytes, done);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EAGAIN") throw error;
      await pause(AGAIN_MS, signal);
    }
  }
}

/** @returns false if the time is over first */
async function within(work: Promise<void>, milliseconds: number): Promise<boolean> {
  const ended = new AbortController();
  const late = pause(milliseconds, ended.signal).then(
    () => false,
    () => true,
  );
  const inTime = await Promise.race([work.then(() => true), late]);
  ended.abort();
  return inTime;
}
