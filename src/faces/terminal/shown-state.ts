/** A source's state as shown: with the user's pauses at once, and with quiet times. */
import type { SourceSnapshot } from "../../pool/snapshot.ts";
import type { Tone } from "./style.ts";

/** A source that should deliver is called quiet after this long without samples. */
const QUIET_MS = 5_000;

export interface ShownState {
  readonly text: string;
  readonly tone: Tone;
  /** Higher for those that want attention first. */
  readonly urgency: number;
}

const STATES: Record<SourceSnapshot["state"], ShownState> = {
  failed: { text: "failed", tone: "bad", urgency: 5 },
  starting: { text: "starting", tone: "warn", urgency: 3 },
  healthy: { text: "healthy", tone: "good", urgency: 2 },
  paused: { text: "paused", tone: "dim", urgency: 1 },
  unavailable: { text: "unavailable", tone: "dim", urgency: 0 },
};

/** Knowledge about sources that their snapshot lacks, by id. */
interface Beyond {
  readonly paused: ReadonlySet<string>;
  readonly quietMs: ReadonlyMap<string, number>;
}

export function shownState({ paused, quietMs }: Beyond, { id, state }: SourceSnapshot): ShownState {
  if (paused.has(id) && state !== "unavailable") return STATES.paused;
  const quiet = quietMs.get(id) ?? 0;
  if (quiet >= QUIET_MS) return { text: `quiet ${Math.floor(quiet / 1000)} s`, tone: "warn", urgency: 4 };
  return STATES[state];
}
