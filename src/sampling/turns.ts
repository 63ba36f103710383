/**
 * Decides which source is next (stride scheduling). While entropy is wanted, sources get time in proportion to the square
 * of their earnings. The weak ones together get at least a twentieth of the best one's time, so that the pool stays
 * diverse without wasting the thread. Idle time is shared equally.
 */
import { FULL_ENTROPY_INPUT_BITS } from "../conditioning/sha256.ts";
import type { Family } from "../source.ts";
import type { SourceState } from "./source-state.ts";

/** Rule for sharing time while entropy is wanted: by earnings, or the same for each source. */
export type Shares = "by-credit" | "equal";

/** Least time of all other sources together, relative to the best one's, however little they earn. */
const OTHERS_SHARE = 0.05;
/** The same for sources whose earnings are not known yet. */
const LEARNING_SHARE = 0.1;

export class Turns {
  /** The source that went first because of its family: that is no part of its share. */
  #ahead: SourceState | undefined;

  constructor(
    private readonly sources: readonly SourceState[],
    private readonly shares: Shares,
  ) {
    // As if each had had a slice: those that are expected to earn most come first.
    for (const source of sources) source.pass = 1 / this.#weight(source);
  }

  /**
   * Returns the ready source that is furthest behind its share. While credit of some families is not wanted, the ready source
   * of another family that earns most goes first.
   */
  next(
    isWanted: boolean,
    sated: ReadonlySet<Family>,
    isReady: (source: SourceState) => boolean,
  ): SourceState | undefined {
    const first = isWanted && sated.size > 0 ? this.#bestOutside(sated, isReady) : undefined;
    this.#ahead = first;
    if (first) return first;
    const pass = isWanted ? "pass" : "idlePass";
    let behind: SourceState | undefined;
    for (const source of this.sources) {
      if (!isReady(source)) continue;
      if (!behind || source[pass] < behind[pass]) behind = source;
    }
    return behind;
  }

  /** Returns the ready source of another family that earns most; undefined if enough of them is under way already. */
  #bestOutside(
    sated: ReadonlySet<Family>,
    isReady: (source: SourceState) => boolean,
  ): SourceState | undefined {
    const others = this.sources.filter(
      (source) => !sated.has(source.info.family) && source.expectedBitsPerSecond > 0,
    );
    const pendingBits = others.reduce((sum, source) => sum + source.pendingBits, 0);
    if (pendingBits >= FULL_ENTROPY_INPUT_BITS) return undefined;
    return others
      .filter(isReady)
      .reduce<SourceState | undefined>(
        (best, source) =>
          best && best.expectedBitsPerSecond >= source.expectedBitsPerSecond ? best : source,
        undefined,
      );
  }

  /** Charges a slice to the source that got it, the last that `next` returned. */
  charge(source: SourceState, sliceMs: number, isWanted: boolean): void {
    if (source === this.#ahead) return;
    if (isWanted) source.pass += sliceMs / this.#weight(source);
    else source.idlePass += sliceMs;
  }

  /** Readmits a source that was away, without making up for the time it missed. */
  rejoin(source: SourceState): void {
    const others = this.sources.filter((other) => other !== source && takesPart(other));
    if (others.length === 0) return;
    source.pass = Math.max(source.pass, Math.min(...others.map((other) => other.pass)));
    source.idlePass = Math.max(source.idlePass, Math.min(...others.map((other) => other.idlePass)));
  }

  /** Share of the time relative to the best source's, above 0 and at most 1. */
  #weight(source: SourceState): number {
    if (this.shares === "equal") return 1;
    let best = 0;
    for (const other of this.sources) {
      if (other.condition.kind === "active") best = Math.max(best, other.expectedBitsPerSecond);
    }
    if (!(best > 0)) return 1;
    const least = (source.isSettled ? OTHERS_SHARE : LEARNING_SHARE) / this.sources.length;
    return Math.max(least, (source.expectedBitsPerSecond / best) ** 2);
  }
}

export function takesPart(source: SourceState): boolean {
  return source.condition.kind === "active" && !source.paused;
}
