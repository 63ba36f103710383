/** Lines of archives' members, which stand in the order of whole paths like all others: behind those of `a.zip` and of `a.zip `. */
import type { ScanEvent } from "./events.ts";

export interface PlacedLine {
  /** Binary string. */
  readonly path: string;
  readonly event: ScanEvent;
}

export class PlacedLines {
  /** By path. Lines of one path keep their order. */
  #waiting: readonly PlacedLine[] = [];
  #next = 0;

  get isEmpty(): boolean {
    return this.#next === this.#waiting.length;
  }

  add(lines: readonly PlacedLine[]): void {
    if (lines.length === 0) return;
    const all = [...this.#waiting.slice(this.#next), ...lines];
    this.#waiting = all.sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));
    this.#next = 0;
  }

  /** Takes the lines whose place is before a path. */
  *before(path: string): Generator<ScanEvent, void> {
    for (let line = this.#waiting[this.#next]; line && line.path < path; line = this.#waiting[this.#next]) {
      this.#next++;
      yield line.event;
    }
  }

  *all(): Generator<ScanEvent, void> {
    const lines = this.#waiting.slice(this.#next);
    this.#waiting = [];
    this.#next = 0;
    for (const { event } of lines) yield event;
  }
}
