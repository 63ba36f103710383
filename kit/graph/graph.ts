/** A directed graph as pictures and texts take it, and the order in which a text walks it. */

export interface GraphNode {
  readonly id: string;
  readonly label: string;
  /** Second, smaller line: a place, a summary. */
  readonly detail?: string;
  /** Sets it apart in pictures: something beside the matter itself, or something that is missing or at fault. */
  readonly kind?: "beside" | "missing";
}

export interface GraphEdge {
  readonly from: string;
  readonly to: string;
}

/** Texts may hold anything: whoever writes them out escapes them. Ids are unique, and edges name no others. */
export interface Graph {
  readonly title: string;
  readonly nodes: readonly GraphNode[];
  readonly edges: readonly GraphEdge[];
}

/** Returns the nodes that edges lead to from each, in the order of the edges. @param direction against the arrows with "back" */
export function neighboursOf(
  { nodes, edges }: Graph,
  direction: "forth" | "back" = "forth",
): Map<string, string[]> {
  const neighbours = new Map<string, string[]>(nodes.map(({ id }) => [id, []]));
  for (const { from, to } of edges) {
    if (direction === "forth") neighbours.get(from)!.push(to);
    else neighbours.get(to)!.push(from);
  }
  return neighbours;
}

export interface TreeLine {
  readonly id: string;
  /** 0 for a neighbour of the start. */
  readonly depth: number;
  /** "circle" leads back to a node that this line hangs from; below "above" nothing is repeated. */
  readonly mark?: "above" | "circle";
}

/** Walks what can be reached from a node, depth first; each node is entered once. Takes no stack, however long a chain is. */
export function* treeBelow(
  start: string,
  neighbours: ReadonlyMap<string, readonly string[]>,
): Generator<TreeLine, void> {
  const shown = new Set([start]);
  const path = new Set([start]);
  const levels = [{ id: start, next: 0 }];
  for (let level = levels.at(-1); level; level = levels.at(-1)) {
    const id = neighbours.get(level.id)![level.next++];
    if (id === undefined) {
      path.delete(level.id);
      levels.pop();
      continue;
    }
    const depth = levels.length - 1;
    if (path.has(id)) yield { id, depth, mark: "circle" };
    else if (shown.has(id)) yield { id, depth, mark: neighbours.get(id)!.length > 0 ? "above" : undefined };
    else {
      yield { id, depth };
      shown.add(id);
      path.add(id);
      levels.push({ id, next: 0 });
    }
  }
}

/**
 * Numbers the strongly connected components (Tarjan 1972), without recursion: two nodes have one number if each can be reached from the other.
 */
export function componentsOf(graph: Graph): Map<string, number> {
  const neighbours = neighboursOf(graph);
  const [numbers, lowest, component] = [
    new Map<string, number>(),
    new Map<string, number>(),
    new Map<string, number>(),
  ];
  const open: string[] = [];
  let count = 0;
  const enter = (id: string) => {
    numbers.set(id, numbers.size);
    lowest.set(id, numbers.get(id)!);
    open.push(id);
    return { id, next: 0 };
  };
  const lower = (id: string, other: number) => lowest.set(id, Math.min(lowest.get(id)!, other));
  for (const { id: start } of graph.nodes) {
    if (numbers.has(start)) continue;
    const levels = [enter(start)];
    for (let level = levels.at(-1); level; level = levels.at(-1)) {
      const { id } = level;
      const next = neighbours.get(id)![level.next++];
      if (next !== undefined) {
        if (!numbers.has(next)) levels.push(enter(next));
        else if (!component.has(next)) lower(id, numbers.get(next)!);
        continue;
      }
      levels.pop();
      const above = levels.at(-1);
      if (above) lower(above.id, lowest.get(id)!);
      if (lowest.get(id) !== numbers.get(id)) continue;
      for (let member = open.pop()!; ; member = open.pop()!) {
        component.set(member, count);
        if (member === id) break;
      }
      count++;
    }
  }
  return component;
}

/** Finds the edges that are part of a circle. */
export function edgesInCircles(graph: Graph): Set<GraphEdge> {
  const component = componentsOf(graph);
  return new Set(graph.edges.filter(({ from, to }) => component.get(from) === component.get(to)));
}
