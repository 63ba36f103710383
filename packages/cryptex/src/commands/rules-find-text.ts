/** The output of `rules find`, and parts of it that the other commands share. Texts of rules are hostile: what is not printable is escaped. */
import { plural } from "#kit/format/numbers.ts";
import { safeJson, visible } from "#kit/format/visible.ts";
import type { Io } from "#kit/term/io.ts";
import { type Column, table } from "#kit/term/table.ts";
import type { RuleScope } from "../cryptex-store/rule-index.ts";
import type { FoundRule } from "../cryptex-store/rule-search.ts";
import { metaText } from "../cryptex-store/rule-words.ts";
import { ruleJson } from "../cryptex-store/shown-rules.ts";

const FOUND: readonly Column[] = [
  { title: "RULE" },
  { title: "PLACE" },
  { title: "TAGS", optional: true, leaves: 2, wraps: "inside" },
  { title: "MODULES", optional: true, leaves: 1, wraps: "inside" },
  { title: "DESCRIPTION", optional: true, wraps: "below" },
];

export function foundText(found: readonly FoundRule[], io: Io): string {
  const rows = found.map((rule) => [
    rule.name,
    placeOf(rule),
    rule.tags.join(" "),
    rule.modules.join(" "),
    descriptionOf(rule),
  ]);
  const count = `${plural(found.length, "rule")}\n`;
  return found.length === 0 ? count : `${table(FOUND, rows, io)}\n\n${count}`;
}

/** Characters of a description that a list shows. */
const MAX_DESCRIPTION = 200;

function descriptionOf({ meta }: FoundRule): string {
  const entry = meta.find(({ key }) => key === "description");
  if (entry === undefined) return "";
  const text = metaText(entry);
  return visible(text.length > MAX_DESCRIPTION ? `${text.slice(0, MAX_DESCRIPTION)}…` : text);
}

export function placeOf({ file, line }: FoundRule): string {
  return visible(`${file}:${line}`);
}

export function foundJson(found: readonly FoundRule[], { problems }: RuleScope): string {
  return jsonLine({ rules: found.map(ruleJson), problems: problems.map(problemJson) });
}

export function jsonLine(result: object): string {
  return `${safeJson({ schema: 1, ...result })}\n`;
}

export function problemJson({ rule, file, line, reason }: RuleScope["problems"][number]) {
  return { rule, file, line, reason };
}
