/**
 * One scan of the gateway. Its lines go to the journal in batches that end at a place behind which the scan can go on; the place is written down in the same
 * transaction. So whatever ends the program, the journal has each line once.
 */
import { openSeenFiles } from "../../cryptex-store/seen-files.ts";
import type { Store } from "../../cryptex-store/store.ts";
import type { Journal, ScanState } from "../../results/journal.ts";
import type { RuleSet } from "../../rules/rule-set.ts";
import type { ScanEvent } from "../../scan-runner/events.ts";
import { ScanProgress } from "../../scan-runner/progress.ts";
import { runScan, type ScanPlace } from "../../scan-runner/runner.ts";
import { seenScopeOf } from "../../scan-runner/seen-scope.ts";
import type { StartThread } from "../../scan-runner/thread.ts";
import { VERSION } from "../../version.ts";
import type { RuleSets } from "../rule-sets.ts";
import { belowRoot } from "./below-root.ts";
import type { CountedScans } from "./counted.ts";
import { type OrderedPlaces, requestOf } from "./order.ts";
import type { ScanOrder } from "./scans.ts";

export interface JobDeps {
  readonly journal: Journal;
  readonly ruleSets: Pick<RuleSets, "open">;
  /** Keeps what is known of unchanged files. */
  readonly store: Store;
  /** Scanning threads of each scan; an order may ask for fewer. */
  readonly threads: number;
  readonly counted: CountedScans;
  readonly startThread?: StartThread;
}

/** Lines that are written in one go: a transaction costs as much as some hundred of them. */
const BATCH_LINES = 512;
/** Time that a line waits for others. */
const BATCH_MS = 20;
/** Time after which the place is written down though there are no lines: this much is scanned again after a kill. */
const PLACE_MS = 1_000;

interface Checkpoint {
  readonly digest: string;
  readonly place: ScanPlace;
}

/** Ends a job whose scan goes on after the next start. */
export const INTERRUPTED = new Error("the gateway stops");
/** Ends a job for good. */
export const CANCELLED = new Error("the scan is cancelled");

export class ScanJob {
  readonly #ending = new AbortController();
  readonly #progress = new ScanProgress();
  /** Lines that are not written down yet. */
  #lines: ScanEvent[] = [];
  /** How many of them stand before the place. */
  #whole = 0;
  #place: ScanPlace | undefined;
  #digest = "";
  #writtenMs = performance.now();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #counted = { files: 0, bytes: 0 };

  constructor(
    readonly id: string,
    private readonly order: ScanOrder,
    private readonly places: OrderedPlaces,
    private readonly deps: JobDeps,
  ) {}

  /** @param reason INTERRUPTED or CANCELLED */
  end(reason: Error): void {
    this.#ending.abort(reason);
  }

  /** Runs until the scan has ended or is interrupted, and writes down how. @throws what the journal throws */
  async run(): Promise<void> {
    const startedMs = performance.now();
    let state: Exclude<ScanState, "waiting" | "running"> | undefined;
    let reason: string | undefined;
    try {
      await this.#scan();
      state = "done";
    } catch (error) {
      const { reason: asked, aborted } = this.#ending.signal;
      if (aborted && asked === INTERRUPTED) return;
      state = aborted && asked === CANCELLED ? "cancelled" : "failed";
      if (state === "failed") reason = error instanceof Error ? error.message : String(error);
    } finally {
      clearTimeout(this.#timer);
      this.#count();
      this.deps.counted.ran(performance.now() - startedMs);
    }
    // What it has found stays, with the last line or without.
    this.deps.journal.append(this.id, this.#lines, { state, ...(reason !== undefined && { reason }) });
    this.deps.counted.ended(state);
  }

  async #scan(): Promise<void> {
    const { journal, ruleSets, threads, counted, startThread } = this.deps;
    const { signal } = this.#ending;
    const { options } = this.order;
    const ruleSet = await ruleSets.open(this.order.ruleset, options?.explain);
    signal.throwIfAborted();
    this.#digest = ruleSet.digest;
    if (ruleSet.rules.count === 0) throw new Error("no rule of the set can be evaluated");
    const from = this.#placeBefore(ruleSet);
    const seen = this.#seenFiles(ruleSet);
    const request = requestOf(this.order, this.places);
    const shown = belowRoot(this.places.base);
    const lines = runScan({
      ...request,
      threads: Math.min(request.threads ?? threads, threads),
      ruleSet,
      signal,
      progress: this.#progress,
      passed: (place) => this.#passed(place),
      ...(from && { from }),
      ...(seen && { seen }),
      ...(startThread && { startThread }),
    });
    if (!from) journal.append(this.id, [], { state: "running" });
    for await (const line of lines) {
      counted.line(line);
      this.#lines.push(shown(line));
    }
  }

  #seenFiles(ruleSet: RuleSet) {
    if (!this.order.options?.cache || ruleSet.modules.includes("time")) return undefined;
    const { walk, ...rest } = requestOf(this.order, this.places);
    return openSeenFiles(this.deps.store, seenScopeOf(ruleSet, { ...rest, maxSize: walk.maxSize }, VERSION));
  }

  /** Returns the place where an earlier start of the program has left the scan. */
  #placeBefore({ digest }: RuleSet): ScanPlace | undefined {
    const checkpoint = this.deps.journal.hidden(this.id)?.checkpoint as Checkpoint | null | undefined;
    if (!checkpoint) return undefined;
    if (checkpoint.digest !== digest)
      throw new Error(
        "interrupted, and the rules have changed since: what follows would be the result of others; order it again",
      );
    return checkpoint.place;
  }

  /** Takes note of a place: all lines so far stand before it. */
  #passed(place: ScanPlace): void {
    this.#place = place;
    this.#whole = this.#lines.length;
    const waitedMs = performance.now() - this.#writtenMs;
    if (this.#whole >= BATCH_LINES || waitedMs >= (this.#whole > 0 ? BATCH_MS : PLACE_MS)) this.#write();
    // The next file may take its whole time.
    else if (this.#whole > 0) this.#timer ??= setTimeout(() => this.#writeLate(), BATCH_MS);
  }

  #writeLate(): void {
    this.#timer = undefined;
    try {
      if (this.#whole > 0) this.#write();
    } catch (error) {
      this.#ending.abort(error);
    }
  }

  #write(): void {
    const lines = this.#lines.slice(0, this.#whole);
    const checkpoint = { digest: this.#digest, place: this.#place! } satisfies Checkpoint;
    this.deps.journal.append(this.id, lines, { checkpoint });
    this.#lines = this.#lines.slice(this.#whole);
    this.#whole = 0;
    this.#writtenMs = performance.now();
    this.#count();
  }

  /** Adds what has been read since the last time. */
  #count(): void {
    const { files, bytes } = this.#progress.done;
    this.deps.counted.worked(files - this.#counted.files, bytes - this.#counted.bytes);
    this.#counted = { files, bytes };
  }
}
