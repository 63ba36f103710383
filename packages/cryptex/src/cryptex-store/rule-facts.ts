/** Facts of a rule file as the store keeps them: made from its syntax once for each content. */
import { createHash } from "node:crypto";
import type { IncludeSyntax, RuleFileSyntax, RuleSyntax, SyntaxFault } from "../rules/ast.ts";
import { Lines } from "../rules/lines.ts";
import { parseRuleFile } from "../rules/parser.ts";
import { normalisedText } from "../rules/rule-text.ts";
import type { MetaEntry } from "../scan-runner/events.ts";
import { metaEntry } from "../scan-runner/formats/escape.ts";
import { type Field, fieldsOf, metaText, SEPARATOR, searchable } from "./rule-words.ts";

export interface FileFacts {
  readonly includes: readonly Include[];
  readonly faults: readonly Fault[];
  readonly rules: readonly KeptRule[];
}

/** The path is a binary string. */
export type Include = Pick<IncludeSyntax, "path" | "line">;
export type Fault = Pick<SyntaxFault, "rule" | "line" | "message">;

/** A rule as search results show it, but for its name and file. */
export interface RuleFacts {
  readonly line: number;
  readonly endLine: number;
  /** Its bytes in the file. */
  readonly start: number;
  readonly end: number;
  readonly isPrivate: boolean;
  readonly isGlobal: boolean;
  readonly tags: readonly string[];
  readonly meta: readonly MetaEntry[];
  readonly modules: readonly string[];
  /** Names in the condition that may be rules or externals. */
  readonly names: readonly string[];
  /** Beginnings of names of rules, as in `any of (apt_*)`. */
  readonly wildcards: readonly string[];
}

export interface KeptRule {
  readonly name: string;
  /** SHA-256 of its text without comments and blanks. */
  readonly digest: Uint8Array;
  readonly facts: RuleFacts;
  /** For exact look-ups: `tag`, `module`, `name`, `wildcard`, and `meta:KEY`. Values of tags and metadata are in lower case. */
  readonly fields: readonly Field[];
  /** For the search in texts. */
  readonly text: SearchedText;
}

export interface SearchedText {
  readonly name: string;
  readonly tags: string;
  readonly meta: string;
  readonly strings: string;
}

/** Parses a rule file. It throws for no input. */
export function factsOf(bytes: Uint8Array): FileFacts {
  const syntax = parseRuleFile(bytes);
  return {
    includes: syntax.includes.map(({ path, line }) => ({ path, line })),
    faults: [...syntax.faults.map(fault), ...unclosed(bytes, syntax)],
    rules: syntax.rules.map((rule) => keptRule(bytes, rule)),
  };
}

function fault({ rule, line, message }: SyntaxFault): Fault {
  return { ...(rule !== undefined && { rule }), line, message };
}

function unclosed(bytes: Uint8Array, { unclosedComment }: RuleFileSyntax): Fault[] {
  if (unclosedComment === undefined) return [];
  const line = new Lines(bytes).line(unclosedComment);
  return [{ line, message: "a comment is never closed: what follows it is not read" }];
}

function keptRule(bytes: Uint8Array, rule: RuleSyntax): KeptRule {
  const { name, line, endLine, span, isPrivate, isGlobal, tags, modules } = rule;
  const meta = rule.meta.map(metaEntry);
  const names = rule.names.map((use) => use.name);
  const wildcards = rule.ruleWildcards.map((use) => use.name);
  return {
    name,
    digest: createHash("sha256").update(normalisedText(bytes, rule), "latin1").digest(),
    facts: {
      line,
      endLine,
      start: span.start,
      end: span.end,
      isPrivate,
      isGlobal,
      tags,
      meta,
      modules,
      names,
      wildcards,
    },
    fields: [
      ...fieldsOf({ tags, modules, meta }),
      ...names.map((used) => ["name", used] as const),
      ...wildcards.map((used) => ["wildcard", used] as const),
    ],
    text: {
      name: searched([name]),
      tags: searched(tags),
      meta: searched(meta.map(metaText)),
      strings: searched(textsOf(rule)),
    },
  };
}

/** Texts and regular expressions; bytes in hex are no text. */
function textsOf({ strings }: RuleSyntax): string[] {
  return strings.flatMap((string) => {
    if (string.kind === "hex") return [];
    return [utf8(string.kind === "text" ? string.value : string.regex.source)];
  });
}

function utf8(binary: string): string {
  return Buffer.from(binary, "latin1").toString("utf8");
}

/** Text of a rule that is searched, of each kind. A file of 50 MB may be one string. */
const MAX_SEARCHED = 64 * 1024;

/** Two separators at the end let words of one or two characters be found by what follows them, see rule-search.ts. */
function searched(texts: readonly string[]): string {
  if (texts.length === 0) return "";
  return texts.map(searchable).join(SEPARATOR).slice(0, MAX_SEARCHED) + SEPARATOR + SEPARATOR;
}
