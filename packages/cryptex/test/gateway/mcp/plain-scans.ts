/** A scan service of real scans, without a queue, for tests that have none of the gateway's. */

import type { Roots } from "../../../src/gateway/roots.ts";
import type { RuleSets } from "../../../src/gateway/rule-sets.ts";
import type { ScanOrder, Scans } from "../../../src/gateway/scans/scans.ts";
import { ServiceError } from "../../../src/gateway/service-error.ts";
import type { Journal, ScanRecord } from "../../../src/results/journal.ts";
import type { ScanEvent } from "../../../src/scan-runner/events.ts";
import { runScan } from "../../../src/scan-runner/runner.ts";
import { MAX_SIZE } from "../../../src/scan-runner/walk.ts";

export class PlainScans implements Scans {
  readonly #running = new Map<string, { controller: AbortController; ended: Promise<void> }>();

  constructor(private readonly services: { journal: Journal; roots: Roots; ruleSets: RuleSets }) {}

  submit(order: ScanOrder, { origin }: { origin: "gateway" | "mcp" }): ScanRecord {
    const places = order.paths.map((path) => this.services.roots.resolve(order.root, path));
    const record = this.services.journal.create({ origin, state: "waiting", request: { ...order } });
    const controller = new AbortController();
    const ended = this.#run(record.id, order, places, controller.signal);
    this.#running.set(record.id, { controller, ended });
    return record;
  }

  async #run(
    id: string,
    { ruleset, options = {} }: ScanOrder,
    places: { base: string; path: string }[],
    signal: AbortSignal,
  ) {
    const { journal, ruleSets } = this.services;
    try {
      const ruleSet = await ruleSets.open(ruleset);
      const {
        exclude = [],
        maxSize = MAX_SIZE,
        recursive = 1e9,
        timeoutMs = 60_000,
        maxStrings = 100,
      } = options;
      const roots = places.map(({ path }) => Buffer.from(path).toString("latin1"));
      const walk = { roots, exclude, maxSize, maxDepth: recursive, follow: false };
      const base = `${places[0]!.base}/`;
      for await (const event of runScan({ ruleSet, walk, timeoutMs, maxStrings, threads: 1, signal })) {
        journal.append(id, [below(base, event)]);
      }
    } catch (error) {
      const state = signal.aborted ? "cancelled" : "failed";
      journal.append(id, [], { state, ...(state === "failed" && { reason: String(error) }) });
    }
  }

  cancel(id: string): ScanRecord {
    const { state } = this.services.journal.scan(id)!;
    if (state !== "waiting" && state !== "running") throw new ServiceError("conflict", "it has ended");
    this.#running.get(id)!.controller.abort(new Error("cancelled"));
    return this.services.journal.scan(id)!;
  }

  async ended(id: string): Promise<ScanRecord> {
    await this.#running.get(id)!.ended;
    return this.services.journal.scan(id)!;
  }

  scanBytes(): Promise<ScanEvent[]> {
    throw new Error("no tool scans bytes");
  }

  async stop(): Promise<void> {
    for (const { controller } of this.#running.values()) controller.abort(new Error("stopped"));
    await Promise.all([...this.#running.values()].map(({ ended }) => ended));
  }
}

function below(base: string, event: ScanEvent): ScanEvent {
  return "path" in event && event.path?.startsWith(base)
    ? { ...event, path: event.path.slice(base.length) }
    : event;
}
