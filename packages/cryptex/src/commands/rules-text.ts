/** The output of `rules find`, `rules show` and `rules stats`. Texts of rules are hostile: what is not printable is escaped. */
import { formatCount, plural } from "#kit/format/numbers.ts";
import { safeJson, visible, visibleBytes } from "#kit/format/visible.ts";
import type { Io } from "#kit/term/io.ts";
import { type Column, table } from "#kit/term/table.ts";
import { metaText } from "../cryptex-store/rule-facts.ts";
import type { RuleScope } from "../cryptex-store/rule-index.ts";
import type { Counted, Group, Relations, RuleStatistics } from "../cryptex-store/rule-relations.ts";
import type { FoundRule } from "../cryptex-store/rule-search.ts";

// ---- rules find ----

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

function placeOf({ file, line }: FoundRule): string {
  return visible(`${file}:${line}`);
}

export function foundJson(found: readonly FoundRule[], { problems }: RuleScope): string {
  return jsonLine({ rules: found.map(ruleJson), problems: problems.map(problemJson) });
}

function jsonLine(result: object): string {
  return `${safeJson({ schema: 1, ...result })}\n`;
}

function ruleJson(rule: FoundRule) {
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

function problemJson({ rule, file, line, reason }: RuleScope["problems"][number]) {
  return { rule, file, line, reason };
}

// ---- rules show ----

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

// ---- rules stats ----

/** Lines of each list. */
const MOST = 10;

export function statsText(statistics: RuleStatistics, io: Io): string {
  const { rules, files, modules, tags, perFile, duplicates, clashes } = statistics;
  const kinds = [
    `${plural(statistics.private, "rule")} private`,
    `${formatCount(statistics.global)} global`,
    `${formatCount(duplicates.length)} there more than once`,
    `${formatCount(clashes.length)} names that stand for different rules`,
  ];
  const parts = [
    `${plural(rules, "rule")} in ${plural(files, "file")}; ${kinds.join(", ")}`,
    countsText("MODULE", modules, io),
    countsText("TAG", tags, io),
    countsText("FILE", perFile, io),
    groupsText("MORE THAN ONCE", duplicates, io),
    groupsText("DIFFERENT RULES", clashes, io),
  ];
  return `${parts.filter((part) => part !== "").join("\n\n")}\n`;
}

function countsText(title: string, counts: readonly Counted[], io: Io): string {
  if (counts.length === 0) return "";
  const columns: readonly Column[] = [{ title }, { title: "RULES", align: "right" }];
  const rows = counts.slice(0, MOST).map(({ name, count }) => [visible(name), formatCount(count)]);
  return `${table(columns, rows, io)}${more(counts)}`;
}

function groupsText(title: string, groups: readonly Group[], io: Io): string {
  if (groups.length === 0) return "";
  const columns: readonly Column[] = [{ title }, { title: "PLACES", wraps: "inside" }];
  const rows = groups.slice(0, MOST).map(({ name, rules }) => [name, rules.map(placeOf).join(" ")]);
  return `${table(columns, rows, io)}${more(groups)}`;
}

function more(list: readonly unknown[]): string {
  return list.length > MOST ? `\nand ${formatCount(list.length - MOST)} more` : "";
}

export function statsJson(statistics: RuleStatistics, { problems }: RuleScope): string {
  const { rules, files, modules, tags, perFile, duplicates, clashes } = statistics;
  const groups = (all: readonly Group[]) =>
    all.map((group) => ({ name: group.name, places: group.rules.map(({ file, line }) => ({ file, line })) }));
  return jsonLine({
    rules,
    files,
    private: statistics.private,
    global: statistics.global,
    modules,
    tags,
    per_file: perFile,
    duplicates: groups(duplicates),
    clashes: groups(clashes),
    problems: problems.map(problemJson),
  });
}
