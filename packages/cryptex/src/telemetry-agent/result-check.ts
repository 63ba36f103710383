/** Holds the lines of a result against its end: whether it may be called complete. */
import type { EndEvent, ScanEvent } from "../scan-runner/events.ts";

/** Everything that a check has to remember: plain data. */
export interface CheckState {
  readonly counts: Readonly<Record<string, number>>;
  /** Stretches of match lines with one path: at most one a file or member that matches. */
  readonly matched: number;
  readonly lastMatched: string;
  /** Rules that were not evaluated. */
  readonly lost: number;
}

export class ResultCheck {
  #counts: Record<string, number>;
  #matched: number;
  #lastMatched: string;
  #lost: number;

  constructor({ counts, matched, lastMatched, lost }: CheckState = EMPTY) {
    this.#counts = { ...counts };
    this.#matched = matched;
    this.#lastMatched = lastMatched;
    this.#lost = lost;
  }

  get state(): CheckState {
    const [counts, matched, lastMatched, lost] = [this.#counts, this.#matched, this.#lastMatched, this.#lost];
    return { counts, matched, lastMatched, lost };
  }

  count(event: ScanEvent): void {
    this.#counts[event.type] = this.#of(event.type) + 1;
    if (event.type === "match" && event.path !== this.#lastMatched) {
      this.#matched++;
      this.#lastMatched = event.path;
    }
    if (event.type === "quarantine" && !event.harmless) this.#lost++;
  }

  /** Says why the end is not to be believed; undefined where it is. */
  doubt(end: EndEvent): string | undefined {
    const { scanned, clean, matched, matches, skipped, errors, complete } = end;
    const members = end.members ?? { scanned: 0, clean: 0, matched: 0, skipped: 0, errors: 0 };
    const listed = this.#of("clean");
    const facts: readonly (readonly [boolean, string])[] = [
      [
        matches === this.#of("match"),
        `matches is ${matches}, and there are ${this.#of("match")} match lines`,
      ],
      [skipped === this.#of("skip"), `skipped is ${skipped}, and there are ${this.#of("skip")} skip lines`],
      [errors === this.#of("error"), `errors is ${errors}, and there are ${this.#of("error")} error lines`],
      [
        scanned === clean + matched,
        `scanned is ${scanned}, and clean and matched are ${clean} and ${matched}`,
      ],
      [members.scanned === members.clean + members.matched, "the counts of members do not add up"],
      [members.skipped <= skipped && members.errors <= errors, "members have more lines than there are"],
      [
        matched + members.matched >= this.#matched && matched + members.matched <= matches,
        `${matched + members.matched} files and members match, and there are ${matches} match lines of ${this.#matched}`,
      ],
      [
        listed === 0 || listed === clean + members.clean,
        `${clean + members.clean} are clean, and there are ${listed} clean lines`,
      ],
      [!complete || this.#lost === 0, "it is called complete, and rules were not evaluated"],
      [!complete || errors === 0, "it is called complete, and there are error lines"],
    ];
    const fault = facts.find(([holds]) => !holds)?.[1];
    return fault && `its end line is left out, since it does not fit the others: ${fault}`;
  }

  #of(type: string): number {
    return this.#counts[type] ?? 0;
  }
}

const EMPTY: CheckState = { counts: {}, matched: 0, lastMatched: "", lost: 0 };

/** Says of a result why it is not whole. */
export const NO_END = "it has no end line: whoever wrote it was stopped, or the rest was lost";
