/** From paths to a compiled set: read, resolve, compile. Takes seconds for large collections, so it has a thread of its own. */
import type { EngineFacts, EngineInstance } from "../engine/engine.ts";
import { type CompiledSet, compileRules } from "./compile.ts";
import { type ListedFile, listRuleFiles } from "./list-rule-files.ts";
import { type ResolvedRule, resolveRules } from "./resolve.ts";
import { inOrderOf, type RuleFiles, readRuleFiles } from "./rule-files.ts";
import type { Quarantined } from "./rule-info.ts";
import { type Externals, FILE_EXTERNALS, type PackedRuleSet, type RuleSetRequest } from "./rule-set.ts";
import { packRuleTable } from "./rule-table.ts";
import { packRuleTexts } from "./rule-texts.ts";
import { textOf, withoutPrivate } from "./source.ts";

export interface Compiler {
  readonly facts: EngineFacts;
  newInstance(): EngineInstance;
}

export interface CompiledFiles extends CompiledSet {
  readonly listed: readonly ListedFile[];
  readonly read: RuleFiles;
}

/**
 * Reads, resolves and compiles. Everything that was lost on the way is among `quarantined`.
 * @param mayWait waits for pipes that are named
 */
export function compileSet(request: RuleSetRequest, compiler: Compiler, mayWait = false): CompiledFiles {
  const { listed, quarantined: unlisted } = listRuleFiles(request.paths);
  const read = readRuleFiles(listed, request.includeFolders, mayWait);
  return { ...compileFiles(read, request, compiler, unlisted), listed };
}

/** Resolves and compiles what was read. @param unlisted what could not be */
export function compileFiles(
  read: RuleFiles,
  request: Pick<RuleSetRequest, "externals" | "showPrivate">,
  { facts, newInstance }: Compiler,
  unlisted: readonly Quarantined[] = [],
): Omit<CompiledFiles, "listed"> {
  const externals = withFileExternals(request.externals);
  const resolution = resolveRules(read, {
    name: "this engine",
    modules: facts.modules,
    externals: new Set(Object.keys(externals)),
  });
  const style = request.showPrivate ? { edits: withoutPrivate } : {};
  const set = compileRules(resolution.rules, externals, newInstance, style);
  const quarantined = [...unlisted, ...read.quarantined, ...resolution.quarantined, ...set.quarantined];
  return { ...set, quarantined: inOrderOf(read.files, quarantined), read };
}

export function buildRuleSet(request: RuleSetRequest, compiler: Compiler): PackedRuleSet {
  const { compiled, rules, quarantined, listed, read } = compileSet(request, compiler, true);
  return {
    digest: digestOf(rules, request.externals),
    quarantined,
    modules: [...new Set(rules.flatMap(({ modules }) => modules))],
    table: packRuleTable(rules),
    compiled: shared(compiled?.save() ?? new Uint8Array()),
    ...(request.withTexts && { texts: shared(packRuleTexts(rules)) }),
    listed: listed.map(({ path }) => path),
    files: [...read.digests],
    absent: read.absent,
  };
}

/** Externals of the file are empty when rules are compiled. */
export function withFileExternals(externals: Externals): Externals {
  return { ...Object.fromEntries(FILE_EXTERNALS.map((name) => [name, ""])), ...externals };
}

function digestOf(rules: readonly ResolvedRule[], externals: Externals): string {
  const hash = new Bun.CryptoHasher("sha256");
  const item = (data: Uint8Array | string) => {
    const bytes = typeof data === "string" ? Buffer.from(data) : data;
    hash.update(`${bytes.length}:`).update(bytes);
  };
  for (const rule of rules) {
    item(rule.namespace);
    item(textOf(rule));
  }
  const names = Object.keys(externals).sort();
  item(JSON.stringify(names.map((name) => [name, typeof externals[name], String(externals[name])])));
  return `sha256:${hash.digest("hex")}`;
}

function shared(bytes: Uint8Array): Uint8Array {
  const copy = new Uint8Array(new SharedArrayBuffer(bytes.length));
  copy.set(bytes);
  return copy;
}
