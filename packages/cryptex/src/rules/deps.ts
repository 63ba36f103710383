/** Dependencies of rules: what a rule needs to be evaluated, and what is lost without it. Found without an engine. */
import { withFileExternals } from "./build-rule-set.ts";
import { closureOf } from "./compile.ts";
import { listRuleFiles } from "./list-rule-files.ts";
import { type ResolvedRule, resolveRules } from "./resolve.ts";
import { inOrderOf, readRuleFiles } from "./rule-files.ts";
import type { Quarantined } from "./rule-info.ts";
import type { RuleSetRequest } from "./rule-set.ts";

export interface RuleDependencies {
  readonly rule: ResolvedRule;
  readonly modules: readonly string[];
  /** External variables. */
  readonly externals: readonly string[];
  /** Rules that its condition names. */
  readonly uses: readonly RuleDependencies[];
  /** Rules whose conditions name it. */
  readonly usedBy: readonly RuleDependencies[];
}

export interface DependencyReport {
  /** In the order of evaluation: each after those that it uses. */
  readonly rules: readonly RuleDependencies[];
  /** Rules and files without which the report is, with the reason. */
  readonly lost: readonly Quarantined[];
}

/** @param modules those that the engine has */
export function dependenciesOf(request: RuleSetRequest, modules: readonly string[]): DependencyReport {
  const { listed, quarantined: unlisted } = listRuleFiles(request.paths);
  const read = readRuleFiles(listed, request.includeFolders);
  const externals = new Set(Object.keys(withFileExternals(request.externals)));
  const resolution = resolveRules(read, { name: "this engine", modules, externals });
  const made = new Map<ResolvedRule, RuleDependencies & { readonly usedBy: RuleDependencies[] }>();
  for (const rule of resolution.rules) {
    const uses = rule.uses.map((use) => made.get(use)!);
    const own = { rule, modules: rule.modules, externals: externalsOf(rule), uses, usedBy: [] };
    made.set(rule, own);
    for (const use of uses) use.usedBy.push(own);
  }
  const lost = [...unlisted, ...read.quarantined, ...resolution.quarantined];
  return { rules: [...made.values()], lost: inOrderOf(read.files, lost) };
}

/** A name that is neither a rule nor a module is an external, else the rule would be lost. */
function externalsOf({ syntax, meanings, modules }: ResolvedRule): string[] {
  return syntax.names
    .map(({ name }) => name)
    .filter((name) => !meanings.has(name) && !modules.includes(name));
}

/** Lists the files that a rule and what it uses stand in, its own first. */
export function filesOf({ rule }: RuleDependencies): string[] {
  return [...new Set([...closureOf(rule)].reverse().map(({ file }) => file.path))];
}
