/** A graph in the language of Mermaid, which code hosts and wikis draw: https://mermaid.js.org/syntax/flowchart.html */
import { visible } from "../format/visible.ts";
import { edgesInCircles, type Graph, type GraphNode } from "./graph.ts";

export function graphMermaid(graph: Graph): string {
  const { title, nodes, edges } = graph;
  const numbers = new Map(nodes.map(({ id }, number) => [id, `n${number}`]));
  const inCircles = edgesInCircles(graph);
  const kinds = (["beside", "missing"] as const).filter((kind) => nodes.some((node) => node.kind === kind));
  const circle = [...edges.keys()].filter((number) => inCircles.has(edges[number]!));
  const lines = [
    // Front matter is YAML; a JSON text is one, and quotes all that is special.
    "---",
    `title: ${JSON.stringify(visible(title))}`,
    "---",
    "flowchart LR",
    ...nodes.map(
      (node) => `  ${numbers.get(node.id)}["${labelOf(node)}"]${node.kind ? `:::${node.kind}` : ""}`,
    ),
    ...edges.map(({ from, to }) => `  ${numbers.get(from)} --> ${numbers.get(to)}`),
    ...kinds.map((kind) => `  classDef ${kind} ${STYLES[kind]}`),
    ...(circle.length > 0 ? [`  linkStyle ${circle.join(",")} stroke:#bc4c00,stroke-width:2px`] : []),
  ];
  return lines.map((line) => `${line}\n`).join("");
}

const STYLES = {
  beside: "stroke:#0969da",
  missing: "stroke:#bc4c00,stroke-dasharray:4 3",
} as const;

function labelOf({ label, detail }: GraphNode): string {
  return detail === undefined ? escaped(label) : `${escaped(label)}<br/>${escaped(detail)}`;
}

/** Writes what Mermaid, its Markdown or HTML would read as more than text by its number. */
function escaped(words: string): string {
  return visible(words).replace(/[^\p{L}\p{M}\p{N} .,:/()+=-]/gu, (sign) => `#${sign.codePointAt(0)};`);
}
