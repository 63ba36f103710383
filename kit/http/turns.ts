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
  /** Counts the turns that came, of all servers of this process: whoever stops a server sees that answers still get on. */
  static given = 0;
  /** Have waited for a whole look at the network, so that it is known if their clients are still there. */
  readonly #due = new Set<Turn>();
  /** Have come since the last look. */
  readonly #new = new Set<Turn>();
  #isPlanned = false;

  constructor(private readonly piecesALook = PIECES_A_LOOK) {}

  /**
   * Calls when its turn has come: in the order of the calls, and never before the network was looked at anew, since a request and the end of its
   * connection are seen one after the other. @returns a function that gives the turn up
   */
  call(go: () => void): () => void {
    const turn = { go };
    this.#new.add(turn);
    this.#plan();
    return () => {
      this.#due.delete(turn);
      this.#new.delete(turn);
    };
  }

  /** Resolves when its turn has come. @throws the signal's reason */
  async take(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const giveUp = this.call(resolve);
    using _ = onAbort(signal, () => {
      giveUp();
      reject(signal.reason);
    });
    await promise;
  }

  #plan(): void {
    if (this.#isPlanned || this.#due.size + this.#new.size === 0) return;
    this.#isPlanned = true;
    // Runs when the events of a look have been handled, and before the next look.
    setImmediate(() => {
      this.#isPlanned = false;
      this.#run();
      for (const turn of this.#new) this.#due.add(turn);
      this.#new.clear();
      this.#plan();
    });
  }

  #run(): void {
    let left = this.piecesALook;
    for (const turn of this.#due) {
      if (left-- === 0) return;
      this.#due.delete(turn);
      NetworkTurns.given += 1;
      turn.go();
    }
  }
}

/** A turn that somebody waits for. */
interface Turn {
  readonly go: () => void;
}
