/**
 * Turns of those for whom much is made: streams and large answers. Between two looks at the network little is made for all of them
 * together, so that a small request is answered soon however many read, and nothing is made for those who have gone.
 */
import { onAbort } from "../abort.ts";

/**
 * Pieces between two looks. A request may come right after a look, and its connection takes one look, its words another: 3 × 2
 * pieces are made before it is answered.
 */
const PIECES_A_LOOK = 2;

export class NetworkTurns {
  /** Have waited for a whole look at the network, so that it is known if their clients are still there. */
  readonly #due = new Set<() => void>();
  /** Have come since the last look. */
  readonly #new = new Set<() => void>();
  #isPlanned = false;

  /**
   * Resolves when its turn has come: in the order of the calls, and never before the network was looked at anew, since a request and
   * the end of its connection are seen one after the other. @throws the signal's reason
   */
  async take(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    using _ = onAbort(signal, () => {
      this.#due.delete(resolve);
      this.#new.delete(resolve);
      reject(signal.reason);
    });
    this.#new.add(resolve);
    this.#plan();
    await promise;
  }

  #plan(): void {
    if (this.#isPlanned || this.#due.size + this.#new.size === 0) return;
    this.#isPlanned = true;
    // Runs when the events of a look have been handled, and before the next look.
    setImmediate(() => {
      this.#isPlanned = false;
      for (const go of [...this.#due].slice(0, PIECES_A_LOOK)) {
        this.#due.delete(go);
        go();
      }
      for (const go of this.#new) this.#due.add(go);
      this.#new.clear();
      this.#plan();
    });
  }
}
