/** Sums a result up, for those who do not read all of its lines. */
import { gapSentence, Tally } from "../scan-runner/formats/outcome.ts";
import { Counter } from "./counter.ts";
import type { Results, ScanRecord } from "./journal.ts";
import { isComplete, linesOfScan, recordIn } from "./scan-lines.ts";

export interface ScanSummary {
  readonly scan: ScanRecord;
  readonly complete: boolean;
  /** Why it is not complete, in words. */
  readonly why: readonly string[];
  /** Matches by rule, the most frequent first. */
  readonly rules: readonly RuleCount[];
  readonly errors: readonly ReasonCount[];
  readonly skips: readonly ReasonCount[];
  /** Rules, files and includes that were not evaluated at all. */
  readonly lost: number;
}

export interface RuleCount {
  readonly rule: string;
  readonly namespace: string;
  readonly matches: number;
}

export interface ReasonCount {
  /** Null for those that are beyond the first MOST_REASONS. */
  readonly reason: string | null;
  readonly count: number;
}

/** More rules match in one scan only where somebody has made them up; reasons may hold names. */
const MOST_RULES = 100_000;
const MOST_REASONS = 100;

/** Reads all lines but those of clean files. @throws as `linesOfScan` */
export async function summaryOf(
  results: Results,
  id: string,
  signal: AbortSignal,
): Promise<{ summary: ScanSummary; tally: Tally }> {
  const scan = await recordIn(results, id);
  const tally = new Tally();
  const rules = new Counter(MOST_RULES);
  const errors = new Counter(MOST_REASONS);
  const skips = new Counter(MOST_REASONS);
  const types = ["start", "quarantine", "match", "error", "skip", "log", "end"] as const;
  for await (const event of linesOfScan(results, id, signal, types)) {
    tally.count(event);
    if (event.type === "match") rules.add(JSON.stringify([event.rule, event.namespace]));
    if (event.type === "error") errors.add(event.reason);
    if (event.type === "skip") skips.add(event.reason);
  }
  const summary = {
    scan,
    complete: isComplete(scan),
    why: whyNot(scan, tally),
    rules: rules.sorted().map(([name, matches]): RuleCount => {
      const [rule, namespace] = JSON.parse(name);
      return { rule, namespace, matches };
    }),
    errors: reasonsOf(errors),
    skips: reasonsOf(skips),
    lost: tally.lostRules + tally.lostFiles,
  };
  return { summary, tally };
}

function reasonsOf(counter: Counter): ReasonCount[] {
  const listed: ReasonCount[] = counter.sorted().map(([reason, count]) => ({ reason, count }));
  return counter.others > 0 ? [...listed, { reason: null, count: counter.others }] : listed;
}

function whyNot(scan: ScanRecord, tally: Tally): string[] {
  if (isComplete(scan)) return [];
  const { state, reason } = scan;
  const words = reason === null ? "" : `: ${reason}`;
  if (state === "waiting") return ["it has not begun"];
  if (state === "running") return ["it has not come to its end"];
  if (state !== "done") return [`it ${state === "failed" ? "has failed" : "was cancelled"}${words}`];
  return scan.end === null ? [reason ?? "it has no end line"] : [gapSentence(tally)];
}
