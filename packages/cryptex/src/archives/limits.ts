/** How much work the archives in one file may make, so that a small file cannot stand for a year of it. */

/** Options of a scan. All but the depth hold for one file, with all that is in it, at any depth. */
export interface ArchiveLimits {
  /** Levels of archives that are opened; 0 opens none. */
  readonly depth: number;
  readonly members: number;
  /** Unpacked bytes, of all levels together. */
  readonly bytes: number;
  /** Unpacked bytes for each byte of an archive. */
  readonly ratio: number;
}

export const DEFAULT_LIMITS: Omit<ArchiveLimits, "depth"> = {
  members: 100_000,
  bytes: 2 ** 30,
  // That of deflate is 1,032 at most, which equal bytes reach.
  ratio: 1100,
};

export const NO_ARCHIVES: ArchiveLimits = { depth: 0, ...DEFAULT_LIMITS };

/** Bytes that are unpacked whatever the ratio: small archives of equal bytes are common, and this is soon scanned. */
export const FREE_BYTES = 16 * 2 ** 20;

/** The reason is the line's. */
export class LimitReached extends Error {
  override name = "LimitReached";
}

/** Work that is left for one file. */
export class Budget {
  #members: number;
  #bytes: number;

  constructor(readonly limits: ArchiveLimits) {
    this.#members = limits.members;
    this.#bytes = limits.bytes;
  }

  /** @throws LimitReached */
  takeMember(): void {
    if (this.#members === 0) throw new LimitReached(`over the limit of ${this.limits.members} members`);
    this.#members--;
  }

  /** @throws LimitReached */
  takeBytes(count: number): void {
    this.#bytes -= count;
    if (this.#bytes < 0) throw new LimitReached(`over the limit of ${this.limits.bytes} unpacked bytes`);
  }
}

/** The work that one archive makes. */
export class Work {
  #bytes = 0;
  readonly #most: number;

  constructor(
    readonly budget: Budget,
    size: number,
  ) {
    this.#most = Math.max(FREE_BYTES, size * budget.limits.ratio);
  }

  takeMember(): void {
    this.budget.takeMember();
  }

  /** @throws LimitReached */
  takeBytes(count: number): void {
    this.#bytes += count;
    if (this.#bytes > this.#most) {
      throw new LimitReached(
        `over the limit of ${this.budget.limits.ratio} unpacked bytes for each packed one`,
      );
    }
    this.budget.takeBytes(count);
  }
}
