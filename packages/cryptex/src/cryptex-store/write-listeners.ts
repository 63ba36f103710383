/** Tells of writes to a store: of those through its own connection, and of others by what SQLite counts of them. */
import { type Database, SQLiteError } from "bun:sqlite";
import { numberOf } from "./migrations.ts";

/**
 * Pause between looks for what others wrote, while anybody listens. People do not notice a fifth of a second, and a look is one
 * number that SQLite has in shared memory.
 */
const LOOK_MS = 200;

export class WriteListeners {
  readonly #calls = new Set<() => void>();
  readonly #ownCalls = new Set<() => void>();
  #timer: NodeJS.Timeout | undefined;
  #seen: number | undefined;

  constructor(private readonly db: Database) {}

  /** @returns a function that ends it */
  add(listener: () => void): () => void {
    // Each its own, were the same function given twice.
    const call = () => listener();
    if (this.#calls.size === 0) this.#start();
    this.#calls.add(call);
    return () => {
      if (this.#calls.delete(call) && this.#calls.size === 0) this.#stop();
    };
  }

  /** Hears of the connection's own writes alone, which costs nothing while there are none. @returns a function that ends it */
  addOwn(listener: () => void): () => void {
    const call = () => listener();
    this.#ownCalls.add(call);
    return () => void this.#ownCalls.delete(call);
  }

  /** Tells of a write of the connection. */
  tell(): void {
    for (const call of [...this.#ownCalls, ...this.#calls]) call();
  }

  close(): void {
    this.#calls.clear();
    this.#ownCalls.clear();
    this.#stop();
  }

  #start(): void {
    this.#seen = this.#othersWrites();
    this.#timer = setInterval(() => {
      const now = this.#othersWrites();
      if (now !== undefined && now === this.#seen) return;
      this.#seen = now;
      for (const call of [...this.#calls]) call();
    }, LOOK_MS);
    this.#timer.unref();
  }

  #stop(): void {
    clearInterval(this.#timer);
  }

  /** Changes with each transaction of another connection. Undefined where the store fails: those who then ask for lines hear why. */
  #othersWrites(): number | undefined {
    try {
      return numberOf(this.db, "PRAGMA data_version");
    } catch (error) {
      if (error instanceof SQLiteError) return undefined;
      throw error;
    }
  }
}
