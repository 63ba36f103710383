/**
 * Whose turn it is (stride scheduling). While entropy is wanted, time goes to sources in proportion to the square of what
 * they earn; the weak ones share a twentieth of the best one's, so that the pool stays diverse without wasting the
 * thread. Time in which nobody wants entropy goes to all alike.
 */
import type { SourceState } from "./source-state.ts";

/** How time is shared while entropy is wanted: by what sources earn, or the same for each. */
export type Shares = "by-credit" | "equal";

/**
 * Of the best source's time: what all others get at least, together, however little they earn; and what those get,
 * together, of which it is not yet known what they earn.
 */
const OTHERS_SHARE = 0.05;
const LEARNING_SHARE = 0.1;

export class Turns {
  constructor(
    private readonly sources: readonly SourceState[],
    private readonly shares: Shares,
  ) {}

  /** The source that is behind most, of those that are ready to take a request. */
  next(isWanted: boolean, isReady: (source: SourceState) => boolean): SourceState | undefined {
    const pass = isWanted ? "pass" : "idlePass";
    let behind: SourceState | undefined;
    for (const source of this.sources) {
      if (!isReady(source)) continue;
      if (!behind || source[pass] < behind[pass]) behind = source;
    }
    return behind;
  }

  /** Charges a slice to the source that got it. */
  charge(source: SourceState, sliceMs: number, isWanted: boolean): void {
    if (isWanted) source.pass += sliceMs / this.#weight(source);
    else source.idlePass += sliceMs;
  }

  /** Lets a source back in that was away. It is not given what it missed. */
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
