/** The output of `rules deps`. */
import { safeJson, visible } from "#kit/format/visible.ts";
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

// ---- Text ----

export function depsText(rules: readonly RuleDependencies[], lost: readonly Quarantined[]): string {
  const blocks = rules.map((each) => [
    titleOf(each),
    ...section("needs", [...needs(each, new Set([each]))]),
    ...section("needed by", [...neededBy(each, new Set([each]))]),
    ...section("files", filesOf(each).map(visible)),
  ]);
  for (const { rule, file, line, reason } of lost) {
    const where = visible(line === null ? file : `${file}:${line}`);
    blocks.push([
      `${rule === null ? "" : `${visible(rule)}  `}${where}`,
      `  not evaluated: ${visible(reason)}`,
    ]);
  }
  if (blocks.length === 0) return "no rule needs another\n";
  return `${blocks.map((lines) => lines.join("\n")).join("\n\n")}\n`;
}

function titleOf({ rule: { syntax, file } }: RuleDependencies): string {
  return `${syntax.name}  ${visible(`${file.path}:${syntax.line}`)}`;
}

function section(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : [`  ${title}`, ...lines.map((line) => `    ${line}`)];
}

/** Lists what a rule needs, each rule with what it needs itself below it, once. */
function* needs(
  { modules, externals, uses }: RuleDependencies,
  shown: Set<RuleDependencies>,
): Generator<string> {
  for (const module of modules) yield `module ${module}`;
  for (const external of externals) yield `external ${external}`;
  yield* below(uses, shown, needs);
}

function* neededBy({ usedBy }: RuleDependencies, shown: Set<RuleDependencies>): Generator<string> {
  yield* below(usedBy, shown, neededBy);
}

function* below(
  rules: readonly RuleDependencies[],
  shown: Set<RuleDependencies>,
  inner: typeof needs,
): Generator<string> {
  for (const each of rules) {
    const again = shown.has(each);
    shown.add(each);
    yield `rule ${titleOf(each)}${again ? "  (see above)" : ""}`;
    if (!again) for (const line of inner(each, shown)) yield `  ${line}`;
  }
}
