/** `dict deps`: the graph of what entries need, as text, picture, Mermaid or JSON. */
import { safeJson, visible } from "#kit/format/visible.ts";
import { edgesInCircles, type Graph } from "#kit/graph/graph.ts";
import { graphMermaid } from "#kit/graph/graph-mermaid.ts";
import { graphText } from "#kit/graph/graph-text.ts";
import { command } from "#kit/term/command.ts";
import { flag, many, positional } from "#kit/term/flags.ts";
import { storePaths } from "../cryptex-store/store-files.ts";
import type { Deps } from "../deps.ts";
import { dependencyGraph } from "../dictionary/dependencies.ts";
import { DictionaryError } from "../dictionary/dictionary.ts";
import { OpenDictionary, STORE_FLAG, withHints } from "./dict-flags.ts";
import { checkFormat, PICTURE_FLAGS } from "./lookup-flags.ts";
import { writeResult } from "./own-files.ts";

const MOST_STEPS = 1_000_000;

export const dictDeps = command({
  name: "dict deps",
  description: "Show what entries of the dictionary need: text, SVG, Mermaid or JSON",
  details: [
    "Without a codename the graph holds all entries that need something, or are needed. Dependencies that are not in the dictionary are marked as missing, and arrows that are part of a circle are marked, too. A picture has at most 400 nodes and 800 arrows.",
  ],
  flags: {
    codename: many(positional.text({ required: false, about: "Where to begin" })),
    back: flag.switch({ about: "Show what needs them, too" }),
    depth: flag.count(1, MOST_STEPS, { about: "Steps from the beginning; default: all" }),
    format: flag.choice(["text", "json", "svg", "mermaid"], { default: "text", about: "Form of the graph" }),
    ...PICTURE_FLAGS,
    ...STORE_FLAG,
  },
  check: (options, given) => checkFormat(options, options.format, given),
  examples: [
    "cryptex dict deps InkSlinger-Compiler",
    "cryptex dict deps InkSlinger-Compiler --back --format svg -o deps.svg",
  ],
  seeAlso: ["dict check", "rules deps"],
  ownThread: true,
  async run({ codename, back, depth = MOST_STEPS, format, json, output, store }, io, deps: Deps) {
    using open = new OpenDictionary(store, deps);
    const { dictionary } = open;
    for (const name of codename) withHints(dictionary, name, () => refuseUnknown(dictionary.get(name), name));
    const graph = dependencyGraph(dictionary.all(), { codenames: codename, back, depth });
    const text = await written(graph, json ? "json" : format);
    await writeResult(text, output, storePaths(open.store.path), io);
  },
});

function refuseUnknown(entry: object | undefined, codename: string): void {
  if (!entry) throw new DictionaryError("not-found", `there is no entry ${visible(codename)}`);
}

/** The layout of pictures is loaded when one is drawn. */
async function written(graph: Graph, format: "text" | "json" | "svg" | "mermaid"): Promise<string> {
  if (format === "svg") return (await import("#kit/graph/graph-svg.ts")).graphSvg(graph);
  if (format === "mermaid") return graphMermaid(graph);
  if (format === "json") return graphJson(graph);
  return graphText(graph) || "no entry needs another\n";
}

function graphJson(graph: Graph): string {
  const circles = edgesInCircles(graph);
  return `${safeJson({
    schema: 1,
    nodes: graph.nodes.map(({ id, kind }) => ({ codename: id, missing: kind === "missing" })),
    edges: graph.edges.map((edge) => ({ from: edge.from, to: edge.to, in_circle: circles.has(edge) })),
  })}\n`;
}
