/** Lint of what only a whole set shows. */
import { formatCount } from "#kit/format/numbers.ts";
import type { CompiledFiles } from "./build-rule-set.ts";
import type { Finding } from "./lint-finding.ts";
import type { ResolvedRule } from "./resolve.ts";
import type { RuleFile, RuleFiles } from "./rule-files.ts";

export function* setFindings({ read, rules }: Pick<CompiledFiles, "read" | "rules">): Generator<Finding> {
  yield* globalFindings(read);
  yield* importFindings(read);
  yield* nameFindings(rules);
}

function* globalFindings({ rules }: RuleFiles): Generator<Finding> {
  const files = new Set(rules.map(({ file }) => file)).size;
  if (files < 2) return;
  for (const { file, syntax } of rules) {
    if (!syntax.isGlobal) continue;
    yield {
      file: file.path,
      line: syntax.line,
      rule: syntax.name,
      severity: "warning",
      code: "global-rule",
      message: `this rule is global: where it is false, no rule of any of the ${formatCount(files)} files of this set is reported`,
      hint: "make it private instead, and name it in the conditions that need it",
    };
  }
}

/** Imports that serve nothing. A file that includes others may import for them, and one without rules for all. */
function* importFindings({ files, rules }: RuleFiles): Generator<Finding> {
  const usedIn = new Map<RuleFile, Set<string>>(files.map((file) => [file, new Set()]));
  const borrowed = new Set<string>();
  for (const { file, syntax } of rules) {
    const imported = new Set(file.syntax.imports.map(({ module }) => module));
    for (const module of [...syntax.modules, ...syntax.names.map(({ name }) => name)]) {
      usedIn.get(file)!.add(module);
      if (!imported.has(module)) borrowed.add(module);
    }
  }
  for (const file of files) {
    const { imports, includes, faults } = file.syntax;
    // What a faulty rule uses is not known.
    if (faults.length > 0 || includes.length > 0 || file.syntax.rules.length === 0) continue;
    for (const { module, line } of imports) {
      if (usedIn.get(file)!.has(module) || borrowed.has(module)) continue;
      yield {
        file: file.path,
        line,
        rule: null,
        severity: "warning",
        code: "unused-import",
        message: `no rule uses the module "${module}": engines work out its facts for every file all the same, and one that lacks it refuses the whole file`,
        hint: "take the import out",
      };
    }
  }
}

/** Rules with one name and different texts. */
function* nameFindings(rules: readonly ResolvedRule[]): Generator<Finding> {
  const first = new Map<string, ResolvedRule>();
  for (const rule of rules.toSorted(byPlace)) {
    const { file, syntax, namespace } = rule;
    if (namespace === "default") continue;
    const other = first.get(syntax.name);
    if (!other) {
      first.set(syntax.name, rule);
      continue;
    }
    yield {
      file: file.path,
      line: syntax.line,
      rule: syntax.name,
      severity: "warning",
      code: "same-name",
      message: `another rule has this name and other text (${other.file.path}:${other.syntax.line}): results are told apart by their namespaces alone, yara refuses the two in one file, and no third file can use either`,
      hint: "rename one of them",
    };
  }
}

function byPlace(a: ResolvedRule, b: ResolvedRule): number {
  if (a.file !== b.file) return a.file.path < b.file.path ? -1 : 1;
  return a.syntax.span.start - b.syntax.span.start;
}
