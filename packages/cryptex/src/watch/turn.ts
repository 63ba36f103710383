/** The time for which one set of rules serves a watch: gives a scan its files, until it is closed or stopped. */
import type { FileSource } from "../scan-runner/runner.ts";
import type { Found } from "../scan-runner/walk.ts";
import type { Watcher } from "./watcher.ts";

export class Turn implements FileSource {
  readonly #stop = new AbortController();
  #isClosed = false;
  #last: Found[] | undefined;
  #wake: () => void = () => {};

  constructor(private readonly watcher: Watcher) {
    watcher.onMore = () => this.#wake();
  }

  get stop(): AbortSignal {
    return this.#stop.signal;
  }

  get isClosed(): boolean {
    return this.#isClosed && !this.#last?.length;
  }

  onMore(wake: () => void): void {
    this.#wake = wake;
  }

  next(): Found | undefined {
    if (this.#last) return this.#last.shift();
    return this.#isClosed ? undefined : this.watcher.next();
  }

  /** Hands out no more; what has been handed out is scanned. */
  close(): void {
    this.#isClosed = true;
    this.#wake();
  }

  /** Ends at once. What waits is named. */
  end(): void {
    this.#last = [...this.watcher.leftovers()];
    this.#isClosed = true;
    this.#stop.abort();
    this.#wake();
  }
}
