/** Faults of a dictionary as a whole, and what is likely to be one. */
import { componentsOf, type Graph } from "#kit/graph/graph.ts";
import type { StoredEntry } from "./dictionary.ts";

export type Severity = "error" | "warning" | "hint";

export interface Finding {
  readonly severity: Severity;
  /** Stays the same from version to version. */
  readonly code:
    | "unknown-dependency"
    | "circle"
    | "look-alike"
    | "same-part"
    | "behind"
    | "no-summary"
    | "no-symbol";
  readonly codename: string;
  /** Others that it is about. */
  readonly others: readonly string[];
  readonly words: string;
}

export interface CheckOptions {
  /** Takes unknown dependencies for errors. */
  readonly strict?: boolean;
}

/** @param entries all of them */
export function checkDictionary(
  entries: readonly StoredEntry[],
  { strict = false }: CheckOptions = {},
): Finding[] {
  const byName = new Map(entries.map((entry) => [entry.codename, entry]));
  return [
    ...unknown(entries, byName, strict ? "error" : "warning"),
    ...circles(entries, byName),
    ...lookAlikes(entries),
    ...sameParts(entries),
    ...behind(entries, byName),
    ...silent(entries),
  ];
}

type ByName = ReadonlyMap<string, StoredEntry>;

function unknown(entries: readonly StoredEntry[], byName: ByName, severity: Severity): Finding[] {
  return entries.flatMap(({ codename, deps }) =>
    deps
      .filter((dep) => !byName.has(dep))
      .map((dep) => ({
        severity,
        code: "unknown-dependency",
        codename,
        others: [dep],
        words: `needs ${dep}, and there is no such entry`,
      })),
  );
}

/** Finds entries that need each other, or themselves: a finding for each group of them. */
function circles(entries: readonly StoredEntry[], byName: ByName): Finding[] {
  const component = componentsOf(knownGraph(entries, byName));
  const groups = Map.groupBy(entries, ({ codename }) => component.get(codename)!);
  return [...groups.values()].flatMap((group) => {
    const first = group[0]!;
    if (group.length === 1) {
      return first.deps.includes(first.codename) ? [circleFinding(first.codename, [], "needs itself")] : [];
    }
    const way = shortestCircle(first, byName);
    const rest = group.length > way.length ? `; ${group.length} entries need each other in all` : "";
    const words = `needs itself by way of others: ${[...way, first.codename].join(" → ")}${rest}`;
    return [
      circleFinding(
        first.codename,
        group.slice(1).map(({ codename }) => codename),
        words,
      ),
    ];
  });
}

function circleFinding(codename: string, others: readonly string[], words: string): Finding {
  return { severity: "warning", code: "circle", codename, others, words };
}

function knownGraph(entries: readonly StoredEntry[], byName: ByName): Graph {
  return {
    title: "",
    nodes: entries.map(({ codename }) => ({ id: codename, label: codename })),
    edges: entries.flatMap(({ codename, deps }) =>
      deps.filter((dep) => byName.has(dep)).map((to) => ({ from: codename, to })),
    ),
  };
}

/** Walks from an entry to itself, which can be done. @returns codenames on the way, the entry's first */
function shortestCircle(start: StoredEntry, byName: ByName): string[] {
  const cameFrom = new Map<string, string>();
  let level = [start.codename];
  while (level.length > 0) {
    const next: string[] = [];
    for (const name of level) {
      for (const dep of byName.get(name)!.deps) {
        if (dep === start.codename) return wayTo(name, start.codename, cameFrom);
        if (!byName.has(dep) || cameFrom.has(dep)) continue;
        cameFrom.set(dep, name);
        next.push(dep);
      }
    }
    level = next;
  }
  return [start.codename];
}

function wayTo(end: string, start: string, cameFrom: ReadonlyMap<string, string>): string[] {
  const way = [end];
  while (way[0] !== start) way.unshift(cameFrom.get(way[0]!)!);
  return way;
}

/** Codenames that people take for one: in other cases, or in characters that look the same (Unicode's NFKC). */
function lookAlikes(entries: readonly StoredEntry[]): Finding[] {
  return grouped(entries, ({ codename }) => codename.normalize("NFKC").toLowerCase()).map((group) =>
    finding("warning", "look-alike", group, (others) => `is easily taken for ${others}`),
  );
}

function sameParts(entries: readonly StoredEntry[]): Finding[] {
  const placed = entries.filter(({ symbol, location }) => symbol !== "" && location !== "");
  return grouped(placed, ({ symbol, location, signature }) => [symbol, location, signature].join("\0")).map(
    (group) =>
      finding("warning", "same-part", group, (others) => `is about the same part of the code as ${others}`),
  );
}

/** A part that is said to be ported, and stands on one that is not. */
function behind(entries: readonly StoredEntry[], byName: ByName): Finding[] {
  const isDone = ({ status }: StoredEntry) => status === "ported" || status === "stable";
  return entries.filter(isDone).flatMap(({ codename, status, deps }) => {
    const old = deps.filter((dep) => ["legacy", "in_progress"].includes(byName.get(dep)?.status ?? ""));
    if (old.length === 0) return [];
    const words = `is ${status}, and needs what is not yet: ${old.join(", ")}`;
    return [{ severity: "hint", code: "behind", codename, others: old, words }];
  });
}

function silent(entries: readonly StoredEntry[]): Finding[] {
  return entries.flatMap(({ codename, summary, symbol }) => {
    const hint = (code: Finding["code"], words: string): Finding[] => [
      { severity: "hint", code, codename, others: [], words },
    ];
    return [
      ...(symbol === "" ? hint("no-symbol", "has no symbol") : []),
      ...(summary === "" ? hint("no-summary", "has no summary") : []),
    ];
  });
}

function grouped(
  entries: readonly StoredEntry[],
  key: (entry: StoredEntry) => string,
): (readonly StoredEntry[])[] {
  return [...Map.groupBy(entries, key).values()].filter(({ length }) => length > 1);
}

function finding(
  severity: Severity,
  code: Finding["code"],
  [first, ...rest]: readonly StoredEntry[],
  words: (others: string) => string,
): Finding {
  const others = rest.map(({ codename }) => codename);
  return { severity, code, codename: first!.codename, others, words: words(others.join(", ")) };
}
