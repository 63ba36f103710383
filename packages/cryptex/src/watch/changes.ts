/** Paths that have changed and wait until they have settled. */
import { LONGEST_WAIT_MS, MOST_PENDING } from "./watcher.ts";

interface Change {
  /** Time of the first change and of the last, ms of performance.now. */
  readonly first: number;
  readonly last: number;
}

export class Changes {
  /** The one that has been quiet for longest is the first. */
  readonly #open = new Map<string, Change>();
  readonly #settled = new Set<string>();

  constructor(
    private readonly debounceMs: number,
    private readonly most = MOST_PENDING,
    private readonly now: () => number = () => performance.now(),
  ) {}

  get size(): number {
    return this.#open.size + this.#settled.size;
  }

  get isFull(): boolean {
    return this.size >= this.most;
  }

  /** False where there is no room for another path. */
  add(path: string): boolean {
    const now = this.now();
    const before = this.#open.get(path);
    if (!before && this.isFull && !this.#settled.has(path)) return false;
    this.#open.delete(path);
    const first = before?.first ?? now;
    if (now - first >= LONGEST_WAIT_MS) this.#settled.add(path);
    else this.#open.set(path, { first, last: now });
    return true;
  }

  /** Forgets a path that is called otherwise now. */
  forget(path: string): void {
    this.#open.delete(path);
    this.#settled.delete(path);
  }

  /** Takes the paths that have settled, so many at most. */
  take(most: number): string[] {
    const until = this.now() - this.debounceMs;
    for (const [path, { last }] of this.#open) {
      if (last > until) break;
      this.#open.delete(path);
      this.#settled.add(path);
    }
    const taken: string[] = [];
    for (const path of this.#settled) {
      if (taken.length === most) break;
      taken.push(path);
      this.#settled.delete(path);
    }
    return taken;
  }

  /** Milliseconds until the next path has settled; undefined where none waits. */
  get waitMs(): number | undefined {
    if (this.#settled.size > 0) return 0;
    for (const { last } of this.#open.values()) return Math.max(0, last + this.debounceMs - this.now());
    return undefined;
  }

  /** Forgets all, and gives it to whoever asks. */
  drain(): string[] {
    const all = [...this.#settled, ...this.#open.keys()];
    this.#settled.clear();
    this.#open.clear();
    return all;
  }
}
