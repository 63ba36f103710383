/** The parts of a gap report, and how they look: docs/gap-report.schema.json. */
import type { GapComponent, GapReport, PortStatus } from "../../../../gap/gap-report.ts";

export type { GapComponent, GapReport, PortStatus };

/** In the order in which they are shown. */
export const PORT_STATUSES = [
  "done",
  "in_progress",
  "stale",
  "pending",
] as const satisfies readonly PortStatus[];

/** Numbers of colours, and tones of badges. */
export const STATUS_LOOKS: Readonly<Record<PortStatus, { tone: string; colour: number; sign: string }>> = {
  done: { tone: "good", colour: 3, sign: "✓" },
  in_progress: { tone: "wait", colour: 5, sign: "◐" },
  stale: { tone: "bad", colour: 2, sign: "!" },
  pending: { tone: "none", colour: 0, sign: "○" },
};

export function statusWords(status: PortStatus): string {
  return status.replace("_", " ");
}
