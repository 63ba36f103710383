/** A graph as text: a tree below each node that nothing leads to. */
import { visible } from "../format/visible.ts";
import { type Graph, type GraphNode, neighboursOf, type TreeLine, treeBelow } from "./graph.ts";

/** Writes a tree for each node that no edge leads to, and for one of each circle that no tree has reached. */
export function graphText(graph: Graph): string {
  const { nodes } = graph;
  const [forth, back] = [neighboursOf(graph), neighboursOf(graph, "back")];
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const reached = new Set<string>();
  let text = "";
  const write = (start: GraphNode) => {
    reached.add(start.id);
    text += `${nodeText(start)}\n`;
    for (const line of treeBelow(start.id, forth)) {
      text += `${treeText(line, nodeText(byId.get(line.id)!))}\n`;
      reached.add(line.id);
    }
  };
  for (const node of nodes) if (back.get(node.id)!.length === 0) write(node);
  for (const node of nodes) if (!reached.has(node.id)) write(node);
  return text;
}

/** A line of a tree: indented, with a mark where what hangs below stands elsewhere. */
export function treeText({ depth, mark }: TreeLine, words: string): string {
  const marks = { above: "  (see above)", circle: "  (circle)" };
  return `${"  ".repeat(depth + 1)}${words}${mark ? marks[mark] : ""}`;
}

function nodeText({ label, detail, kind }: GraphNode): string {
  return `${visible(label)}${detail === undefined ? "" : `  ${visible(detail)}`}${kind === "missing" ? "  (missing)" : ""}`;
}
