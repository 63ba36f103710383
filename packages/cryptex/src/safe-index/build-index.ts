/**
 * Builds a safe index: one file with every rule of an index that a target can load. Rules are left out, not files; so are the rules
 * that depend on them. The result is compiled before it is handed over.
 */
import { createHash } from "node:crypto";
import { plural } from "#kit/format/numbers.ts";
import type { EngineFacts, EngineInstance } from "../engine/engine.ts";
import { compileRules } from "../rules/compile.ts";
import { listRuleFiles } from "../rules/list-rule-files.ts";
import { type ResolvedRule, resolveRules } from "../rules/resolve.ts";
import { inOrderOf, readRuleFiles } from "../rules/rule-files.ts";
import type { Quarantined } from "../rules/rule-info.ts";
import type { Externals } from "../rules/rule-set.ts";
import { writeSource } from "../rules/source.ts";
import type { Target } from "./target.ts";

export interface IndexRequest {
  /** Index files, or folders of rules. */
  readonly paths: readonly string[];
  readonly includeFolders: readonly string[];
  /** External variables that the target will define, with values of their types. */
  readonly externals: Externals;
  readonly target: Target;
  /** Begins the written file, in lines of a comment. */
  readonly title: readonly string[];
}

export interface IndexEngine {
  readonly facts: EngineFacts;
  newInstance(): EngineInstance;
}

export interface BuiltIndex {
  readonly text: Uint8Array;
  readonly report: IndexReport;
  /** Paths of all files that were read. */
  readonly files: readonly string[];
}

/** Content of OUT.json. */
export interface IndexReport {
  readonly schema: 1;
  readonly target: string;
  readonly index: readonly string[];
  /** SHA-256 of the written file, hex. */
  readonly sha256: string;
  readonly files: number;
  readonly rules: number;
  readonly kept: number;
  readonly dropped: number;
  readonly duplicates: number;
  /** Programs that have compiled the written file. */
  readonly compiled_by: readonly string[];
  /** How many rules were dropped for which reason; names of other rules are left out of the reason. */
  readonly reasons: Readonly<Record<string, number>>;
  /** `rule` is null for what is no rule: an include, a file, a stretch that is not YARA. */
  readonly dropped_rules: readonly DroppedRule[];
  readonly duplicate_rules: readonly DroppedRule[];
  /** Rules that are called otherwise in the written file, since another rule has their name. */
  readonly renamed_rules: readonly {
    readonly rule: string;
    readonly as: string;
    readonly file: string;
    readonly line: number;
  }[];
}

export type DroppedRule = Pick<Quarantined, "rule" | "file" | "line" | "reason">;

/** @throws the signal's reason; Error where the target's program cannot load the result and does not say which rule is at fault */
export async function buildIndex(
  request: IndexRequest,
  engine: IndexEngine,
  signal: AbortSignal,
): Promise<BuiltIndex> {
  const { target, paths, externals } = request;
  const { listed, quarantined: unlisted } = listRuleFiles(paths);
  const read = readRuleFiles(listed, request.includeFolders);
  const resolution = resolveRules(read, {
    name: target.name,
    modules: target.modules,
    externals: new Set(Object.keys(externals)),
    refuses: (rule) => target.lacks(rule).join("; ") || undefined,
  });
  const compiled = compileHere(resolution.rules, externals, engine);
  const checked = await checkByTarget(compiled.rules, request, signal);
  const lost = [
    unlisted,
    read.quarantined,
    resolution.quarantined,
    compiled.quarantined,
    checked.lost,
  ].flat();
  const { rules, text } = checked.index;
  const inOrder = inOrderOf(read.files, lost);
  const harmful = inOrder.filter(({ harmless }) => !harmless).map(dropped);
  const duplicates = inOrder.filter(({ harmless }) => harmless).map(dropped);
  return {
    text,
    files: [...read.digests.keys()],
    report: {
      schema: 1,
      target: target.name,
      index: paths,
      sha256: createHash("sha256").update(text).digest("hex"),
      files: read.files.length,
      rules: read.rules.length + read.quarantined.filter(({ rule }) => rule !== null).length,
      kept: rules.length,
      dropped: harmful.filter(({ rule }) => rule !== null).length,
      duplicates: duplicates.length,
      compiled_by: [compiled.by, ...checked.by],
      reasons: countReasons(harmful),
      dropped_rules: harmful,
      duplicate_rules: duplicates,
      renamed_rules: rules
        .filter(({ engineName, syntax }) => engineName !== syntax.name)
        .map(({ engineName, syntax, file }) => ({
          rule: syntax.name,
          as: engineName,
          file: file.path,
          line: syntax.line,
        })),
    },
  };
}

/** Compiles the rules by our own engine, as far as it has the modules that they use. */
function compileHere(
  rules: readonly ResolvedRule[],
  externals: Externals,
  { facts, newInstance }: IndexEngine,
) {
  const foreign = new Set<ResolvedRule>();
  for (const rule of rules) {
    const isForeign = rule.modules.some((module) => !facts.modules.includes(module));
    if (isForeign || rule.uses.some((use) => foreign.has(use))) foreign.add(rule);
  }
  const own = rules.filter((rule) => !foreign.has(rule));
  const { compiled, rules: kept, quarantined } = compileRules(own, externals, newInstance);
  compiled?.free();
  const inSet = new Set(kept);
  return {
    rules: rules.filter((rule) => inSet.has(rule) || foreign.has(rule)),
    quarantined,
    by: `${facts.name} ${facts.version}${foreign.size === 0 ? "" : ` (but for ${plural(foreign.size, "rule")} with modules that it lacks)`}`,
  };
}

/** Takes out what the target's program refuses until it refuses nothing. */
async function checkByTarget(rules: readonly ResolvedRule[], request: IndexRequest, signal: AbortSignal) {
  const lost: Quarantined[] = [];
  let left = rules;
  for (;;) {
    const index = writeSource(left, { title: request.title, edits: request.target.edits });
    const result = await request.target.check?.(index, signal);
    if (!result || result.refused.length === 0) return { index, lost, by: result ? [result.by] : [] };
    const reasons = new Map(result.refused.map(({ rule, reason }) => [rule, `${result.by}: ${reason}`]));
    for (const rule of left) {
      const missing = rule.uses.find((use) => reasons.has(use));
      if (missing && !reasons.has(rule))
        reasons.set(rule, `depends on "${missing.syntax.name}", which is not evaluated`);
    }
    for (const [{ syntax, file }, reason] of reasons) {
      lost.push({ rule: syntax.name, file: file.path, line: syntax.line, reason, harmless: false });
    }
    left = left.filter((rule) => !reasons.has(rule));
  }
}

function dropped({ rule, file, line, reason }: Quarantined): DroppedRule {
  return { rule, file, line, reason };
}

/** Counts reasons without what is particular to a rule: names and places in quotes and brackets. */
function countReasons(all: readonly DroppedRule[]): Record<string, number> {
  const counts = new Map<string, number>();
  for (const { reason } of all) {
    for (const each of reason.split("; ")) {
      const general = each.replace(/^depends on "[^"]*"( \([^)]*\))?/, "depends on a rule");
      counts.set(general, (counts.get(general) ?? 0) + 1);
    }
  }
  return Object.fromEntries([...counts].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1)));
}
