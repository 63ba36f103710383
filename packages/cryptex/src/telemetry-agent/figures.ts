/**
 * Figures of results, counted from what is written to the journal since the program was started, by whatever program: scans of the gateway
 * and of agents, and what was collected; and of bytes that clients have scanned. /metrics and OpenTelemetry show the same ones.
 */
import { setImmediate } from "node:timers/promises";
import { visible } from "#kit/format/visible.ts";
import type { Metric, MetricSample } from "#kit/http/metrics-text.ts";
import { type Journal, type JournalLine, SCAN_STATES } from "../results/journal.ts";
import type { EndEvent, ScanEvent } from "../scan-runner/events.ts";
import { FrequentNames } from "./frequent-names.ts";

export interface FigureSources {
  readonly journal: Journal;
  /** Time of rules, each by itself, where that was measured. */
  readonly ruleTimes?: () => Iterable<{ readonly rule: string; readonly secondsPerMib: number }>;
}

/** Series of one figure: a store of series suffers from more than a few hundred (https://prometheus.io/docs/practices/naming/#labels). */
const MOST_RULES = 100;
const MOST_REASONS = 20;
/** Characters of a label: reasons may hold paths. */
const MOST_LABEL = 100;
/** Stands for all beyond those. No rule has this name: none begins with a bracket. */
const OTHERS = "(other)";

/** Lines that are read at a time, and the characters in them: a millisecond or two. */
const PAGE = { limit: 500, most: 2 ** 20 };
/** Pause between readings, so that none of them is long, and no line is removed before it was counted. */
const READ_MS = 2_000;

const TYPES = ["scan", "match", "error", "end", "trigger"];

export class Figures implements Disposable {
  readonly #rules = new FrequentNames(MOST_RULES);
  readonly #reasons = new FrequentNames(MOST_REASONS);
  readonly #scans: Record<string, number> = {};
  readonly #files = { clean: 0, matched: 0 };
  readonly #deliveries: Record<string, number> = {};
  #skipped = 0;
  #seq: number;
  #reading: Promise<void> | undefined;
  readonly #timer: NodeJS.Timeout;

  constructor(private readonly sources: FigureSources) {
    this.#seq = sources.journal.bounds().last;
    // A store that fails is named by those who ask for figures.
    this.#timer = setInterval(() => this.#catchUp().catch(() => undefined), READ_MS);
    this.#timer.unref();
  }

  /** Counts a whole result that does not get into the journal. */
  add(result: readonly ScanEvent[]): void {
    for (const line of result) this.#count(line.type, line);
  }

  /** Returns the figures as they are now. @throws StoreError */
  async metrics(): Promise<Metric[]> {
    await this.#catchUp();
    return [...this.#ofResults(), ...this.#ofRules()];
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }

  #catchUp(): Promise<void> {
    this.#reading ??= this.#read().finally(() => {
      this.#reading = undefined;
    });
    return this.#reading;
  }

  async #read(): Promise<void> {
    const { journal } = this.sources;
    for (const { last } = journal.bounds(); this.#seq < last; ) {
      const lines = journal.read({ after: this.#seq, types: TYPES, ...PAGE });
      for (const { type, data } of lines) this.#count(type, data);
      this.#seq = lines.at(-1)?.seq ?? last;
      await setImmediate();
    }
  }

  #count(type: string, line: object): void {
    const data = line as JournalLine["data"];
    if (type === "match") this.#rules.add(labelOf(data["rule"]));
    else if (type === "error") this.#reasons.add(labelOf(data["reason"]));
    else if (type === "end") {
      const end = line as EndEvent;
      this.#files.clean += end.clean;
      this.#files.matched += end.matched;
      this.#skipped += end.skipped;
    } else if (type === "scan" || type === "trigger") {
      const counts = type === "scan" ? this.#scans : this.#deliveries;
      const state = String(data["state"]);
      counts[state] = (counts[state] ?? 0) + 1;
    }
  }

  #ofResults(): Metric[] {
    const { clean, matched } = this.#files;
    return [
      counter("results_total", "Scans and collected results, by the state that they came to", [
        ...SCAN_STATES.map((state): MetricSample => [{ state }, this.#scans[state] ?? 0]),
      ]),
      counter("result_files_total", "Files of results that are whole, by outcome", [
        [{ outcome: "clean" }, clean],
        [{ outcome: "matched" }, matched],
      ]),
      counter("result_skipped_total", "Skip lines of results that are whole", [[{}, this.#skipped]]),
      counter("result_matches_total", `Matches by rule; ${OTHERS} are all but the most frequent ones`, [
        ...samplesOf("rule", this.#rules),
      ]),
      counter("result_errors_total", `Files not wholly evaluated, by reason; ${OTHERS} are the seldom ones`, [
        ...samplesOf("reason", this.#reasons),
      ]),
      counter("trigger_deliveries_total", "Deliveries of triggers", [
        ...["delivered", "failed"].map((state): MetricSample => [{ state }, this.#deliveries[state] ?? 0]),
      ]),
    ];
  }

  #ofRules(): Metric[] {
    const times = [...(this.sources.ruleTimes?.() ?? [])].sort((a, b) => b.secondsPerMib - a.secondsPerMib);
    if (times.length === 0) return [];
    const dearest = times.slice(0, MOST_RULES);
    const rest = times.slice(MOST_RULES).reduce((sum, { secondsPerMib }) => sum + secondsPerMib, 0);
    const samples = dearest.map(
      ({ rule, secondsPerMib }): MetricSample => [{ rule: labelOf(rule) }, secondsPerMib],
    );
    const help = `Processor time of rules, each by itself, for a MiB of a sample; ${OTHERS} are all but the dearest ones`;
    return [gauge("rule_seconds_per_mib", help, [...samples, [{ rule: OTHERS }, rest]])];
  }
}

function labelOf(text: unknown): string {
  const label = visible(String(text));
  return label.length > MOST_LABEL ? `${label.slice(0, MOST_LABEL)}…` : label;
}

function samplesOf(label: string, names: FrequentNames): MetricSample[] {
  const own = [...names.counts].map(([name, count]): MetricSample => [{ [label]: name }, count]);
  return [...own, [{ [label]: OTHERS }, names.others]];
}

function counter(name: string, help: string, samples: readonly MetricSample[]): Metric {
  return { name, type: "counter", help, samples };
}

function gauge(name: string, help: string, samples: readonly MetricSample[]): Metric {
  return { name, type: "gauge", help, samples };
}
