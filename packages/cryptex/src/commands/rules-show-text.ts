/** The text of `rules show`. */
import { visible, visibleBytes } from "#kit/format/visible.ts";
import type { FoundRule } from "../cryptex-store/rule-search.ts";
import type { KnownRule } from "../cryptex-store/shown-rules.ts";
import { placeOf } from "./rules-find-text.ts";

export function shownText(shown: readonly KnownRule[]): string {
  return `${shown.map(oneText).join("\n\n")}\n`;
}

function oneText({ rule, relations: { uses, externals, usedBy, duplicates }, text }: KnownRule): string {
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
