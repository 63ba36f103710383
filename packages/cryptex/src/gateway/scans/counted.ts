/** Counts what scans do, for figures. Names come from files and rules, so the number of them is bounded. */
import type { ScanEvent } from "../../scan-runner/events.ts";
import type { ScanStats } from "./scans.ts";

/** Names that are counted one by one; a page of figures with more is of no use to anybody. */
const MOST_NAMES = 1_000;

class Names {
  readonly counts = new Map<string, number>();

  add(name: string): void {
    const key = this.counts.has(name) || this.counts.size < MOST_NAMES ? name : "";
    this.counts.set(key, (this.counts.get(key) ?? 0) + 1);
  }
}

export class CountedScans {
  #files = 0;
  #bytes = 0;
  #milliseconds = 0;
  readonly #ended = { done: 0, cancelled: 0, failed: 0 };
  readonly #matches = new Names();
  readonly #errors = new Names();

  line(line: ScanEvent): void {
    if (line.type === "match") this.#matches.add(line.rule);
    else if (line.type === "error") this.#errors.add(withoutNumbers(line.reason));
  }

  worked(files: number, bytes: number): void {
    this.#files += files;
    this.#bytes += bytes;
  }

  ran(milliseconds: number): void {
    this.#milliseconds += milliseconds;
  }

  ended(state: keyof ScanStats["ended"]): void {
    this.#ended[state] += 1;
  }

  stats(now: Pick<ScanStats, "running" | "waiting">): ScanStats {
    return {
      ...now,
      ended: { ...this.#ended },
      files: this.#files,
      bytes: this.#bytes,
      seconds: this.#milliseconds / 1_000,
      matches: this.#matches.counts,
      errors: this.#errors.counts,
    };
  }
}

/** Takes out of a reason what differs from file to file. */
function withoutNumbers(reason: string): string {
  return reason.slice(0, 200).replace(/\d+/g, "N");
}
