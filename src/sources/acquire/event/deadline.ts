import { orAborted, pause } from "#kit/abort.ts";

/** A moment by which something must have happened, or else it is an error; an abort may come first. */
export class Deadline {
  readonly #atMs: number;

  /** @param late makes the error that is thrown when time is up */
  constructor(
    ms: number,
    private readonly late: () => Error,
    private readonly signal: AbortSignal,
  ) {
    this.#atMs = performance.now() + ms;
  }

  /** Time left, at least 1, so that it can serve as a limit. */
  get leftMs(): number {
    return Math.max(1, Math.ceil(this.#atMs - performance.now()));
  }

  get isOver(): boolean {
    return performance.now() >= this.#atMs;
  }

  /** Settles as `work` does, if in time; the work itself is not cancelled. @throws the late error, or the signal's reason */
  async wait<T>(work: Promise<T>): Promise<T> {
    const timeUp = Promise.withResolvers<never>();
    const timer = setTimeout(() => timeUp.reject(this.late()), this.leftMs);
    try {
      return await orAborted(Promise.race([work, timeUp.promise]), this.signal);
    } finally {
      clearTimeout(timer);
    }
  }

  /** @throws the late error, or the signal's reason */
  check(): void {
    this.signal.throwIfAborted();
    if (this.isOver) throw this.late();
  }

  /** Waits for `ms`, or for the time left if that is less. @throws as `check` */
  async pause(ms: number): Promise<void> {
    await pause(Math.min(ms, this.leftMs), this.signal);
    this.check();
  }
}
