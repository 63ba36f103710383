/** Rules as `rules show --json` and the gateway show them. */
import { readRuleFile } from "../rules/list-rule-files.ts";
import type { MetaEntry } from "../scan-runner/events.ts";
import type { RuleScope } from "./rule-index.ts";
import { type Relations, relationsOf } from "./rule-relations.ts";
import { type FoundRule, rulesWhere } from "./rule-search.ts";
import type { Store } from "./store.ts";

/** A rule with all that is known of it. */
export interface KnownRule {
  readonly rule: FoundRule;
  readonly relations: Relations;
  /** Its bytes in the file. */
  readonly text: Uint8Array;
}

export interface ShownRules {
  readonly schema: 1;
  readonly rules: readonly ShownRule[];
}

export interface ShownRule {
  readonly name: string;
  readonly file: string;
  readonly line: number;
  readonly end_line: number;
  readonly private: boolean;
  readonly global: boolean;
  readonly tags: readonly string[];
  readonly meta: readonly MetaEntry[];
  readonly modules: readonly string[];
  /** Digest of the text without comments and blanks: `sha256:` and hex. */
  readonly digest: string;
  readonly uses: readonly RulePlace[];
  readonly externals: readonly string[];
  readonly used_by: readonly RulePlace[];
  readonly duplicates: readonly RulePlace[];
  readonly text: string;
}

export interface RulePlace {
  readonly name: string;
  readonly file: string;
  readonly line: number;
}

/** Finds all rules of a name. @throws StoreError; Error where a file cannot be read any more */
export function rulesCalled(store: Store, scope: RuleScope, name: string): KnownRule[] {
  return rulesWhere(store, scope, "name = ?", [name]).map((rule) => ({
    rule,
    relations: relationsOf(store, scope, rule),
    text: readRuleFile(rule.file).subarray(rule.start, rule.end),
  }));
}

/** @param fileText how the path of a file is shown */
export function shownRules(rules: readonly KnownRule[], fileText = (file: string) => file): ShownRules {
  const places = (found: readonly FoundRule[]) =>
    found.map(({ name, file, line }) => ({ name, file: fileText(file), line }));
  return {
    schema: 1,
    rules: rules.map(({ rule, relations, text }) => ({
      ...ruleJson(rule),
      file: fileText(rule.file),
      uses: places(relations.uses),
      externals: relations.externals,
      used_by: places(relations.usedBy),
      duplicates: places(relations.duplicates),
      text: Buffer.from(text).toString("utf8"),
    })),
  };
}

/** The part of a rule that lists have, too. */
export function ruleJson(rule: FoundRule) {
  const { name, file, line, endLine, isPrivate, isGlobal, tags, meta, modules, digest } = rule;
  return {
    name,
    file,
    line,
    end_line: endLine,
    private: isPrivate,
    global: isGlobal,
    tags,
    meta,
    modules,
    digest: `sha256:${digest}`,
  };
}
