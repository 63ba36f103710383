/** Keeps what was sent while somebody watched, for those who come later: a page that is loaded anew goes on where it was. */
import type { Snapshot } from "../../pool/snapshot.ts";
import { type CreditSample, recorded } from "./dashboard/credit-history.ts";
import type { Failure } from "./dashboard/messages.ts";
import { MAX_FAILURES } from "./dashboard/model.ts";

/** As the event "history" has it. */
export interface HistoryData {
  /** Sources that were credited something. */
  readonly sources: readonly string[];
  /** Oldest first: the pool's uptime in milliseconds, then bits a second of each of these sources. */
  readonly credit: readonly (readonly number[])[];
  /** Newest first. */
  readonly failures: readonly Failure[];
}

export class FeedHistory {
  #credit: readonly CreditSample[] = [];
  #failures: readonly Failure[] = [];

  get isEmpty(): boolean {
    return this.#credit.length === 0 && this.#failures.length === 0;
  }

  note(snapshot: Snapshot): void {
    this.#credit = recorded(this.#credit, snapshot);
  }

  noteFailure({ id, reason }: { readonly id: string; readonly reason: string }, atMs: number): void {
    this.#failures = [{ id, reason, atMs }, ...this.#failures].slice(0, MAX_FAILURES);
  }

  toJSON(): HistoryData {
    const sources = [...new Set(this.#credit.flatMap(({ bitsPerSecond }) => [...bitsPerSecond.keys()]))];
    const credit = this.#credit.map(({ atMs, bitsPerSecond }) => [
      atMs,
      ...sources.map((id) => Math.round(bitsPerSecond.get(id) ?? 0)),
    ]);
    return { sources, credit, failures: this.#failures };
  }
}
