/** Facts about the rules of a compiled set, packed: a scan of one file looks at the few rules that match. */
import type { MetaSyntax } from "./ast.ts";
import { openLines } from "./packed-lines.ts";
import type { ResolvedRule } from "./resolve.ts";
import type { RuleInfo } from "./rule-info.ts";

/** Facts about the rules by their numbers in the engine. */
export interface RuleTable {
  readonly count: number;
  get(rule: number): RuleInfo;
  /** Numbers of the rules whose conditions name this one, directly or not. */
  dependants(rule: number): readonly number[];
}

/** Packs the facts: a line of JSON for each rule. */
export function packRuleTable(rules: readonly ResolvedRule[]): Uint8Array {
  const numbers = new Map(rules.map((rule, number) => [rule, number]));
  const lines = rules.map((rule) => {
    const line = { ...infoOf(rule), uses: rule.uses.map((use) => numbers.get(use)!) };
    return JSON.stringify(line);
  });
  return Buffer.from(lines.map((line) => `${line}\n`).join(""));
}

interface PackedRule extends RuleInfo {
  /** Numbers of the rules that the condition names. */
  readonly uses: readonly number[];
}

function infoOf({ file, syntax, namespace }: ResolvedRule) {
  return {
    name: syntax.name,
    namespace,
    isPrivate: syntax.isPrivate,
    isGlobal: syntax.isGlobal,
    tags: syntax.tags,
    meta: syntax.meta.map(packedMeta),
    strings: syntax.strings.map(({ id, modifiers, kind }) => ({
      id,
      isPrivate: modifiers.private === true,
      ...(kind === "hex" && { isHex: true as const }),
    })),
    file: file.path,
    line: syntax.line,
  };
}

/** JSON has no integers beyond 2^53. */
function packedMeta({ key, value }: MetaSyntax) {
  if (typeof value !== "bigint") return { key, value };
  const number = Number(value);
  return { key, value: Number.isSafeInteger(number) ? number : { integer: `${value}` } };
}

/** Opens packed facts. */
export function openRuleTable(packed: Uint8Array): RuleTable {
  const { count, line } = openLines(packed);
  const opened = new Map<number, PackedRule>();
  const get = (rule: number): PackedRule => {
    const known = opened.get(rule);
    if (known) return known;
    const info = JSON.parse(line(rule), (_, value) =>
      isInteger(value) ? BigInt(value.integer) : value,
    ) as PackedRule;
    opened.set(rule, info);
    return info;
  };
  return {
    count,
    get,
    dependants(rule) {
      // A rule comes after those that it uses.
      const found = new Set([rule]);
      for (let each = rule + 1; each < count; each++)
        if (get(each).uses.some((use) => found.has(use))) found.add(each);
      found.delete(rule);
      return [...found];
    },
  };
}

function isInteger(value: unknown): value is { readonly integer: string } {
  return typeof value === "object" && value !== null && "integer" in value;
}
