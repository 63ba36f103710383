/**
 * One scan of the gateway. Its lines go to the journal in batches that end at a place behind which the scan can go on; the place is written
 * down in the same transaction. So whatever ends the program, the journal has each line once.
 */
import { ProgramError } from "#kit/errors.ts";
import { openSeenFiles } from "../../cryptex-store/seen-files.ts";
import type { Store } from "../../cryptex-store/store.ts";
import { StoreError } from "../../cryptex-store/store-error.ts";
import { storeFiles } from "../../cryptex-store/store-files.ts";
import { type Journal, JournalError, type ScanChange } from "../../results/journal.ts";
import type { RuleSet } from "../../rules/rule-set.ts";
import type { ScanEvent } from "../../scan-runner/events.ts";
import { ScanProgress } from "../../scan-runner/progress.ts";
import { runScan, type ScanPlace } from "../../scan-runner/runner.ts";
import { changesWithTime, type SeenOptions, seenScopeOf } from "../../scan-runner/seen-scope.ts";
import type { StartThread } from "../../scan-runner/thread.ts";
import { VERSION } from "../../version.ts";
import type { RuleSets } from "../rule-sets.ts";
import { ServiceError } from "../service-error.ts";
import type { CountedScans } from "./counted.ts";
import { type OrderedPlaces, requestOf } from "./order.ts";
import type { ScanOrder } from "./scans.ts";

export interface JobDeps {
  readonly journal: Journal;
  readonly ruleSets: Pick<RuleSets, "open">;
  /** The journal's; it also keeps what is known of unchanged files. */
  readonly store: Store;
  /** Scanning threads of each scan; an order may ask for fewer. */
  readonly threads: number;
  readonly counted: CountedScans;
  readonly startThread?: StartThread;
  /** Told of a failure that no client hears of. */
  readonly warn: (message: string) => void;
}

/** Lines that are written in one go: a transaction costs as much as some hundred of them. */
const BATCH_LINES = 512;
/** Time that a line waits for others. */
const BATCH_MS = 20;
/** Time after which the place is written down though there are no lines: this much is scanned again after a kill. */
const PLACE_MS = 1_000;

/** Written with each batch. */
export interface Checkpoint {
  /** Who writes the scan's lines: another one each time that the scan is begun or goes on, in whatever process. */
  readonly run: string;
  /** Rules and engine that it was begun with. */
  readonly rules?: string;
  readonly engine?: string;
  readonly place?: ScanPlace;
}

/** Ends a job whose scan goes on after the next start. */
export const INTERRUPTED = new Error("the gateway stops");
/** Ends a job whose scan has been cancelled. */
export const CANCELLED = new Error("the scan is cancelled");
/** Another program that uses the store goes on with the scan. */
const TAKEN_OVER = new Error("another program goes on with the scan");

export class ScanJob {
  readonly #ending = new AbortController();
  readonly #progress = new ScanProgress();
  #checkpoint: Checkpoint = { run: Bun.randomUUIDv7() };
  /** Lines that are not written down yet. */
  #lines: ScanEvent[] = [];
  /** How many of them stand before the place. */
  #whole = 0;
  #writtenMs = performance.now();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #counted = { files: 0, bytes: 0 };

  /** @param before the scan's checkpoint as it was found; undefined for a scan that has none */
  constructor(
    readonly id: string,
    readonly order: ScanOrder,
    readonly places: OrderedPlaces,
    private readonly before: Checkpoint | undefined,
    private readonly deps: JobDeps,
  ) {}

  /** Counts the files whose lines are there. */
  get filesDone(): number {
    return this.#progress.done.files;
  }

  /** Stops the work. What stands before the place is written down. @param reason INTERRUPTED or CANCELLED @throws StoreError */
  end(reason: Error): void {
    if (this.#ending.signal.aborted) return;
    try {
      if (this.#whole > 0) this.#write();
    } catch (error) {
      if (error instanceof StoreError) throw error; // else others have the scan now
    } finally {
      this.#ending.abort(reason);
    }
  }

  /** Runs until the scan has ended, is interrupted, or another program goes on with it. @throws StoreError: the scan can go on later */
  async run(): Promise<void> {
    const startedMs = performance.now();
    try {
      await this.#scan();
      this.#append(this.#lines, { state: "done" });
    } catch (error) {
      this.#fail(error);
    } finally {
      clearTimeout(this.#timer);
      this.#count();
      this.deps.counted.ran(performance.now() - startedMs);
    }
  }

  async #scan(): Promise<void> {
    const { store, ruleSets, threads, startThread } = this.deps;
    const { signal } = this.#ending;
    this.#claim();
    const ruleSet = await ruleSets.open(this.order.ruleset, this.order.options?.explain);
    signal.throwIfAborted();
    if (ruleSet.rules.count === 0) throw new ServiceError("conflict", "no rule of the set can be evaluated");
    refuseOtherRules(this.before, ruleSet);
    const { digest: rules, engine } = ruleSet;
    const from = this.before?.place;
    this.#checkpoint = { ...this.#checkpoint, rules, engine: engine.digest, ...(from && { place: from }) };
    const { walk, ...request } = requestOf(this.order, this.places);
    const seen = this.#seenFiles(ruleSet, { ...request, ...walk });
    const lines = runScan({
      ...request,
      walk: { ...walk, own: storeFiles(store.path) },
      threads: Math.min(request.threads ?? threads, threads),
      ruleSet,
      signal,
      progress: this.#progress,
      passed: (place) => this.#passed(place),
      ...(from && { from }),
      ...(seen && { seen }),
      ...(startThread && { startThread }),
    });
    for await (const line of lines) {
      // "" is the root itself.
      this.#lines.push("path" in line && line.path === "" ? { ...line, path: "." } : line);
    }
  }

  /** Takes the scan for this run, unless somebody else has since its checkpoint was read. */
  #claim(): void {
    const checkpoint = { ...this.before, run: this.#checkpoint.run };
    this.#appendAfter(this.before?.run, [], { state: "running", checkpoint });
  }

  #seenFiles(ruleSet: RuleSet, options: SeenOptions) {
    if (!this.order.options?.cache || changesWithTime(ruleSet)) return undefined;
    return openSeenFiles(this.deps.store, seenScopeOf(ruleSet, options, VERSION));
  }

  /** Takes note of a place: all lines so far stand before it. */
  #passed(place: ScanPlace): void {
    this.#checkpoint = { ...this.#checkpoint, place };
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
    this.#append(this.#lines.slice(0, this.#whole), { checkpoint: { ...this.#checkpoint } });
    this.#lines = this.#lines.slice(this.#whole);
    this.#whole = 0;
    this.#writtenMs = performance.now();
    this.#count();
  }

  #append(lines: readonly ScanEvent[], change: ScanChange): void {
    this.#appendAfter(this.#checkpoint.run, lines, change);
  }

  /** @param run that must have written last @throws TAKEN_OVER; JournalError "ended"; StoreError */
  #appendAfter(run: string | undefined, lines: readonly ScanEvent[], change: ScanChange): void {
    const { store, journal } = this.deps;
    const write = () => {
      const written = journal.hidden(this.id)?.checkpoint as Checkpoint | null | undefined;
      if (written?.run !== run) throw TAKEN_OVER;
      journal.append(this.id, lines, change);
    };
    // A disk may take longer to flush a batch than the next one takes to come; what the machine loses is scanned again.
    store.write(write, { flush: change.state !== undefined });
  }

  /** @throws StoreError */
  #fail(thrown: unknown): void {
    const error = this.#ending.signal.aborted ? this.#ending.signal.reason : thrown;
    if (error === INTERRUPTED || error === CANCELLED || error === TAKEN_OVER) return;
    // Another program has cancelled it, or has removed it.
    if (error instanceof JournalError) return;
    if (error instanceof StoreError) throw error;
    const reason = reasonOf(error);
    if (reason === undefined) this.deps.warn(`the scan ${this.id} has failed: ${String(error)}`);
    try {
      this.#append(this.#lines, {
        state: "failed",
        reason: reason ?? "it failed for a reason of the gateway's own",
      });
    } catch (failure) {
      if (failure !== TAKEN_OVER && !(failure instanceof JournalError)) throw failure;
    }
  }

  /** Adds what has been read since the last time. */
  #count(): void {
    const { files, bytes } = this.#progress.done;
    this.deps.counted.worked(files - this.#counted.files, bytes - this.#counted.bytes);
    this.#counted = { files, bytes };
  }
}

/** A result is that of one set of rules. Lines that were given out are not taken back, so the scan fails. @throws ServiceError "conflict" */
function refuseOtherRules(before: Checkpoint | undefined, { digest, engine }: RuleSet): void {
  const what =
    before?.rules !== undefined && before.rules !== digest
      ? "the rules have"
      : before?.engine !== undefined && before.engine !== engine.digest
        ? "the engine has"
        : undefined;
  if (what === undefined) return;
  throw new ServiceError(
    "conflict",
    `interrupted, and ${what} changed since: what follows would be the result of others; order it again`,
  );
}

/** Says why a scan failed; undefined where the words may name what clients are not to see. */
function reasonOf(error: unknown): string | undefined {
  const isShown = error instanceof ServiceError || (error instanceof ProgramError && error.code === "engine");
  return isShown ? error.message : undefined;
}
