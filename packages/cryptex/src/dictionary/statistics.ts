/** Counts of a dictionary. */
import type { StoredEntry } from "./dictionary.ts";
import { STATUSES, type Status } from "./entry.ts";

export interface DictionaryStatistics {
  readonly entries: number;
  readonly statuses: Readonly<Record<Status, number>>;
  /** Counts by value, the most frequent first; "" are those that do not say. */
  readonly kinds: readonly Counted[];
  readonly owners: readonly Counted[];
  readonly risks: readonly Counted[];
  readonly tags: readonly Counted[];
  /** Entries that have a text there. */
  readonly described: { readonly summary: number; readonly pseudocode: number; readonly signature: number };
  readonly dependencies: number;
  readonly unknown_dependencies: number;
  /** Those that most others need. */
  readonly most_needed: readonly Counted[];
}

export interface Counted {
  readonly value: string;
  readonly count: number;
}

const MOST_NEEDED = 10;

export function statisticsOf(entries: readonly StoredEntry[]): DictionaryStatistics {
  const names = new Set(entries.map(({ codename }) => codename));
  const deps = entries.flatMap((entry) => entry.deps);
  const having = (field: "summary" | "pseudocode" | "signature") =>
    entries.filter((entry) => entry[field] !== "").length;
  return {
    entries: entries.length,
    statuses: Object.fromEntries(
      STATUSES.map((status) => [status, entries.filter((entry) => entry.status === status).length]),
    ) as Record<Status, number>,
    kinds: counted(entries.map(({ kind }) => kind)),
    owners: counted(entries.map(({ owner }) => owner)),
    risks: counted(entries.map(({ risk }) => risk)),
    tags: counted(entries.flatMap(({ tags }) => tags)),
    described: {
      summary: having("summary"),
      pseudocode: having("pseudocode"),
      signature: having("signature"),
    },
    dependencies: deps.length,
    unknown_dependencies: deps.filter((dep) => !names.has(dep)).length,
    most_needed: counted(deps.filter((dep) => names.has(dep))).slice(0, MOST_NEEDED),
  };
}

function counted(values: readonly string[]): Counted[] {
  const counts = new Map<string, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts]
    .map(([value, count]) => ({ value, count }))
    .sort((a, b) => b.count - a.count || (a.value < b.value ? -1 : 1));
}
