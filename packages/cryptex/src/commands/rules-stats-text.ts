/** The output of `rules stats`. */
import { formatCount, plural } from "#kit/format/numbers.ts";
import { visible } from "#kit/format/visible.ts";
import type { Io } from "#kit/term/io.ts";
import { type Column, table } from "#kit/term/table.ts";
import type { RuleScope } from "../cryptex-store/rule-index.ts";
import type { Counted, Group, RuleStatistics } from "../cryptex-store/rule-relations.ts";
import { jsonLine, placeOf, problemJson } from "./rules-find-text.ts";

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
