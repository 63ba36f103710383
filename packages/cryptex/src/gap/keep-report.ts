/**
 * Keeps a report, and has the dictionary follow it: entries become `ported` where all components that they are linked to are done, `legacy`
 * where all are pending. Each is set once, when the components have come there: what people say afterwards stays.
 */
import type { Dictionary } from "../dictionary/dictionary.ts";
import type { Status } from "../dictionary/entry.ts";
import { type GapReport, type PortStatus, reportDigest, withFacts } from "./gap-report.ts";
import type { GapStore, LinkedStatus } from "./gap-store.ts";

/** Who changes them, in the history. */
export const AUTHOR = "gap scan";

/** Statuses that only people give, and take back. */
const OF_PEOPLE: readonly Status[] = ["stable", "experimental", "deprecated"];

const LINKED: Readonly<Partial<Record<PortStatus, LinkedStatus>>> = { done: "ported", pending: "legacy" };

export interface ChangedEntry {
  readonly codename: string;
  readonly status: LinkedStatus;
  readonly revision: number;
}

/** An entry that stays as it is. */
export interface LeftEntry {
  readonly codename: string;
  readonly reason: string;
}

export interface LinkedOutcome {
  readonly changed: readonly ChangedEntry[];
  readonly left: readonly LeftEntry[];
}

interface Holders {
  readonly dictionary: Dictionary;
  readonly store: GapStore;
}

export interface Kept {
  /** With what people set. */
  readonly report: GapReport;
  /** It differs from the one that was kept before. */
  readonly isChanged: boolean;
  readonly linked: LinkedOutcome;
}

/** @param root real path of the code base @param made as files say it */
export function keepReport(root: string, made: GapReport, holders: Holders): Kept {
  const { store } = holders;
  const before = store.last(root);
  store.keep(root, made);
  const report = withFacts(made, store.facts(root));
  const isChanged = before === undefined || reportDigest(before.report) !== reportDigest(made);
  return { report, isChanged, linked: updateLinked(root, report, holders) };
}

/** Changes each entry in a transaction of its own. */
export function updateLinked(root: string, report: GapReport, { dictionary, store }: Holders): LinkedOutcome {
  const changed: ChangedEntry[] = [];
  const left: LeftEntry[] = [];
  const linked = report.components.filter(({ linked_cryptex }) => linked_cryptex !== null);
  const byEntry = Map.groupBy(linked, ({ linked_cryptex }) => linked_cryptex!);
  for (const [codename, components] of byEntry) {
    const status = statusBy(components.map(({ port_status }) => port_status));
    store.settle(root, codename, status, () => {
      const outcome = follow(dictionary, codename, status!);
      if ("reason" in outcome) left.push({ codename, ...outcome });
      else if (outcome.isChanged) changed.push({ codename, status: status!, revision: outcome.revision });
      return !("reason" in outcome);
    });
  }
  store.settleOnly(root, [...byEntry.keys()]);
  return { changed, left };
}

/** One entry may stand for several components. */
function statusBy(statuses: readonly PortStatus[]): LinkedStatus | null {
  const [first, ...others] = new Set(statuses);
  return others.length > 0 ? null : (LINKED[first!] ?? null);
}

function follow(
  dictionary: Dictionary,
  codename: string,
  status: LinkedStatus,
): { readonly reason: string } | { readonly isChanged: boolean; readonly revision: number } {
  const before = dictionary.get(codename);
  if (before === undefined) return { reason: "there is no such entry" };
  if (OF_PEOPLE.includes(before.status)) {
    return { reason: `people set its status, ${before.status}: by the report it would be ${status}` };
  }
  const { revision } = dictionary.edit(codename, { status }, { who: AUTHOR, revision: before.revision });
  return { isChanged: revision !== before.revision, revision };
}
