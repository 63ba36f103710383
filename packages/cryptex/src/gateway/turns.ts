/** Work of which little is done at a time, and little may wait. */
import { onAbort } from "#kit/abort.ts";
import { ServiceError } from "./service-error.ts";

export class Turns {
  #running = 0;
  readonly #waiting = new Set<() => void>();

  /** @param what it is, in the plural, for the message to who comes too late: "explanations" */
  constructor(
    private readonly what: string,
    private readonly atOnce: number,
    private readonly mostWaiting: number,
  ) {}

  /** Does the work when its turn has come. @throws ServiceError "busy"; the signal's reason; what the work throws */
  async take<T>(work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    if (this.#running >= this.atOnce) {
      if (this.#waiting.size >= this.mostWaiting)
        throw new ServiceError("busy", `too many ${this.what} are wanted at a time: ask again later`);
      await this.#turn(signal);
    } else this.#running += 1;
    try {
      signal?.throwIfAborted();
      return await work();
    } finally {
      // Who waits takes over this place.
      const [next] = this.#waiting;
      if (next) next();
      else this.#running -= 1;
    }
  }

  /** Who gives up makes room at once. @throws the signal's reason */
  async #turn(signal: AbortSignal | undefined): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const come = () => {
      this.#waiting.delete(come);
      resolve();
    };
    this.#waiting.add(come);
    using _ = signal && onAbort(signal, () => this.#waiting.delete(come) && reject(signal.reason));
    await promise;
  }
}
