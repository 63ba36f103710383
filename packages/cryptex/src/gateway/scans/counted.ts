/** Counts the work of scans while it is done, for figures. What they find is counted from the journal. */
import type { ScanStats } from "./scans.ts";

export class CountedScans {
  #files = 0;
  #bytes = 0;
  #milliseconds = 0;

  worked(files: number, bytes: number): void {
    this.#files += files;
    this.#bytes += bytes;
  }

  ran(milliseconds: number): void {
    this.#milliseconds += milliseconds;
  }

  stats(now: Pick<ScanStats, "running" | "waiting">): ScanStats {
    return { ...now, files: this.#files, bytes: this.#bytes, seconds: this.#milliseconds / 1_000 };
  }
}
