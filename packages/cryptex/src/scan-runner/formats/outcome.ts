/** How a scan went: in counts, in words, in one word. */
import { formatCount, plural } from "#kit/format/numbers.ts";
import type { EndEvent, ScanEvent, StartEvent } from "../events.ts";

/** Reasons of skips that are counted each; they may hold numbers and names, so there could be any number of them. */
const MAX_REASONS = 100;

/** Counts the events of a scan as they pass. */
export class Tally {
  start: StartEvent | undefined;
  end: EndEvent | undefined;
  /** Rules, and rule files or includes, that are not evaluated at all. */
  lostRules = 0;
  lostFiles = 0;
  /** Second copies of rules. */
  duplicates = 0;
  /** Rules that the engine gave up on in one file, counted by file. */
  givenUp = 0;
  logs = 0;
  /** Skips by reason; those of further reasons are in `otherSkips`. */
  readonly skips = new Map<string, number>();
  otherSkips = 0;
  errors = 0;

  count(event: ScanEvent): void {
    if (event.type === "start") this.start = event;
    else if (event.type === "end") this.end = event;
    else if (event.type === "error") this.errors++;
    else if (event.type === "log") this.logs++;
    else if (event.type === "skip") {
      const before = this.skips.get(event.reason);
      if (before === undefined && this.skips.size >= MAX_REASONS) this.otherSkips++;
      else this.skips.set(event.reason, (before ?? 0) + 1);
    } else if (event.type === "quarantine") {
      if (event.harmless) this.duplicates++;
      else if (event.path !== undefined) this.givenUp++;
      else if (event.rule === null) this.lostFiles++;
      else this.lostRules++;
    }
  }
}

/** Says what matched, in one sentence. */
export function matchSentence({ start, end }: Tally): string {
  if (end === undefined) return "The scan did not reach its end.";
  const rules = start === undefined ? "" : ` with ${plural(start.rules, "rule")}`;
  const { members } = end;
  const also = members ? ` and ${membersText(members.scanned)}` : "";
  const files = `${plural(end.scanned, "file")}${also} scanned${rules}`;
  if (end.matches === 0) return `${files}: no match.`;
  const places = [
    ...(end.matched > 0 ? [plural(end.matched, "file")] : []),
    ...(members && members.matched > 0 ? [membersText(members.matched)] : []),
  ];
  const clean = end.clean + (members?.clean ?? 0);
  return `${files}: ${plural(end.matches, "match", "matches")} in ${places.join(" and ")}, ${formatCount(clean)} clean.`;
}

function membersText(count: number): string {
  return plural(count, "member of an archive", "members of archives");
}

/** Says how many archives were scanned as they are; undefined where there was none. */
export function archiveSentence({ end }: Tally): string | undefined {
  const { unopened = 0 } = end?.archives ?? {};
  if (unopened === 0) return undefined;
  return `Not looked into: ${plural(unopened, "archive")} (--archives).`;
}

/** Says what was not evaluated, in one sentence. */
export function gapSentence(tally: Tally): string {
  const gaps = [
    [tally.errors, "file or folder", "files or folders"],
    [tally.lostRules, "rule", "rules"],
    [tally.lostFiles, "rule file or include", "rule files or includes"],
    [tally.givenUp, "rule in a single file", "rules in single files"],
  ] as const;
  const counted = gaps.filter(([count]) => count > 0).map(([count, one, many]) => plural(count, one, many));
  if (counted.length > 0) return `Not wholly evaluated: ${counted.join(", ")}.`;
  if (tally.end === undefined) return "What it had not reached was not evaluated.";
  return tally.end.complete
    ? "Everything that was asked for was evaluated."
    : "Not everything was evaluated.";
}

/** Says what was skipped and why, most frequent reasons first; undefined where nothing was. @param most reasons that are named */
export function skipSentence(tally: Tally, most: number): string | undefined {
  const sorted = [...tally.skips].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1));
  if (sorted.length === 0) return undefined;
  const named = sorted.slice(0, most).map(([reason, count]) => `${reason}: ${formatCount(count)}`);
  const total = sorted.reduce((sum, [, count]) => sum + count, tally.otherSkips);
  const rest = sorted.slice(most).reduce((sum, [, count]) => sum + count, tally.otherSkips);
  const others = rest > 0 ? [`other reasons: ${formatCount(rest)}`] : [];
  return `Skipped: ${formatCount(total)} (${[...named, ...others].join("; ")}).`;
}

/** Each has an exit code of its own. */
export type Outcome = "ok" | "failure" | "incomplete" | "findings";

/**
 * Judges a scan. A match counts first, where it was asked to; a scan without an end, or without any rule, has failed.
 * Where rules were there and all were lost, it is incomplete.
 */
export function outcomeOf({ start, end }: Pick<Tally, "start" | "end">, failOnMatch: boolean): Outcome {
  if (end === undefined) return "failure";
  if (failOnMatch && end.matches > 0) return "findings";
  if (!end.complete) return "incomplete";
  return start === undefined || start.rules === 0 ? "failure" : "ok";
}
