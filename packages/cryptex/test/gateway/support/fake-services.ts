/** Services that are other rooms' to test: scans that end when they are told to, a gap report of two components, triggers in memory. */

import { countsOf, type GapComponent, type GapReport } from "../../../src/gap/gap-report.ts";
import type { GapService } from "../../../src/gap/gap-service.ts";
import type { Roots } from "../../../src/gateway/roots.ts";
import type { BytesOptions, Orderer, ScanOrder, ScanStats, Scans } from "../../../src/gateway/scans/scans.ts";
import { ServiceError } from "../../../src/gateway/service-error.ts";
import type { MadeTrigger, Trigger, TriggerOrder, Triggers } from "../../../src/gateway/triggers/triggers.ts";
import type { Journal, ScanRecord } from "../../../src/results/journal.ts";
import type { ScanEvent } from "../../../src/scan-runner/events.ts";

export class FakeScans implements Scans {
  isBusy = false;
  readonly bytes: { readonly size: number; readonly options: BytesOptions }[] = [];

  constructor(
    private readonly journal: Journal,
    private readonly roots: Roots,
  ) {}

  submit(order: ScanOrder, { origin, key }: Orderer): ScanRecord {
    for (const path of order.paths) this.roots.resolve(order.root, path);
    if (this.isBusy) throw new ServiceError("busy", "too many scans wait");
    return this.journal.create({
      origin,
      state: "waiting",
      request: { ...order },
      hidden: { base: "/host/path" },
      ...(key !== undefined && { key }),
    });
  }

  cancel(id: string): ScanRecord {
    const { state } = this.journal.scan(id)!;
    if (state !== "waiting" && state !== "running") throw new ServiceError("conflict", "the scan has ended");
    this.journal.append(id, [], { state: "cancelled" });
    return this.journal.scan(id)!;
  }

  async scanBytes(bytes: Uint8Array, options: BytesOptions): Promise<ScanEvent[]> {
    this.bytes.push({ size: bytes.length, options });
    return RESULT;
  }

  async ended(id: string): Promise<ScanRecord> {
    return this.journal.scan(id)!;
  }

  resumeAll(): void {}
  async stop(): Promise<void> {}

  filesDone(): undefined {}

  ruleTimes(): [] {
    return [];
  }

  stats(): ScanStats {
    return { running: 1, waiting: 2, files: 6, bytes: 7, seconds: 8.5 };
  }
}

export const START: ScanEvent = {
  type: "start",
  schema: 1,
  ruleset: { digest: `sha256:${"0".repeat(64)}` },
  rules: 1,
  engines: [{ name: "libyara", version: "4.5.5", digest: "0".repeat(64) }],
};

export function matchOf(path: string): ScanEvent {
  return {
    ...{ type: "match", path, sha256: "a".repeat(64), size: 4, rule: "r", namespace: "default", tags: [] },
    ...{ meta: [], strings: [{ id: "$a", offset: 0, length: 1, data: "\\x1B" }], engine: "libyara" },
  };
}

export const END: ScanEvent = {
  ...{ type: "end", complete: true, scanned: 1, clean: 0, matched: 1, matches: 1, skipped: 0, errors: 0 },
};

const RESULT: ScanEvent[] = [START, matchOf("sample"), END];

const NONE = { pending: 0, in_progress: 0, done: 0, stale: 0, excluded: 0, problems: 0 };

const COMPONENT: GapComponent = {
  component: "",
  language: "C",
  port_status: "pending",
  rust_status: "pending",
  responsible: null,
  linked_cryptex: null,
  evidence: [],
  suggestions: [],
  sha256: null,
};

export class FakeGap implements GapService {
  isThere = true;
  #components: GapComponent[] = [
    { ...COMPONENT, component: "src/a.c", responsible: "Ann" },
    {
      ...COMPONENT,
      component: "src/b.c",
      port_status: "done",
      rust_status: "done",
      linked_cryptex: "Lamp-Open",
    },
  ];

  report(): GapReport {
    if (!this.isThere) throw new ServiceError("not-found", "no gap root is set");
    const report = {
      schema: 1,
      root: "code",
      components: this.#components,
      excluded: [],
      problems: [],
    } as const;
    return { ...report, counts: countsOf(report) };
  }

  async scan(): Promise<GapReport> {
    return this.report();
  }

  set(component: string, changes: Parameters<GapService["set"]>[1]): GapComponent {
    const found = this.#components.find((each) => each.component === component);
    if (!found) throw new ServiceError("not-found", "there is no such component");
    const changed = { ...found, ...changes };
    this.#components = this.#components.map((each) => (each === found ? changed : each));
    return changed;
  }

  history() {
    return [{ at: "2026-01-01T00:00:00.000Z", counts: { ...NONE, pending: 2 } }];
  }
}

export class FakeTriggers implements Triggers {
  readonly #triggers = new Map<string, Trigger>();

  list(): Trigger[] {
    return [...this.#triggers.values()];
  }

  get(id: string): Trigger {
    const found = this.#triggers.get(id);
    if (!found) throw new ServiceError("not-found", "there is no such trigger");
    return found;
  }

  add({ url, types = ["match"], scan, rule, tag, secret }: TriggerOrder): MadeTrigger {
    if (!url.startsWith("https://")) throw new ServiceError("invalid", "url: this address may not be asked");
    const trigger: Trigger = {
      ...{
        id: `t${this.#triggers.size + 1}`,
        url,
        types,
        scan: scan ?? null,
        rule: rule ?? null,
        tag: tag ?? null,
      },
      ...{ createdAt: "2026-01-01T00:00:00.000Z", delivered: 0, failed: 0, waiting: 0, lastError: null },
      paused: null,
    };
    this.#triggers.set(trigger.id, trigger);
    return secret === undefined ? { ...trigger, secret: "made-here-0123456789" } : trigger;
  }

  remove(id: string): void {
    this.get(id);
    this.#triggers.delete(id);
  }

  async test(id: string) {
    this.get(id);
    return { delivered: true, status: 204, error: null };
  }

  start(): void {}
  async stop(): Promise<void> {}
}
