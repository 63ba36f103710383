/** The graph of what entries need: all of it, or what hangs together with some. */
import type { Graph, GraphEdge, GraphNode } from "#kit/graph/graph.ts";
import type { StoredEntry } from "./dictionary.ts";

export interface GraphQuery {
  /** Where to begin; without any, all entries that need something or are needed. */
  readonly codenames: readonly string[];
  /** Follows what needs them as well. */
  readonly back: boolean;
  /** Steps from the beginning. */
  readonly depth: number;
}

/** @param entries all of them */
export function dependencyGraph(entries: readonly StoredEntry[], query: GraphQuery): Graph {
  const byName = new Map(entries.map((entry) => [entry.codename, entry]));
  const edges = entries.flatMap(({ codename, deps }) => deps.map((to) => ({ from: codename, to })));
  const touched = new Set(edges.flatMap(({ from, to }) => [from, to]));
  const shown = query.codenames.length === 0 ? touched : reached(edges, query);
  const node = (codename: string): GraphNode => {
    const entry = byName.get(codename);
    if (!entry) return { id: codename, label: codename, kind: "missing" };
    const detail = [entry.symbol, entry.status].filter((words) => words !== "").join(", ");
    return { id: codename, label: codename, detail };
  };
  const [only] = query.codenames;
  return {
    title: query.codenames.length === 1 ? `What ${only} needs` : "What entries need",
    nodes: [...shown].sort().map(node),
    edges: edges.filter(({ from, to }) => shown.has(from) && shown.has(to)),
  };
}

function reached(edges: readonly GraphEdge[], { codenames, back, depth }: GraphQuery): Set<string> {
  const found = new Set(codenames);
  const follow = (next: ReadonlyMap<string, readonly string[]>) => {
    const seen = new Set(codenames);
    let level = [...codenames];
    for (let step = 0; step < depth && level.length > 0; step++) {
      level = level
        .flatMap((name) => next.get(name) ?? [])
        .filter((name) => !seen.has(name) && seen.add(name));
    }
    for (const name of seen) found.add(name);
  };
  follow(neighbours(edges, "from", "to"));
  if (back) follow(neighbours(edges, "to", "from"));
  return found;
}

function neighbours(
  edges: readonly GraphEdge[],
  from: "from" | "to",
  to: "from" | "to",
): Map<string, string[]> {
  const map = new Map<string, string[]>();
  for (const edge of edges) {
    const list = map.get(edge[from]);
    if (list) list.push(edge[to]);
    else map.set(edge[from], [edge[to]]);
  }
  return map;
}
