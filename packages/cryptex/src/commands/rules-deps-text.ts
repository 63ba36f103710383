/** The output of `rules deps`. */
import { safeJson, visible } from "#kit/format/visible.ts";
import { type Graph, type GraphEdge, type GraphNode, neighboursOf, treeBelow } from "#kit/graph/graph.ts";
import { treeText } from "#kit/graph/graph-text.ts";
import { filesOf, type RuleDependencies } from "../rules/deps.ts";
import type { Quarantined } from "../rules/rule-info.ts";

// ---- JSON ----

export function depsJson(rules: readonly RuleDependencies[], lost: readonly Quarantined[]): string {
  const result = {
    schema: 1,
    rules: rules.map((each) => ({
      ...place(each),
      modules: each.modules,
      externals: each.externals,
      files: filesOf(each),
      uses: each.uses.map(place),
      used_by: each.usedBy.map(place),
    })),
    not_evaluated: lost.map(({ rule, file, line, reason }) => ({ rule, file, line, reason })),
  };
  return `${safeJson(result)}\n`;
}

function place({ rule: { syntax, namespace, file } }: RuleDependencies) {
  return { rule: syntax.name, namespace, file: file.path, line: syntax.line };
}

// ---- Graph ----

/** Draws rules with all that they need and all that needs them. */
export function depsGraph(rules: readonly RuleDependencies[]): Graph {
  const all = new Set<RuleDependencies>();
  for (const next of [uses, usedBy]) {
    const reached = new Set(rules);
    // A set hands out what is added to it meanwhile, too.
    for (const each of reached) for (const other of next(each)) reached.add(other);
    for (const each of reached) all.add(each);
  }
  const ids = new Map([...all].map((each, number) => [each, `rule ${number}`]));
  const nodes = new Map<string, GraphNode>();
  const edges: GraphEdge[] = [];
  for (const [each, id] of ids) {
    const { syntax, file } = each.rule;
    nodes.set(id, { id, label: syntax.name, detail: `${file.path}:${syntax.line}` });
    for (const beside of besides(each)) {
      nodes.set(beside, { id: beside, label: beside, kind: "beside" });
      edges.push({ from: id, to: beside });
    }
    for (const use of each.uses) edges.push({ from: id, to: ids.get(use)! });
  }
  return { title: "Dependencies of rules", nodes: [...nodes.values()], edges };
}

const uses = (each: RuleDependencies) => each.uses;
const usedBy = (each: RuleDependencies) => each.usedBy;

function besides({ modules, externals }: RuleDependencies): string[] {
  return [
    ...modules.map((module) => `module ${module}`),
    ...externals.map((external) => `external ${external}`),
  ];
}

// ---- Text ----

export function depsText(rules: readonly RuleDependencies[], lost: readonly Quarantined[]): string {
  const graph = depsGraph(rules);
  const words = new Map(
    graph.nodes.map(({ id, label, detail }) => [
      id,
      detail === undefined ? label : `rule ${label}  ${visible(detail)}`,
    ]),
  );
  const [forth, back] = [neighboursOf(graph), neighboursOf(graph, "back")];
  const tree = (id: string, neighbours: typeof forth) =>
    [...treeBelow(id, neighbours)].map((line) => treeText(line, words.get(line.id)!));
  const blocks = rules.map((each, number) => {
    const id = `rule ${number}`;
    return [
      words.get(id)!.slice("rule ".length),
      ...section("needs", tree(id, forth)),
      ...section("needed by", tree(id, back)),
      ...section(
        "files",
        filesOf(each).map((file) => `  ${visible(file)}`),
      ),
    ];
  });
  for (const each of lost) blocks.push([placeText(each), `  not evaluated: ${visible(each.reason)}`]);
  if (blocks.length === 0) return "no rule needs another\n";
  return `${blocks.map((lines) => lines.join("\n")).join("\n\n")}\n`;
}

function placeText({ rule, file, line }: Quarantined): string {
  const where = visible(line === null ? file : `${file}:${line}`);
  return `${rule === null ? "" : `${visible(rule)}  `}${where}`;
}

function section(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : [`  ${title}`, ...lines.map((line) => `  ${line}`)];
}
