/** The place in an event stream from which a node goes on after a restart of Node-RED, kept in the context of the node. */
import type { Context } from "./red.ts";

const KEY = "position";

/** @param store name of the context store; Node-RED's default unless given */
export class Position {
  readonly #context: Context;
  readonly #store: string | undefined;
  readonly #url: string;
  #wanted: number | undefined;
  #isSaving = false;
  #report: (error: Error) => void;

  constructor(context: Context, store: string | undefined, url: string, report: (error: Error) => void) {
    this.#context = context;
    this.#store = store;
    this.#url = url;
    this.#report = report;
  }

  /** Reads the place; undefined where none was kept, or it is one of another gateway. */
  read(): Promise<number | undefined> {
    return new Promise((resolve, reject) => {
      this.#context.get(KEY, this.#store, (error, value) => {
        if (error) return reject(error);
        const { url, seq } = (value ?? {}) as { url?: unknown; seq?: unknown };
        resolve(url === this.#url && typeof seq === "number" ? seq : undefined);
      });
    });
  }

  /** Keeps a place. While a slow store is at work, only the newest waits. */
  keep(seq: number): void {
    this.#wanted = seq;
    if (!this.#isSaving) this.#save();
  }

  #save(): void {
    if (this.#wanted === undefined) return;
    const value = { url: this.#url, seq: this.#wanted };
    this.#wanted = undefined;
    this.#isSaving = true;
    this.#context.set(KEY, value, this.#store, (error) => {
      this.#isSaving = false;
      if (error) this.#report(error);
      this.#save();
    });
  }
}
