/**
 * Compiles a resolved set into one, leaving out the rules that the engine refuses and those that depend on them. All rules go into one
 * source and one namespace of the engine; names that would clash there were set apart before.
 */
import type { CompiledRules, Diagnostic, EngineInstance, ExternalValue } from "../engine/engine.ts";
import type { ResolvedRule } from "./resolve.ts";
import type { Quarantined } from "./rule-info.ts";
import { ruleAt, type Source, type SourceStyle, writeSource } from "./source.ts";

/**
 * Rounds of compiling everything that is left. A round names each rule that the engine refuses, so the second one passes
 * unless a refusal hid another. After these each rule is tried by itself.
 */
const ROUNDS = 4;

export interface CompiledSet {
  /** Undefined where no rule is left. */
  readonly compiled: CompiledRules | undefined;
  /** Those that were compiled, by their number in the engine. */
  readonly rules: readonly ResolvedRule[];
  readonly quarantined: readonly Quarantined[];
  /** The engine's warnings, by rule. */
  readonly warnings: readonly Refusal[];
}

export interface Refusal {
  readonly rule: ResolvedRule;
  /** Line of the rule's file. */
  readonly line: number;
  readonly message: string;
}

type Externals = Readonly<Record<string, ExternalValue>>;

/** @param newInstance makes an engine; called again where one has trapped */
export function compileRules(
  rules: readonly ResolvedRule[],
  externals: Externals,
  newInstance: () => EngineInstance,
  style: SourceStyle = {},
): CompiledSet {
  const compiler = new Compiler(externals, newInstance, style);
  let left = rules;
  const quarantined: Quarantined[] = [];
  for (let round = 0; left.length > 0; round++) {
    const result = compiler.compile(left);
    if (result.compiled) return { ...result, compiled: result.compiled, rules: left, quarantined };
    const refusals = round < ROUNDS && result.refusals.length > 0 ? result.refusals : compiler.tryEach(left);
    if (refusals.length === 0) throw new Error("the engine refuses the rules together, but none by itself");
    const lost = lostWith(left, refusals);
    // Not spread: a call takes some hundred thousand arguments at most, here and below.
    for (const each of lost.values()) quarantined.push(each);
    left = left.filter((rule) => !lost.has(rule));
  }
  return { compiled: undefined, rules: [], quarantined, warnings: [] };
}

interface Attempt {
  readonly compiled: CompiledRules | undefined;
  readonly refusals: readonly Refusal[];
  readonly warnings: readonly Refusal[];
}

class Compiler {
  private instance: EngineInstance | undefined;

  constructor(
    private readonly externals: Externals,
    private readonly newInstance: () => EngineInstance,
    private readonly style: SourceStyle,
  ) {}

  compile(rules: readonly ResolvedRule[]): Attempt {
    const source = writeSource(rules, this.style);
    if (this.instance?.dead) this.instance = undefined;
    this.instance ??= this.newInstance();
    try {
      const { rules: compiled, diagnostics } = this.instance.compile(source.text, this.externals);
      const of = (level: Diagnostic["level"]) =>
        diagnostics.filter((each) => each.level === level).flatMap((each) => refusalOf(each, source));
      return { compiled, refusals: of("error"), warnings: of("warning") };
    } catch (error) {
      if (!this.instance.dead) throw error;
      // The engine broke. With a single rule to blame the rule is refused; else the culprit is looked for.
      const [rule] = rules;
      const message = `the engine breaks on it: ${(error as Error).message}`;
      const refusals = rules.length === 1 ? [{ rule: rule!, line: rule!.syntax.line, message }] : [];
      return { compiled: undefined, refusals, warnings: [] };
    }
  }

  /** Compiles each rule with what it uses, and nothing else. What it uses is not blamed on it. */
  tryEach(rules: readonly ResolvedRule[]): Refusal[] {
    const refused = new Map<ResolvedRule, Refusal>();
    for (const rule of rules) {
      if (rule.uses.some((use) => refused.has(use))) continue;
      const closure = [...closureOf(rule)];
      const { compiled, refusals } = this.compile(closure);
      compiled?.free();
      if (compiled) continue;
      const own = refusals.find((refusal) => refusal.rule === rule) ?? refusals[0];
      refused.set(rule, {
        rule,
        line: own?.line ?? rule.syntax.line,
        message: own?.message ?? "the engine refuses it without a reason",
      });
    }
    return [...refused.values()];
  }
}

/** Collects what a rule uses, directly or not, and then the rule. */
export function closureOf(rule: ResolvedRule): Set<ResolvedRule> {
  const closure = new Set<ResolvedRule>();
  const stack = [rule];
  while (stack.length > 0) {
    const top = stack.at(-1)!;
    const waiting = top.uses.filter((use) => !closure.has(use));
    for (const use of waiting) stack.push(use);
    if (waiting.length === 0) closure.add(stack.pop()!);
  }
  return closure;
}

function refusalOf({ line, message }: Diagnostic, source: Source): Refusal[] {
  const place = ruleAt(line, source);
  return place ? [{ ...place, message }] : [];
}

/** Collects refused rules and their dependants, which stand behind them. */
function lostWith(
  rules: readonly ResolvedRule[],
  refusals: readonly Refusal[],
): Map<ResolvedRule, Quarantined> {
  const blamed = new Map(refusals.toReversed().map((refusal) => [refusal.rule, refusal] as const));
  const lost = new Map<ResolvedRule, Quarantined>();
  for (const rule of rules) {
    const { file, syntax, uses } = rule;
    const common = { rule: syntax.name, file: file.path, harmless: false };
    const missing = uses.find((use) => lost.has(use));
    const refusal = blamed.get(rule);
    if (missing) {
      const place = `${missing.file.path}:${missing.syntax.line}`;
      const reason = `depends on "${missing.syntax.name}" (${place}), which is not evaluated`;
      lost.set(rule, { ...common, line: syntax.line, reason });
    } else if (refusal) lost.set(rule, { ...common, line: refusal.line, reason: refusal.message });
  }
  return lost;
}
