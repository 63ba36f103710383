/** Keeps gap reports between runs. Code bases are told apart by the real paths of their folders. */
import type { Counts, Facts, GapReport } from "./gap-report.ts";

export interface KeptReport {
  /** ISO 8601, UTC. */
  readonly at: string;
  /** As files say it, without what was set by hand. */
  readonly report: GapReport;
}

export interface GapPoint {
  /** ISO 8601, UTC: since when the counts were these. */
  readonly at: string;
  readonly counts: Counts;
}

/** Status that an entry of the dictionary is to have by the report. */
export type LinkedStatus = "ported" | "legacy";

export interface GapStore {
  last(root: string): KeptReport | undefined;
  /** Replaces the last report; where counts have changed, adds a point. */
  keep(root: string, report: GapReport): void;
  /** Lists points, the oldest first. */
  history(root: string): GapPoint[];
  /** Lists what was set by hand, by component. */
  facts(root: string): ReadonlyMap<string, Facts>;
  /** Sets what is given; null takes it back. */
  setFacts(root: string, component: string, facts: Facts): void;
  /**
   * Remembers which status an entry is to have. Calls `change` where it was another one before, in one transaction with that.
   * @param status null: the report says none, and nothing is changed
   * @param change returns false where it changed nothing, which is to be tried again
   */
  settle(root: string, codename: string, status: LinkedStatus | null, change: () => boolean): void;
  /** Forgets which status other entries were to have: they are not linked any more. */
  settleOnly(root: string, codenames: readonly string[]): void;
}
