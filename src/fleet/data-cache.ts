/** Data in hand: read once for all jobs that have them at the same time, and kept a while for the next. */
import { orAborted } from "#kit/abort.ts";
import type { Reference } from "./reference.ts";

/** Most data that are kept though no job has them: chunks of permutations of the largest data come one by one. */
const KEPT_BYTES = 64 * 2 ** 20;

interface Entry {
  readonly bytes: Promise<Uint8Array>;
  readonly length: number;
  /** Aborted where nobody waits for them any more. */
  readonly stop: AbortController;
  users: number;
}

export interface Lent extends AsyncDisposable {
  readonly bytes: readonly Uint8Array[];
}

export class DataCache {
  /** By digest; those that were used last stand last. */
  readonly #entries = new Map<string, Entry>();

  constructor(
    private readonly read: (reference: Reference, signal: AbortSignal) => Promise<Uint8Array>,
    private readonly keptBytes = KEPT_BYTES,
  ) {}

  /** @throws as `read`; the signal's reason */
  async lend(references: readonly Reference[], signal: AbortSignal): Promise<Lent> {
    const entries = references.map((reference) => this.#use(reference));
    const giveBack = async () => {
      for (const [i, entry] of entries.entries()) this.#giveBack(references[i]!, entry);
    };
    try {
      const bytes = await orAborted(Promise.all(entries.map((entry) => entry.bytes)), signal);
      return { bytes, [Symbol.asyncDispose]: giveBack };
    } catch (error) {
      await giveBack();
      throw error;
    }
  }

  #use(reference: Reference): Entry {
    const { sha256, length } = reference;
    const known = this.#entries.get(sha256);
    this.#entries.delete(sha256);
    const entry = known?.length === length ? known : this.#begin(reference);
    this.#entries.set(sha256, entry);
    entry.users++;
    return entry;
  }

  #begin(reference: Reference): Entry {
    const stop = new AbortController();
    const bytes = this.read(reference, stop.signal);
    const entry: Entry = { bytes, length: reference.length, stop, users: 0 };
    bytes.catch(() => this.#forget(reference.sha256, entry)); // so that the next job tries again
    return entry;
  }

  #giveBack({ sha256 }: Reference, entry: Entry): void {
    entry.users--;
    if (entry.users > 0) return;
    void entry.bytes.then(
      () => this.#makeRoom(),
      () => {}, // forgotten already
    );
    if (this.#entries.get(sha256) !== entry) return;
    if (Bun.peek.status(entry.bytes) === "pending") {
      this.#forget(sha256, entry);
      entry.stop.abort(new Error("nobody waits for the data any more"));
    }
  }

  #forget(sha256: string, entry: Entry): void {
    if (this.#entries.get(sha256) === entry) this.#entries.delete(sha256);
  }

  #makeRoom(): void {
    const unused = [...this.#entries].filter(([, { users }]) => users === 0);
    let left = unused.reduce((sum, [, { length }]) => sum + length, 0);
    for (const [sha256, { length }] of unused) {
      if (left <= this.keptBytes) return;
      this.#entries.delete(sha256);
      left -= length;
    }
  }
}
