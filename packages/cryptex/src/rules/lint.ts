/**
 * Lint: everything that is wrong with rules, or likely to be. Errors are the rules that a scan would not evaluate, by the loader and the
 * engine themselves; the rest is what authors miss and engines do not say.
 */
import { type CompiledFiles, type Compiler, compileFiles, compileSet } from "./build-rule-set.ts";
import { Lines } from "./lines.ts";
import { conditionFindings } from "./lint-conditions.ts";
import { quarantineFinding, warningFinding } from "./lint-engine.ts";
import type { Finding, RuleCheck } from "./lint-finding.ts";
import { setFindings } from "./lint-set.ts";
import { stringFindings } from "./lint-strings.ts";
import { inOrderOf, type RuleFile, readRuleText } from "./rule-files.ts";
import type { RuleSetRequest } from "./rule-set.ts";

export interface LintReport {
  /** In the order in which the files are read, and of the text. */
  readonly findings: readonly Finding[];
  readonly files: number;
  /** Those that could not be parsed count as well, as far as their names could be made out. */
  readonly rules: number;
}

/** Rules that are no file. */
export interface RuleText {
  /** Stands for the path of a file in findings. */
  readonly name: string;
  readonly bytes: Uint8Array;
}

const RULE_CHECKS: readonly RuleCheck[] = [stringFindings, conditionFindings];

export function lintRules(request: RuleSetRequest, compiler: Compiler): LintReport {
  return reportOf(compileSet(request, compiler));
}

/** Lints a text of rules that stands alone. */
export function lintText({ name, bytes }: RuleText, compiler: Compiler): LintReport {
  return reportOf(compileFiles(readRuleText(name, bytes), { externals: {} }, compiler));
}

function reportOf(set: Omit<CompiledFiles, "listed">): LintReport {
  set.compiled?.free();
  const { files, rules } = set.read;
  const findings: Finding[] = [
    ...set.quarantined.map(quarantineFinding),
    ...set.warnings.map(warningFinding),
    ...setFindings(set),
    ...files.flatMap(fileFindings),
  ];
  const broken = set.read.quarantined.filter(({ rule }) => rule !== null).length;
  return { findings: inOrderOf(files, findings), files: files.length, rules: rules.length + broken };
}

function fileFindings({ path, bytes, syntax }: RuleFile): Finding[] {
  const lines = new Lines(bytes);
  return syntax.rules.flatMap((rule) =>
    RULE_CHECKS.flatMap((check) => [...check(rule)]).map(({ span, ...finding }) => ({
      file: path,
      line: lines.line(span.start),
      rule: rule.name,
      ...finding,
    })),
  );
}
