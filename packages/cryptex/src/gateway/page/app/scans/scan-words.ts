/** Words for scans. */
import { formatDuration } from "#kit/format/numbers.ts";
import type { ScanRecord } from "../../../../../../cryptex-client/src/index.ts";

export type Tone = "good" | "wait" | "bad" | "none";

export interface Verdict {
  readonly tone: Tone;
  readonly short: string;
  /** A sentence. */
  readonly words: string;
}

export const STATE_TONES: Readonly<Record<ScanRecord["state"], Tone>> = {
  waiting: "wait",
  running: "wait",
  done: "none",
  cancelled: "bad",
  failed: "bad",
};

export function isUnderWay({ state }: ScanRecord): boolean {
  return state === "waiting" || state === "running";
}

/** Says how much a result is worth, before anything that is in it. */
export function verdictOf({ state, end, reason }: ScanRecord): Verdict {
  const why = reason === null ? "" : `: ${reason}`;
  switch (state) {
    case "waiting":
      return { tone: "wait", short: "waiting", words: "Waiting for its turn." };
    case "running":
      return { tone: "wait", short: "not all yet", words: "Running: what is here is not all." };
    case "cancelled":
      return { tone: "bad", short: "not whole", words: `Cancelled${why}. ${NOT_REACHED}` };
    case "failed":
      return { tone: "bad", short: "not whole", words: `Failed${why}. ${NOT_REACHED}` };
    case "done":
      if (end === null) return { tone: "bad", short: "not whole", words: `Its last line is missing${why}.` };
      return end["complete"] === true
        ? { tone: "good", short: "complete", words: "Complete: everything that was asked for was evaluated." }
        : {
            tone: "bad",
            short: "incomplete",
            words: "Incomplete: not everything that was asked for was evaluated.",
          };
  }
}

const NOT_REACHED = "Not whole: of what it did not come to, nothing is known.";

/** Names what was ordered: `files: a, b`. */
export function orderOf({ request, origin }: ScanRecord): string {
  // Who writes down a scan says what its request is; it need not be an order of the gateway.
  const { root, paths } = (request ?? {}) as { readonly root?: unknown; readonly paths?: unknown };
  if (typeof root !== "string" || !Array.isArray(paths)) return `results of ${origin}`;
  const shown = paths.slice(0, 3).join(", ");
  return `${root}: ${shown}${paths.length > 3 ? ` and ${paths.length - 3} more` : ""}`;
}

/** @param nowMs for a scan that runs */
export function durationOf({ startedAt, endedAt }: ScanRecord, nowMs: number): string {
  if (startedAt === null) return "–";
  const ms = (endedAt === null ? nowMs : Date.parse(endedAt)) - Date.parse(startedAt);
  return ms < 1_000 && endedAt !== null ? "under 1 s" : formatDuration(Math.max(0, ms));
}
