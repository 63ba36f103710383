/** A moment by which something has to have happened, or else it is an error; an abort may come before it. */
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

  /** What the promise gives, if it does in time. It goes on by itself if it does not. @throws the signal's reason */
  wait<T>(promise: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => settle(() => reject(this.late())), this.leftMs);
      const abort = () => settle(() => reject(this.signal.reason));
      const settle = (how: () => void) => {
        clearTimeout(timer);
        this.signal.removeEventListener("abort", abort);
        how();
      };
      if (this.signal.aborted) abort();
      else this.signal.addEventListener("abort", abort, { once: true });
      promise.then(
        (value) => settle(() => resolve(value)),
        (error: unknown) => settle(() => reject(error)),
      );
    });
  }

  /** @throws the late error, or the signal's reason */
  check(): void {
    this.signal.throwIfAborted();
    if (this.isOver) throw this.late();
  }

  /** Waits; the time that is left may cut it short. @throws as `check` */
  async pause(ms: number): Promise<void> {
    const pause = Math.min(ms, this.leftMs);
    await this.wait(new Promise((resolve) => setTimeout(resolve, pause)));
    this.check();
  }
}
