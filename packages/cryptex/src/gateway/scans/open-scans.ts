/** The queue of scans: few run at a time, some may wait, and what was interrupted goes on. */
import { orAborted } from "#kit/abort.ts";
import { StoreError } from "../../cryptex-store/store-error.ts";
import { type Journal, JournalError, type ScanRecord } from "../../results/journal.ts";
import type { ScanEvent } from "../../scan-runner/events.ts";
import { pathOf } from "../../scan-runner/paths.ts";
import { defaultThreads, runScan } from "../../scan-runner/runner.ts";
import { MAX_SIZE } from "../../scan-runner/walk.ts";
import type { Roots } from "../roots.ts";
import type { RuleSets, RuleTime } from "../rule-sets.ts";
import { ServiceError } from "../service-error.ts";
import { Turns } from "../turns.ts";
import { CountedScans } from "./counted.ts";
import { CANCELLED, type Checkpoint, INTERRUPTED, type JobDeps, ScanJob } from "./job.ts";
import { archiveLimits, MAX_STRINGS, type OrderedPlaces, placesOf, requestOf, TIMEOUT_MS } from "./order.ts";
import { RuleTimes } from "./profile.ts";
import type { BytesOptions, Orderer, ScanOrder, ScanStats, Scans } from "./scans.ts";

export interface ScansOptions extends Omit<JobDeps, "counted" | "threads" | "ruleSets"> {
  readonly ruleSets: JobDeps["ruleSets"] & {
    /** Tells of a name, without opening the set. */
    has(ref: string | undefined): boolean;
  } & Pick<RuleSets, "times">;
  readonly roots: Roots;
  /** Told of results that are not written to the journal. */
  readonly unwritten?: (result: readonly ScanEvent[]) => void;
  /** Scans that run at a time; by default MOST_RUNNING. */
  readonly mostRunning?: number;
  /** Scanning threads of each; by default one a core. */
  readonly threads?: number;
}

/** A scan keeps all cores at work; a second one lets a short scan pass a long one. */
const MOST_RUNNING = 2;
/** Orders that wait: beyond it clients are told to come later. */
const MOST_WAITING = 1_000;
/** Pause before a scan goes on that could not be written down: a full disk is not emptied at once. */
const RETRY_MS = 10_000;
/** Scans that are read of the journal at a time. */
const PAGE = 1_000;

/** A client's bytes are scanned while it waits, so some at a time. */
const BYTES_AT_ONCE = 2;
/** PATH_MAX of Linux. */
const MAX_NAME = 4_096;
const BYTES_WAITING = 64;

export function openScans(options: ScansOptions): Scans {
  return new QueuedScans(options);
}

class QueuedScans implements Scans {
  readonly #deps: JobDeps;
  readonly #counted = new CountedScans();
  readonly #times = new RuleTimes();
  readonly #waiting: ScanJob[] = [];
  readonly #running = new Map<ScanJob, Promise<void>>();
  readonly #bytes = new Turns("scans of bytes", BYTES_AT_ONCE, BYTES_WAITING);
  readonly #closing = new AbortController();
  readonly #later = new Set<ReturnType<typeof setTimeout>>();

  constructor(private readonly options: ScansOptions) {
    this.#deps = { ...options, threads: options.threads ?? defaultThreads(), counted: this.#counted };
  }

  submit(order: ScanOrder, { origin, key }: Orderer): ScanRecord {
    if (this.#closing.signal.aborted || this.#waiting.length >= MOST_WAITING)
      throw new ServiceError("busy", "too many scans wait: order it later");
    const places = placesOf(this.options.roots, order);
    requestOf(order, places); // throws what is wrong with it
    if (!this.options.ruleSets.has(order.ruleset))
      throw new ServiceError("not-found", "there is no such rule set");
    const record = this.#journal.create({
      origin,
      state: "waiting",
      request: { ...order },
      hidden: { ...places },
      ...(key !== undefined && { key }),
    });
    this.#enqueue(new ScanJob(record.id, order, places, undefined, this.#deps));
    return this.#journal.scan(record.id)!;
  }

  cancel(id: string): ScanRecord {
    const waiting = this.#waiting.findIndex((job) => job.id === id);
    if (waiting >= 0) this.#waiting.splice(waiting, 1);
    this.#runningJob(id)?.end(CANCELLED);
    // Where another program does the scan, its next line is refused.
    try {
      this.#journal.append(id, [], { state: "cancelled" });
    } catch (error) {
      if (!(error instanceof JournalError)) throw error;
      const { state } = this.#record(id);
      throw new ServiceError("conflict", `the scan is ${state} already`);
    }
    return this.#record(id);
  }

  async scanBytes(bytes: Uint8Array, options: BytesOptions, signal: AbortSignal): Promise<ScanEvent[]> {
    const { ruleset, filename = "content", explain = false, timeoutMs, maxStrings, archives = 0 } = options;
    if (filename.includes("\0") || filename === "" || filename.length > MAX_NAME)
      throw new ServiceError("invalid", `filename: 1 to ${MAX_NAME} characters without NUL are a name`);
    const either = AbortSignal.any([signal, this.#closing.signal]);
    return await this.#bytes.take(async () => {
      const ruleSet = await this.options.ruleSets.open(ruleset, explain);
      const { startThread } = this.options;
      const lines = runScan({
        ruleSet,
        content: { name: pathOf(filename), bytes },
        walk: { roots: [], exclude: [], maxSize: MAX_SIZE, maxDepth: 0, follow: false },
        threads: 1,
        timeoutMs: timeoutMs ?? TIMEOUT_MS,
        maxStrings: maxStrings ?? MAX_STRINGS,
        explain,
        archives: archiveLimits(archives),
        signal: either,
        ...(startThread && { startThread }),
      });
      const found: ScanEvent[] = [];
      for await (const line of lines) found.push(line);
      this.#counted.worked(1, bytes.length);
      this.options.unwritten?.(found);
      return found;
    }, either);
  }

  async ended(id: string, signal?: AbortSignal): Promise<ScanRecord> {
    for (;;) {
      const record = this.#record(id);
      if (record.state !== "waiting" && record.state !== "running") return record;
      const { promise, resolve } = Promise.withResolvers<void>();
      const off = this.#journal.onWritten(resolve);
      try {
        await orAborted(promise, signal);
      } finally {
        off();
      }
    }
  }

  filesDone(id: string): number | undefined {
    return this.#runningJob(id)?.filesDone;
  }

  resumeAll(): void {
    for (const { id, request } of this.#unfinished()) {
      const order = request as unknown as ScanOrder;
      const { hidden, checkpoint } = this.#journal.hidden(id)!;
      const places = hidden as OrderedPlaces;
      const before = (checkpoint ?? undefined) as Checkpoint | undefined;
      if (this.#baseOf(order) === places.base) {
        this.#enqueue(new ScanJob(id, order, places, before, this.#deps));
        continue;
      }
      const reason = `interrupted, and the root ${order.root} is no more what it was; order it again`;
      this.#journal.append(id, [], { state: "failed", reason });
    }
  }

  async stop(): Promise<void> {
    this.#closing.abort(INTERRUPTED);
    this.#waiting.length = 0;
    for (const timer of this.#later) clearTimeout(timer);
    const work = [...this.#running.values()];
    for (const job of this.#running.keys()) {
      try {
        job.end(INTERRUPTED);
      } catch (error) {
        this.#warn(job, error);
      }
    }
    await Promise.all(work);
  }

  ruleTimes(): readonly RuleTime[] {
    return this.#times.all();
  }

  stats(): ScanStats {
    return this.#counted.stats({ running: this.#running.size, waiting: this.#waiting.length });
  }

  get #journal(): Journal {
    return this.options.journal;
  }

  #runningJob(id: string): ScanJob | undefined {
    return [...this.#running.keys()].find((job) => job.id === id);
  }

  /** Lists scans that the gateway has left behind, oldest first. */
  #unfinished(): ScanRecord[] {
    const found: ScanRecord[] = [];
    for (const origin of ["gateway", "mcp"]) {
      let page: ScanRecord[] = [];
      do {
        const before = page.at(-1)?.id;
        const query = { states: ["waiting", "running"], origin, limit: PAGE } as const;
        page = this.#journal.scans({ ...query, ...(before !== undefined && { before }) });
        found.push(...page);
      } while (page.length === PAGE);
    }
    return found.toSorted((a, b) => (a.id < b.id ? -1 : 1));
  }

  #baseOf({ root }: ScanOrder): string | undefined {
    try {
      return this.options.roots.resolve(root, ".").base;
    } catch (error) {
      if (error instanceof ServiceError) return undefined;
      throw error;
    }
  }

  #record(id: string): ScanRecord {
    const record = this.#journal.scan(id);
    if (!record) throw new ServiceError("not-found", "there is no such scan");
    return record;
  }

  #enqueue(job: ScanJob): void {
    this.#waiting.push(job);
    this.#next();
  }

  #next(): void {
    const { mostRunning = MOST_RUNNING } = this.options;
    while (this.#running.size < mostRunning) {
      const job = this.#waiting.shift();
      if (!job) return;
      const work = job
        .run()
        .then(() => this.#profile(job))
        .catch((error: unknown) => {
          this.#warn(job, error);
          if (error instanceof StoreError) this.#retryLater(job);
        })
        .finally(() => {
          this.#running.delete(job);
          this.#next();
        });
      this.#running.set(job, work);
    }
  }

  /** Measures the rules of a scan that has ended well, if it was ordered so. Nothing of its result depends on it. */
  async #profile({ id, order, places }: ScanJob): Promise<void> {
    if (!order.options?.profile || this.#journal.scan(id)?.state !== "done") return;
    const { ruleSets, warn } = this.options;
    const { signal } = this.#closing;
    try {
      const isMeasured = await this.#times.measure(ruleSets, order, places, signal);
      if (!isMeasured) warn(`the rules of the scan ${id} were not measured: no file fits into the sample`);
    } catch (error) {
      if (!signal.aborted) warn(`the rules of the scan ${id} were not measured: ${String(error)}`);
    }
  }

  /** Goes on with a scan whose lines could not be written, from where they could be. */
  #retryLater({ id, order, places }: Pick<ScanJob, "id" | "order" | "places">): void {
    if (this.#closing.signal.aborted) return;
    const timer = setTimeout(() => {
      this.#later.delete(timer);
      try {
        const checkpoint = this.#journal.hidden(id)?.checkpoint ?? undefined;
        this.#enqueue(new ScanJob(id, order, places, checkpoint as Checkpoint | undefined, this.#deps));
      } catch (error) {
        if (!(error instanceof StoreError)) throw error;
        this.#retryLater({ id, order, places });
      }
    }, RETRY_MS);
    this.#later.add(timer);
  }

  #warn({ id }: ScanJob, error: unknown): void {
    this.options.warn(`the scan ${id} cannot be written down: ${String(error)}`);
  }
}
