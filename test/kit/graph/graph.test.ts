/** Graphs as text, SVG and Mermaid. */
import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { InputError } from "#kit/errors.ts";
import { barsSvg } from "#kit/graph/bars-svg.ts";
import { componentsOf, edgesInCircles, type Graph, neighboursOf, treeBelow } from "#kit/graph/graph.ts";
import { graphMermaid } from "#kit/graph/graph-mermaid.ts";
import { graphSvg, MOST_EDGES, MOST_NODES } from "#kit/graph/graph-svg.ts";
import { graphText } from "#kit/graph/graph-text.ts";

const HOSTILE = `<script>alert(1)</script>"'&]]> \x1b[31m \u202e \ufffe \n \`*b*\` --> n1["x"]`;

/** Names are nodes; `a>b` is an edge. */
function graphOf(...parts: readonly string[]): Graph {
  const edges = parts.filter((part) => part.includes(">")).map((part) => part.split(">"));
  const ids = [...new Set([...parts.filter((part) => !part.includes(">")), ...edges.flat()])];
  return {
    title: "a graph",
    nodes: ids.map((id) => ({ id, label: id })),
    edges: edges.map(([from, to]) => ({ from: from!, to: to! })),
  };
}

describe("circles", () => {
  test("edges of circles, of loops, and no others", () => {
    const graph = graphOf("a>b", "b>c", "c>b", "c>d", "d>d", "e>a");
    expect([...edgesInCircles(graph)].map(({ from, to }) => from + to)).toEqual(["bc", "cb", "dd"]);
  });

  test("as by reachability, for any graph", () => {
    const node = fc.integer({ min: 0, max: 8 }).map(String);
    fc.assert(
      fc.property(fc.array(fc.tuple(node, node), { maxLength: 24 }), (pairs) => {
        const graph = graphOf(...pairs.map(([a, b]) => `${a}>${b}`));
        const forth = neighboursOf(graph);
        const reach = (from: string) => {
          const seen = new Set<string>(forth.get(from));
          for (const each of seen) for (const next of forth.get(each)!) seen.add(next);
          return seen;
        };
        const component = componentsOf(graph);
        for (const { id: a } of graph.nodes)
          for (const { id: b } of graph.nodes)
            expect(component.get(a) === component.get(b)).toBe(
              a === b || (reach(a).has(b) && reach(b).has(a)),
            );
      }),
    );
  });
});

describe("text", () => {
  test("a tree a root; what stands elsewhere is not repeated; circles are shown, also where no root leads to them", () => {
    expect(graphText(graphOf("a>b", "b>c", "a>c", "c>d", "x>y", "y>x", "alone"))).toBe(
      ["alone", "a", "  b", "    c", "      d", "  c  (see above)", "x", "  y", "    x  (circle)", ""].join(
        "\n",
      ),
    );
  });

  test("a chain of 100,000 takes no stack", () => {
    const length = 100_000;
    const ids = Array.from({ length }, (_, i) => `n${i}`);
    const edges = ids.slice(1).map((to, i) => ({ from: ids[i]!, to }));
    const graph = { title: "", nodes: ids.map((id) => ({ id, label: id })), edges };
    expect([...treeBelow("n0", neighboursOf(graph))].at(-1)).toEqual({
      id: `n${length - 1}`,
      depth: length - 2,
    });
    expect(edgesInCircles({ ...graph, edges: [...edges, { from: ids.at(-1)!, to: "n0" }] }).size).toBe(
      length,
    );
  });

  test("hostile labels stay in their lines", () => {
    const text = graphText({ title: "", nodes: [{ id: "a", label: HOSTILE, detail: HOSTILE }], edges: [] });
    expect(text.split("\n")).toHaveLength(2);
    expect(text).not.toContain("\x1b");
  });
});

describe("SVG", () => {
  const hostile: Graph = {
    title: HOSTILE,
    nodes: [
      { id: HOSTILE, label: HOSTILE, detail: HOSTILE, kind: "missing" },
      { id: "__proto__", label: "x".repeat(10_000), kind: "beside" },
    ],
    edges: [
      { from: HOSTILE, to: "__proto__" },
      { from: "__proto__", to: "__proto__" },
      { from: HOSTILE, to: "__proto__" },
    ],
  };

  test("everything is within the frame, for circles, loops, double edges and lone nodes", () => {
    const svg = graphSvg(graphOf("a>b", "b>c", "a>c", "b>a", "a>d", "d>d", "a>b", "lone"));
    const [left, top, width, height] = /viewBox="([^"]+)"/.exec(svg)![1]!.split(" ").map(Number) as number[];
    const points = [...svg.matchAll(/points="([^"]+)"/g)].flatMap(([, list]) => list!.split(" "));
    expect(points.length).toBeGreaterThan(8 * 2);
    for (const point of points) {
      const [x, y] = point.split(",").map(Number);
      expect(x).toBeWithin(left!, left! + width! + 0.1);
      expect(y).toBeWithin(top!, top! + height! + 0.1);
    }
    expect(svg.match(/<rect /g)).toHaveLength(5);
    expect(svg.match(/class="edge circle"/g)).toHaveLength(4);
  });

  test("hostile text is text: no markup of its own, no character that XML forbids", () => {
    for (const svg of [graphSvg(hostile), barsSvg(HOSTILE, HOSTILE, [bar(HOSTILE)])]) {
      expect(svg).not.toMatch(/<script|[^\P{C}\n]|[\ufffe\uffff]/u);
      const tags = new Set([...svg.matchAll(/<([^\s>/]+)/g)].map(([, name]) => name));
      for (const tag of tags)
        expect(["svg", "title", "style", "g", "rect", "text", "polyline", "polygon"]).toContain(tag!);
      expect(svg.replaceAll(/<[^<>]*>/g, "")).not.toMatch(/[<]/);
    }
    // Cut for the box; the whole is in its title.
    expect(graphSvg(hostile)).toContain(`<title>${"x".repeat(10_000)}</title>`);
  });

  test("the same graph, the same bytes; an empty one is a picture, too", () => {
    expect(graphSvg(hostile)).toBe(graphSvg(hostile));
    expect(graphSvg({ title: "none", nodes: [], edges: [] })).toContain("<svg");
  });

  test("a graph too large to be read is refused, in words; one of the largest is not", () => {
    const ids = Array.from({ length: MOST_NODES + 1 }, (_, i) => `n${i}`);
    expect(() => graphSvg(graphOf(...ids))).toThrow(InputError);
    const many = Array.from({ length: MOST_EDGES + 1 }, () => "a>b");
    expect(() => graphSvg(graphOf(...many))).toThrow(`${MOST_EDGES} arrows at most`);
    expect(graphSvg(graphOf(...ids.slice(1)))).toContain("<svg");
  });

  function bar(label: string) {
    return { label, detail: label, value: 1, text: label };
  }

  test("bars: in proportion to the longest; without a number none, and the words", () => {
    const svg = barsSvg("title", "unit", [
      { label: "a", value: 200, text: "200" },
      { label: "b", value: 50, text: "50" },
      { label: "c", value: null, text: "timed out", isWarning: true },
      { label: "d", value: 0, text: "0" },
    ]);
    const widths = [...svg.matchAll(/class="bar[^>]* width="([\d.]+)"/g)].map(([, width]) => Number(width));
    expect(widths).toEqual([360, 90, 0, 0]);
    expect(svg).toContain("timed out");
    expect(barsSvg("nothing", "unit", [])).toContain("<svg");
  });
});

describe("Mermaid", () => {
  test("nodes, arrows, kinds, and the arrows of circles", () => {
    const graph = graphOf("a>b", "b>b");
    const nodes = [graph.nodes[0]!, { ...graph.nodes[1]!, detail: "place:1", kind: "beside" as const }];
    expect(graphMermaid({ ...graph, nodes })).toBe(
      [
        "---",
        'title: "a graph"',
        "---",
        "flowchart LR",
        '  n0["a"]',
        '  n1["b<br/>place:1"]:::beside',
        "  n0 --> n1",
        "  n1 --> n1",
        "  classDef beside stroke:#0969da",
        "  linkStyle 1 stroke:#bc4c00,stroke-width:2px",
        "",
      ].join("\n"),
    );
  });

  test("hostile labels neither leave their quotes nor become markup", () => {
    const text = graphMermaid({ title: HOSTILE, nodes: [{ id: "a", label: HOSTILE }], edges: [] });
    const [line] = text.split("\n").filter((each) => each.startsWith("  n0"));
    expect(line).toMatch(/^ {2}n0\["[^"<>`*[\]&]*"\]$/);
    expect(text.split("\n")).toHaveLength(6);
  });
});
