/** Words that the forms of a gap report share. They are not escaped yet. */
import { formatCount, plural } from "#kit/format/numbers.ts";
import type { GapComponent, GapReport } from "../gap-report.ts";

export function countWords({ components, counts }: GapReport): string {
  const { done, in_progress, stale, pending, excluded } = counts;
  const parts = [
    `${formatCount(done)} done`,
    `${formatCount(in_progress)} in progress`,
    ...(stale > 0 ? [`${formatCount(stale)} stale`] : []),
    `${formatCount(pending)} pending`,
    ...(excluded > 0 ? [`${formatCount(excluded)} excluded beside them`] : []),
  ];
  return `${plural(components.length, "component")}: ${parts.join(", ")}`;
}

/** Where a component is said to be ported: `path#symbol`. */
export function portsOf({ evidence }: GapComponent): string[] {
  return evidence.map(({ to, symbols: [first] }) => (first === undefined ? to : `${to}#${first}`));
}

/** Why it is not done, and what may be a port of it. */
export function notesOf({ reason, suggestions }: GapComponent): string[] {
  return [
    ...(reason === undefined ? [] : [reason]),
    ...suggestions.map(({ candidate, score, why }) => `perhaps ${candidate} (${score.toFixed(2)}: ${why})`),
  ];
}
