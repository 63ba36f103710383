/** `rules deps`: what a rule needs, and what needs it. */
import { InputError } from "#kit/errors.ts";
import { safeJson, visible } from "#kit/format/visible.ts";
import { command } from "#kit/term/command.ts";
import { EXIT } from "#kit/term/exit.ts";
import { flag, many, positional } from "#kit/term/flags.ts";
import { suggestion } from "#kit/term/suggestion.ts";
import type { Deps } from "../deps.ts";
import { ENGINE } from "../engine/engine-file.ts";
import { type DependencyReport, dependenciesOf, filesOf, type RuleDependencies } from "../rules/deps.ts";
import type { Quarantined } from "../rules/rule-info.ts";
import { INCOMPLETE } from "./exits.ts";
import { chosenRules, RULE_FLAGS } from "./rule-flags.ts";

const FLAGS = {
  rule: many(positional.text({ required: false, about: "Name of a rule; default: all that need others" })),
  ...RULE_FLAGS,
  json: flag.switch({ about: "Print JSON" }),
};

export const rulesDeps = command({
  name: "rules deps",
  description: "Show what rules need, and what needs them",
  details: [
    "A rule needs the rules, modules and external variables that its condition names, what these rules need, and the files that all of them stand in. If it is at fault, so is everything that needs it.",
    "A rule that is not evaluated is named with the reason; the exit code is then 3 if it was asked for.",
  ],
  flags: FLAGS,
  examples: ["cryptex rules deps is_pe --rules my-rules/", "cryptex rules deps --rules my-rules/ --json"],
  seeAlso: ["rules lint", "rules show"],
  async run(options, io, { env }: Deps) {
    const report = dependenciesOf(chosenRules(options, env), ENGINE.modules);
    const { rules, lost } = chosen(report, options.rule);
    await io.out(options.json ? depsJson(rules, lost) : depsText(rules, lost));
    return lost.length > 0 ? INCOMPLETE : EXIT.ok;
  },
});

/** @throws InputError for a name that no rule has */
function chosen({ rules, lost }: DependencyReport, names: readonly string[]): DependencyReport {
  const harmful = lost.filter(({ harmless }) => !harmless);
  if (names.length === 0) {
    return { rules: rules.filter(({ uses, usedBy }) => uses.length + usedBy.length > 0), lost: harmful };
  }
  const known = [...rules.map(({ rule }) => rule.syntax.name), ...harmful.flatMap(({ rule }) => rule ?? [])];
  const missing = names.find((name) => !known.includes(name));
  if (missing !== undefined) {
    throw new InputError(`no rule is called '${visible(missing)}'`, { hints: suggestion(missing, known) });
  }
  return {
    rules: rules.filter(({ rule }) => names.includes(rule.syntax.name)),
    lost: harmful.filter(({ rule }) => rule !== null && names.includes(rule)),
  };
}

// ---- JSON ----

function depsJson(rules: readonly RuleDependencies[], lost: readonly Quarantined[]): string {
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

function depsText(rules: readonly RuleDependencies[], lost: readonly Quarantined[]): string {
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
