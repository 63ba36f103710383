/** The outcome of a scan, for one message: gathered from its lines as they pass. */
import type { Line } from "./scan.ts";

export type Verdict =
  /** A rule matches. */
  | "match"
  /** None does, and everything that was asked for was evaluated. */
  | "clean"
  /** None does so far as was evaluated: a file or a rule was not. */
  | "incomplete"
  /** There was no file to scan. */
  | "empty";

/** Lines that say what was left out, or that something is noteworthy. */
const PROBLEMS: ReadonlySet<string> = new Set(["skip", "error", "quarantine", "log", "note"]);

/** Problems that a message lists; of further ones it has the number. */
const MOST_LISTED = 1000;

export interface Outcome {
  readonly verdict: Verdict;
  readonly complete: boolean;
  /** Lines of the types above, the first of them. */
  readonly problems: readonly Line[];
  readonly problems_total: number;
  /** Counts of the `end` line, and the facts of the `start` line. */
  readonly [member: string]: unknown;
}

export class Gatherer {
  matches = 0;
  #problems: Line[] = [];
  #total = 0;
  #start: Line | undefined;
  #end: Line | undefined;

  /** @returns true for a match */
  add(line: Line): boolean {
    if (line.type === "start") this.#start = line;
    if (line.type === "end") this.#end = line;
    if (PROBLEMS.has(line.type)) {
      this.#total++;
      if (this.#problems.length < MOST_LISTED) this.#problems.push(line);
    }
    if (line.type !== "match") return false;
    this.matches++;
    return true;
  }

  /** @throws Error where the scan has no end: then it is not known what was evaluated */
  outcome(): Outcome {
    if (!this.#end) throw new Error("the scan has not come to its end");
    const { type: _, seq: _seq, time: _time, scan: _scan, ...counts } = this.#end;
    const complete = counts["complete"] === true;
    return {
      verdict:
        this.matches > 0 ? "match" : !complete ? "incomplete" : counts["scanned"] === 0 ? "empty" : "clean",
      complete,
      ...counts,
      ruleset: this.#start?.["ruleset"],
      engines: this.#start?.["engines"],
      problems: this.#problems,
      problems_total: this.#total,
    };
  }
}
