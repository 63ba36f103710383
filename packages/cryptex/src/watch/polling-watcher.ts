/**
 * Watches by looking at every file, again and again: for file systems of which the system tells nothing, as those of a network, and for
 * systems that are not Linux. What is kept of a file is one number, made of its path, its size and its times.
 */
import { plural } from "#kit/format/numbers.ts";
import { shownPath } from "../scan-runner/paths.ts";
import { STOPPED, WENT_AWAY } from "../scan-runner/runner.ts";
import { type Found, GONE, type NotScanned, Walk, type WalkOptions } from "../scan-runner/walk.ts";
import { look, type Root } from "./roots.ts";
import { isLeftOut, SLICE_MS, type Watcher, type WatchNote, type WatchOptions } from "./watcher.ts";

export interface PollingOptions extends WatchOptions {
  /** Time from the end of one round to the next. */
  readonly intervalMs: number;
}

export class PollingWatcher implements Watcher {
  onMore: () => void = () => {};
  readonly #walkOptions: WalkOptions;
  readonly #roots: readonly Root[];
  #walk: Walk | undefined;
  /** Numbers of what the last round has met, and of this one. */
  #before: Set<number> | undefined;
  #now = new Set<number>();
  #files = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly options: PollingOptions) {
    const roots = options.walk.roots.map((root) => root.replace(/(?<=[^/])\/+$/, ""));
    this.#walkOptions = { ...options.walk, roots };
    this.#roots = roots.map((path) => ({ path, present: undefined }));
    for (const root of this.#roots) look(root);
    this.#begin();
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
  }

  refused(): void {
    // A change of rights is a change of the file's times.
  }

  #begin(): void {
    for (const root of this.#roots) {
      const change = look(root);
      if (change === "gone")
        this.#note("gone", "it went away; what is put in its place will be scanned", root.path);
      else if (change === "back" || change === "replaced")
        this.#note("back", "it is there: everything in it is scanned", root.path);
    }
    this.#walk = new Walk(this.#walkOptions);
    this.#files = 0;
    this.onMore();
  }

  next(): Found | undefined {
    const until = performance.now() + SLICE_MS;
    while (this.#walk) {
      const found = this.#walk.next();
      if (!found) this.#end();
      else if (this.#isNews(found) && (found.kind === "file" || !isLeftOut(found))) {
        if (found.kind !== "error" || found.reason !== GONE) return found;
        return { ...found, kind: "skip", reason: WENT_AWAY, complete: true };
      }
      if (performance.now() > until) {
        setImmediate(() => this.onMore());
        return undefined;
      }
    }
    return undefined;
  }

  #isNews(found: Found): boolean {
    const number = numberOf(found);
    this.#now.add(number);
    if (found.kind === "file") this.#files++;
    if (this.#before) return !this.#before.has(number) && !this.#isGoneRoot(found);
    return this.options.initial || found.kind === "error";
  }

  #isGoneRoot({ kind, path }: Found): boolean {
    return kind === "error" && this.#roots.some((root) => root.path === path && !root.present);
  }

  #end(): void {
    if (!this.#before)
      this.#note(
        "ready",
        `looking at ${plural(this.#files, "file")} every ${this.options.intervalMs / 1000} s`,
      );
    if (this.#before && !this.#before.isSubsetOf(this.#now)) this.options.onGone?.();
    this.#before = this.#now;
    this.#now = new Set();
    this.#walk = undefined;
    this.#timer = setTimeout(() => this.#begin(), this.options.intervalMs);
  }

  #note(event: WatchNote["event"], message: string, path?: string): void {
    this.options.onNote({ type: "watch", event, ...(path !== undefined && shownPath(path)), message });
  }

  leftovers(): readonly NotScanned[] {
    if (!this.#walk || (!this.#before && !this.options.initial)) return [];
    return this.#roots.map(({ path }) => ({ kind: "error", path, reason: STOPPED, complete: false }));
  }
}

/** 53 of 64 bits: with a million files two rounds are taken for equal by mistake once in 10^10. */
function numberOf(found: Found): number {
  const { kind, path } = found;
  const state =
    kind === "file"
      ? `${found.identity.dev} ${found.identity.ino} ${found.identity.size} ${found.identity.mtimeMs} ${found.identity.ctimeMs}`
      : `${kind} ${found.reason}`;
  return Number(BigInt(Bun.hash(`${path}\0${state}`)) >> 11n);
}
