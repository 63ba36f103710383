/** The queue of scans: few run at a time, some may wait, and what was interrupted goes on. */
import { orAborted } from "#kit/abort.ts";
import type { Journal, ScanRecord } from "../../results/journal.ts";
import type { ScanEvent } from "../../scan-runner/events.ts";
import { defaultThreads, runScan } from "../../scan-runner/runner.ts";
import { MAX_SIZE } from "../../scan-runner/walk.ts";
import type { Roots } from "../roots.ts";
import { ServiceError } from "../service-error.ts";
import { Turns } from "../turns.ts";
import { bytesSource } from "./bytes-source.ts";
import { CountedScans } from "./counted.ts";
import { CANCELLED, INTERRUPTED, type JobDeps, ScanJob } from "./job.ts";
import { archiveLimits, MAX_STRINGS, type OrderedPlaces, requestOf, TIMEOUT_MS } from "./order.ts";
import type { BytesOptions, Orderer, ScanOrder, ScanStats, Scans } from "./scans.ts";

export interface ScansOptions extends Omit<JobDeps, "counted" | "threads" | "ruleSets"> {
  readonly ruleSets: JobDeps["ruleSets"] & {
    /** Tells of a name, without opening the set. */
    has(ref: string | undefined): boolean;
  };
  readonly roots: Roots;
  /** Scans that run at a time; by default MOST_RUNNING. */
  readonly mostRunning?: number;
  /** Scanning threads of each; by default one a core. */
  readonly threads?: number;
  /** Told of a failure that no client hears of. */
  readonly warn: (message: string) => void;
}

/** A scan keeps all cores at work; a second one lets a short scan pass a long one. */
const MOST_RUNNING = 2;
/** Orders that wait: beyond it clients are told to come later. */
const MOST_WAITING = 1_000;

/** A client's bytes are scanned while it waits, so some at a time. */
const BYTES_AT_ONCE = 2;
const BYTES_WAITING = 64;

export function openScans(options: ScansOptions): Scans {
  return new QueuedScans(options);
}

class QueuedScans implements Scans {
  readonly #deps: JobDeps;
  readonly #counted = new CountedScans();
  readonly #waiting: ScanJob[] = [];
  readonly #running = new Map<ScanJob, Promise<void>>();
  readonly #bytes = new Turns("scans of bytes", BYTES_AT_ONCE, BYTES_WAITING);
  readonly #closing = new AbortController();

  constructor(private readonly options: ScansOptions) {
    this.#deps = { ...options, threads: options.threads ?? defaultThreads(), counted: this.#counted };
  }

  submit(order: ScanOrder, { origin, key }: Orderer): ScanRecord {
    if (this.#closing.signal.aborted || this.#waiting.length >= MOST_WAITING)
      throw new ServiceError("busy", "too many scans wait: order it later");
    const places = this.#placesOf(order);
    requestOf(order, places); // throws what is wrong with it
    if (!this.options.ruleSets.has(order.ruleset))
      throw new ServiceError("not-found", "there is no such rule set");
    const record = this.#journal.create({
      origin,
      state: "waiting",
      request: { ...order },
      hidden: { ...places, process: process.pid },
      ...(key !== undefined && { key }),
    });
    this.#enqueue(new ScanJob(record.id, order, places, this.#deps));
    return this.#journal.scan(record.id)!;
  }

  cancel(id: string): ScanRecord {
    const record = this.#record(id);
    if (record.state !== "waiting" && record.state !== "running")
      throw new ServiceError("conflict", `the scan is ${record.state} already`);
    const waiting = this.#waiting.findIndex((job) => job.id === id);
    if (waiting >= 0) {
      this.#waiting.splice(waiting, 1);
      this.#journal.append(id, [], { state: "cancelled" });
      this.#counted.ended("cancelled");
      return this.#record(id);
    }
    const running = [...this.#running.keys()].find((job) => job.id === id);
    if (!running) throw new ServiceError("conflict", "another program does this scan: cancel it there");
    running.end(CANCELLED);
    return this.#record(id);
  }

  async scanBytes(bytes: Uint8Array, options: BytesOptions, signal: AbortSignal): Promise<ScanEvent[]> {
    const { ruleset, filename = "content", explain = false, timeoutMs, maxStrings, archives = 0 } = options;
    const either = AbortSignal.any([signal, this.#closing.signal]);
    return await this.#bytes.take(async () => {
      const ruleSet = await this.options.ruleSets.open(ruleset, explain);
      const { startThread } = this.options;
      const lines = runScan({
        ruleSet,
        source: bytesSource(bytes, filename),
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
      for await (const line of lines) {
        this.#counted.line(line);
        found.push(line);
      }
      this.#counted.worked(1, bytes.length);
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

  resumeAll(): void {
    for (const record of this.#unfinished()) {
      const order = record.request as unknown as ScanOrder;
      const hidden = this.#journal.hidden(record.id)?.hidden as OrderedPlaces;
      if (this.#baseOf(order) === hidden.base) {
        this.#enqueue(new ScanJob(record.id, order, hidden, this.#deps));
        continue;
      }
      const reason = `interrupted, and the root ${order.root} is no more what it was`;
      this.#journal.append(record.id, [], { state: "failed", reason });
      this.#counted.ended("failed");
    }
  }

  async stop(): Promise<void> {
    this.#closing.abort(INTERRUPTED);
    this.#waiting.length = 0;
    for (const job of this.#running.keys()) job.end(INTERRUPTED);
    await Promise.all(this.#running.values());
  }

  stats(): ScanStats {
    return this.#counted.stats({ running: this.#running.size, waiting: this.#waiting.length });
  }

  get #journal(): Journal {
    return this.options.journal;
  }

  /** Lists scans that the gateway has left behind, oldest first. */
  #unfinished(): ScanRecord[] {
    const states = ["waiting", "running"] as const;
    return this.#journal.scans({ states, origin: "gateway", limit: 2 * MOST_WAITING }).reverse();
  }

  /** @throws ServiceError "not-found" */
  #placesOf({ root, paths }: ScanOrder): OrderedPlaces {
    const found = paths.map((path) => this.options.roots.resolve(root, path));
    return { base: found[0]!.base, paths: found.map(({ path }) => path) };
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
    const { mostRunning = MOST_RUNNING, warn } = this.options;
    while (this.#running.size < mostRunning) {
      const job = this.#waiting.shift();
      if (!job) return;
      const work = job
        .run()
        .catch((error: unknown) => warn(`the scan ${job.id} cannot be written down: ${String(error)}`))
        .finally(() => {
          this.#running.delete(job);
          this.#next();
        });
      this.#running.set(job, work);
    }
  }
}
