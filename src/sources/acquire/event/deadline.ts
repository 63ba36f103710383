/** A moment by which something has to have happened, or else it is an error; an abort may come before it. */
import { orAborted, pause } from "#kit/abort.ts";

export class Deadline {
  readonly #atMs: number;

  /** @param late makes the error that is thrown when the time is over */
  constructor(
    ms: number,
    private readonly late: () => Error,
    private readonly signal: AbortSignal,
  ) {
    this.#atMs = performance.now() + ms;
  }

  /** At least 1, so that it can be handed on as a limit. */
  get leftMs(): number {
    return Math.max(1, Math.ceil(this.#atMs - performance.now()));
  }

  get isOver(): boolean {
    return performance.now() >= this.#atMs;
  }

  /** Settles as the promise does, if it does in time. The work is not cancelled. @throws the late error, or the signal's reason */
  async wait<T>(promise: Promise<T>): Promise<T> {
    const { promise: over, reject } = Promise.withResolvers<never>();
    const timer = setTimeout(() => reject(this.late()), this.leftMs);
    try {
      return await orAborted(Promise.race([promise, over]), this.signal);
    } finally {
      clearTimeout(timer);
    }
  }

  /** @throws the late error, or the signal's reason */
  check(): void {
    this.signal.throwIfAborted();
    if (this.isOver) throw this.late();
  }

  /** Waits; the time that is left may cut it short. @throws as `check` */
  async pause(ms: number): Promise<void> {
    await pause(Math.min(ms, this.leftMs), this.signal);
    this.check();
  }
}
