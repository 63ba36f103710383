/** Data that this program has put into the object store of a fleet, for as long as its jobs need them. */
import { digestOf } from "#kit/fleet/job.ts";
import type { Objects } from "#kit/fleet/objects.ts";

/** Most that is left in the store though no job needs it: the next job may, as with chunks of permutations. */
const KEPT_BYTES = 64 * 2 ** 20;

interface Stored {
  readonly length: number;
  /** Jobs that need the data. */
  users: number;
  isThere: boolean;
}

export class StoredData implements AsyncDisposable {
  /** By digest; those that were used last stand last. */
  readonly #stored = new Map<string, Stored>();
  readonly #digests = new WeakMap<ArrayBufferLike, Map<string, string>>();
  /** One goes to the server after the other: together they would wait for each other's acknowledgements. */
  #turn: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly objects: Pick<Objects, "put" | "remove">,
    private readonly keptBytes = KEPT_BYTES,
  ) {}

  /** Returns the SHA-256, computed once. The data must not change. */
  digestOf(bytes: Uint8Array): string {
    const known = this.#digests.get(bytes.buffer) ?? new Map<string, string>();
    this.#digests.set(bytes.buffer, known);
    const part = `${bytes.byteOffset} ${bytes.length}`;
    const digest = known.get(part) ?? digestOf(bytes);
    known.set(part, digest);
    return digest;
  }

  /** Keeps data in the store that are put there, until it is disposed of. */
  use(data: readonly Uint8Array[]): Disposable {
    const used = data.map((bytes) => {
      const digest = this.digestOf(bytes);
      const stored = this.#stored.get(digest) ?? { length: bytes.length, users: 0, isThere: false };
      this.#stored.delete(digest);
      this.#stored.set(digest, stored);
      stored.users++;
      return stored;
    });
    return {
      [Symbol.dispose]: () => {
        for (const stored of used) stored.users--;
      },
    };
  }

  /** Puts data into the store that are not there yet. @throws the client's errors; FleetError for too many bytes */
  put(data: readonly Uint8Array[]): Promise<void> {
    return this.#inTurn(async () => {
      for (const bytes of data) {
        const stored = this.#stored.get(this.digestOf(bytes));
        if (stored?.isThere) continue;
        await this.objects.put(bytes);
        if (stored) stored.isThere = true;
      }
      await this.#removeUnused(this.keptBytes);
    });
  }

  /** Removes from the store what no job needs. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#inTurn(() => this.#removeUnused(0));
  }

  #inTurn<T>(act: () => Promise<T>): Promise<T> {
    const done = this.#turn.then(act);
    this.#turn = done.catch(() => {}); // whoever asked for it is told
    return done;
  }

  async #removeUnused(keptBytes: number): Promise<void> {
    const unused = [...this.#stored].filter(([, { users, isThere }]) => users === 0 && isThere);
    let left = unused.reduce((sum, [, { length }]) => sum + length, 0);
    for (const [digest, { length }] of unused) {
      if (left <= keptBytes) return;
      this.#stored.delete(digest);
      await this.objects.remove(digest);
      left -= length;
    }
  }
}
