/** The output of `rules show`. */
import { visible, visibleBytes } from "#kit/format/visible.ts";
import type { Relations } from "../cryptex-store/rule-relations.ts";
import type { FoundRule } from "../cryptex-store/rule-search.ts";
import { jsonLine, placeOf, ruleJson } from "./rules-find-text.ts";

export interface ShownRule {
  readonly rule: FoundRule;
  readonly relations: Relations;
  /** Its bytes in the file. */
  readonly text: Uint8Array;
}

export function shownText(shown: readonly ShownRule[]): string {
  return `${shown.map(oneText).join("\n\n")}\n`;
}

function oneText({ rule, relations: { uses, externals, usedBy, duplicates }, text }: ShownRule): string {
  const named = (rules: readonly FoundRule[]) => rules.map((each) => `${each.name} (${placeOf(each)})`);
  const lines: readonly (readonly [string, readonly string[]])[] = [
    ["place", [visible(`${rule.file}:${rule.line}-${rule.endLine}`)]],
    ["kind", [...(rule.isGlobal ? ["global"] : []), ...(rule.isPrivate ? ["private"] : [])]],
    ["tags", rule.tags],
    ["modules", rule.modules],
    ["externals", externals],
    ["uses", named(uses)],
    ["used by", named(usedBy)],
    ["duplicates", named(duplicates)],
    ["digest", [`sha256:${rule.digest}`]],
  ];
  const facts = lines.flatMap(([title, values]) =>
    values.length === 0 ? [] : [`  ${title.padEnd(11)} ${values.join(", ")}`],
  );
  return [rule.name, ...facts, "", sourceText(text)].join("\n");
}

/** Escapes a text but for its line breaks and tabs. */
function sourceText(bytes: Uint8Array): string {
  return Buffer.from(bytes)
    .toString("latin1")
    .split(/(\r?\n|\t)/)
    .map((part) =>
      /^\r?\n$/.test(part) ? "\n" : part === "\t" ? part : visibleBytes(Buffer.from(part, "latin1")),
    )
    .join("");
}

export function shownJson(shown: readonly ShownRule[]): string {
  const places = (rules: readonly FoundRule[]) => rules.map(({ name, file, line }) => ({ name, file, line }));
  return jsonLine({
    rules: shown.map(({ rule, relations, text }) => ({
      ...ruleJson(rule),
      uses: places(relations.uses),
      externals: relations.externals,
      used_by: places(relations.usedBy),
      duplicates: places(relations.duplicates),
      text: Buffer.from(text).toString("utf8"),
    })),
  });
}
