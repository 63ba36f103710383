/** The signals that end a program: which they are, what they do, and the exit codes. */
import { constants } from "node:os";
import { isIgnored } from "../native/inherited.ts";
import { EXIT, InterruptedError } from "./exit.ts";

const CODES = {
  SIGINT: EXIT.interrupted,
  SIGTERM: EXIT.terminated,
  SIGHUP: EXIT.hungUp,
  SIGQUIT: EXIT.quit,
} as const;

/**
 * A signal within this time of the first is the same wish: timeout(1) sends SIGTERM twice, and a terminal that is closed SIGHUP, once
 * by the system and once by the shell. Of two presses of Ctrl-C, the second comes later where the first has not ended the program.
 */
const SAME_WISH_MS = 1_000;

export class Signals {
  readonly #interrupt = new AbortController();
  #firstMs: number | undefined;
  #onHangUp: (() => void) | undefined;

  /** Takes the signals from now on. SIGHUP is left alone where it was ignored from the start, and obeyed by a process 1, too. */
  constructor() {
    const known: Readonly<Record<string, number>> = constants.signals; // not all systems have all of them
    for (const [name, code] of Object.entries(CODES)) {
      const number = known[name];
      if (number === undefined || (name === "SIGHUP" && isIgnored(number))) continue;
      process.on(name, () => this.#arrived(name, code));
    }
  }

  /** Aborted with an InterruptedError by the first signal. */
  get signal(): AbortSignal {
    return this.#interrupt.signal;
  }

  /** Has SIGHUP call this in place of ending the program, until it is disposed of. */
  onHangUp(act: () => void): Disposable {
    this.#onHangUp = act;
    return {
      [Symbol.dispose]: () => {
        this.#onHangUp = undefined;
      },
    };
  }

  #arrived(name: string, code: number): void {
    if (name === "SIGHUP" && this.#onHangUp) {
      this.#onHangUp();
      return;
    }
    const nowMs = performance.now();
    this.#firstMs ??= nowMs;
    if (nowMs - this.#firstMs > SAME_WISH_MS) process.exit(code); // whoever asks again will not wait
    this.#interrupt.abort(new InterruptedError(code));
  }
}
