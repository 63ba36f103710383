/** The pool's status with rates, as the server, the page and the terminal show it. Plain data. */
import { BLOCK_BYTES, FULL_ENTROPY_INPUT_BITS } from "../conditioning/sha256.ts";
import type { SourceStatus } from "../sampling/source-state.ts";
import type { SourceInfo } from "../source.ts";
import type { Pool } from "./pool.ts";
import type { PoolStatus } from "./status.ts";

export interface SourceSnapshot extends SourceStatus {
  readonly title: string;
  /** Raw samples per second since the previous snapshot. */
  readonly samplesPerSecond: number;
  /** Bits credited by the ledger per second since the previous snapshot. */
  readonly creditedBitsPerSecond: number;
}

export interface Snapshot extends PoolStatus {
  readonly schema: 1;
  readonly sources: readonly SourceSnapshot[];
  readonly creditedBitsPerSecond: number;
  /** Output that the credited bits pay for: see `fullEntropyBytes`. */
  readonly fullEntropyBytesPerSecond: number;
  readonly grade: Grade;
}

/**
 * For display, never for credit.
 * A: every source that can run here is healthy, and they are of two families or more. B: sources of two families or more
 * are healthy. C: sources of one family are. D: none is healthy yet, some are in their start-up tests. F: none is either, or the
 * DRBG's self-test failed, so that nothing is handed out.
 */
export type Grade = "A" | "B" | "C" | "D" | "F";

export class Snapshots {
  readonly #titles: ReadonlyMap<string, string>;
  #before: PoolStatus | undefined;

  constructor(
    private readonly pool: Pool,
    infos: readonly SourceInfo[],
  ) {
    this.#titles = new Map(infos.map((info) => [info.id, info.title]));
  }

  /** Takes a snapshot. Rates are since the previous call; for the first, since the pool was opened. */
  next(): Snapshot {
    const status = this.pool.status();
    const before = this.#before;
    this.#before = status;
    const seconds = (status.uptimeMs - (before?.uptimeMs ?? 0)) / 1000;
    const perSecond = (now: number, then: number | undefined) =>
      seconds > 0 ? (now - (then ?? 0)) / seconds : 0;
    const earlier = new Map(before?.sources.map((source) => [source.id, source]));
    const creditedBitsPerSecond = perSecond(status.ledger.creditedBits, before?.ledger.creditedBits);
    return {
      schema: 1,
      ...status,
      sources: status.sources.map((source) => ({
        ...source,
        title: this.#titles.get(source.id) ?? source.id,
        samplesPerSecond: perSecond(source.samples, earlier.get(source.id)?.samples),
        creditedBitsPerSecond: perSecond(source.creditedBits, earlier.get(source.id)?.creditedBits),
      })),
      creditedBitsPerSecond,
      fullEntropyBytesPerSecond: fullEntropyBytes(creditedBitsPerSecond),
      grade: gradeOf(status),
    };
  }
}

/** Converts credited bits to the full-entropy output they pay for, bytes: 256 bits for 320. */
export function fullEntropyBytes(creditedBits: number): number {
  return (creditedBits / FULL_ENTROPY_INPUT_BITS) * BLOCK_BYTES;
}

export function gradeOf(status: Pick<PoolStatus, "sources" | "selfTest">): Grade {
  if (status.selfTest.state === "failed") return "F";
  const able = status.sources.filter(({ state }) => state !== "unavailable" && state !== "paused");
  const healthy = able.filter(({ state }) => state === "healthy");
  const families = new Set(healthy.map(({ family }) => family)).size;
  if (families >= 2) return healthy.length === able.length ? "A" : "B";
  if (families === 1) return "C";
  return able.some(({ state }) => state === "starting") ? "D" : "F";
}
