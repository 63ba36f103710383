/** A graph as a picture: layers from left to right, arrows from each node to those that it leads to. */
import { Graph as Layout, layout } from "@dagrejs/dagre";
import { InputError } from "../errors.ts";
import { xmlText } from "../format/markup.ts";
import { edgesInCircles, type Graph, type GraphNode } from "./graph.ts";
import { type Frame, px, shortened, svgFile, textWidth } from "./svg.ts";

/** Beyond that nobody reads a picture, and the layout takes seconds: 0.5 s at these, on one machine. */
export const MOST_NODES = 400;
export const MOST_EDGES = 800;

const FONT = 12;
const SMALL_FONT = 10;
const LABEL_COLUMNS = 48;
const PADDING = 10;
const LINE = 16;
const MARGIN = 16;

/** @throws InputError for a graph that is too large to be read */
export function graphSvg(graph: Graph): string {
  const { title, nodes, edges } = graph;
  if (nodes.length > MOST_NODES || edges.length > MOST_EDGES) {
    throw new InputError(
      `a picture holds ${MOST_NODES} nodes and ${MOST_EDGES} arrows at most, this one would have ${nodes.length} and ${edges.length}`,
      { hints: ["name what it is to show, or choose text or JSON"] },
    );
  }
  const laid = new Layout({ multigraph: true });
  // The default ranker takes ten times as long at a thousand nodes.
  laid.setGraph({
    rankdir: "LR",
    ranker: "tight-tree",
    ranksep: 60,
    nodesep: 16,
  });
  for (const [number, node] of nodes.entries()) laid.setNode(String(number), sizeOf(node));
  const numbers = new Map(nodes.map(({ id }, number) => [id, String(number)]));
  for (const [number, { from, to }] of edges.entries()) {
    // The library's loops lie across their nodes.
    if (from !== to) laid.setEdge(numbers.get(from)!, numbers.get(to)!, {}, String(number));
  }
  if (nodes.length > 0) layout(laid);

  const boxes = nodes.map((_, number) => laid.node(String(number)) as Box);
  const lines = edges.map(({ from, to }, number) => {
    if (from === to) return loopAround(boxes[Number(numbers.get(from))]!);
    const { points } = laid.edge(numbers.get(from)!, numbers.get(to)!, String(number));
    return points as readonly Point[];
  });
  const inCircles = edgesInCircles(graph);
  return svgFile(title, frameOf(boxes, lines.flat()), [
    ...lines.map((points, number) => arrow(points, inCircles.has(edges[number]!))),
    ...nodes.map((node, number) => box(node, boxes[number]!)),
  ]);
}

interface Point {
  readonly x: number;
  readonly y: number;
}

/** The place is the middle. */
interface Box extends Point {
  readonly width: number;
  readonly height: number;
}

function sizeOf({ label, detail }: GraphNode) {
  const widths = [
    textWidth(shortened(label, LABEL_COLUMNS), FONT),
    detail === undefined ? 0 : textWidth(shortened(detail, LABEL_COLUMNS), SMALL_FONT),
  ];
  return {
    width: Math.max(...widths) + 2 * PADDING,
    height: (detail === undefined ? 1 : 2) * LINE + PADDING,
  };
}

/** Finds the frame; the size that the library states leaves lines out. */
function frameOf(boxes: readonly Box[], points: readonly Point[]): Frame {
  const corners = boxes.flatMap(({ x, y, width, height }) => [
    { x: x - width / 2, y: y - height / 2 },
    { x: x + width / 2, y: y + height / 2 },
  ]);
  const all = [...corners, ...points];
  const [xs, ys] = [all.map(({ x }) => x), all.map(({ y }) => y)];
  const [left, top] = [Math.min(...xs, 0) - MARGIN, Math.min(...ys, 0) - MARGIN];
  return { left, top, width: Math.max(...xs, 0) + MARGIN - left, height: Math.max(...ys, 0) + MARGIN - top };
}

/** A line out of the lower side of a node and into it again. */
function loopAround({ x, y, height }: Box): Point[] {
  const [low, lower] = [y + height / 2, y + height / 2 + MARGIN / 2];
  return [
    { x: x - MARGIN, y: low },
    { x: x - MARGIN, y: lower },
    { x: x + MARGIN, y: lower },
    { x: x + MARGIN, y: low },
  ];
}

function box({ label, detail, kind }: GraphNode, { x, y, width, height }: Box): string {
  const [left, top] = [x - width / 2, y - height / 2];
  const name = xmlText(detail === undefined ? label : `${label}  ${detail}`);
  const line = (words: string, row: number, style: string) =>
    `<text x="${px(left + PADDING)}" y="${px(top + PADDING / 2 + 12 + row * LINE)}"${style}>${xmlText(shortened(words, LABEL_COLUMNS))}</text>`;
  return [
    `<g><title>${name}</title>`,
    `<rect class="${kind ?? "box"}" x="${px(left)}" y="${px(top)}" width="${px(width)}" height="${px(height)}" rx="4"/>`,
    line(label, 0, ""),
    ...(detail === undefined ? [] : [line(detail, 1, ' class="quiet"')]),
    "</g>",
  ].join("");
}

const TIP = 7;

/** A line through points, with a tip at its end. */
function arrow(points: readonly Point[], inCircle: boolean): string {
  const style = inCircle ? " circle" : "";
  const [end, before] = [points.at(-1)!, points.at(-2) ?? points[0]!];
  const length = Math.hypot(end.x - before.x, end.y - before.y) || 1;
  const [dx, dy] = [(end.x - before.x) / length, (end.y - before.y) / length];
  const at = (along: number, aside: number) =>
    `${px(end.x - along * dx - aside * dy)},${px(end.y - along * dy + aside * dx)}`;
  const path = points.map(({ x, y }) => `${px(x)},${px(y)}`).join(" ");
  return `<polyline class="edge${style}" points="${path}"/><polygon class="tip${style}" points="${at(0, 0)} ${at(TIP, TIP / 2)} ${at(TIP, -TIP / 2)}"/>`;
}
