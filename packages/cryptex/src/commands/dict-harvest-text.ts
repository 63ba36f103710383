/** The output of `dict harvest`. Names in code are hostile: what is not printable is escaped. */
import { formatCount, plural } from "#kit/format/numbers.ts";
import { visible } from "#kit/format/visible.ts";
import type { Io } from "#kit/term/io.ts";
import type { Screen } from "#kit/term/screen.ts";
import { type Column, table } from "#kit/term/table.ts";
import type { HarvestReport } from "../harvest/harvest.ts";

const COLUMNS: readonly Column[] = [
  { title: "FILE" },
  { title: "LANGUAGE", leaves: 1 },
  { title: "DEFINES", align: "right" },
  { title: "KNOWN", align: "right" },
  { title: "COVERAGE", align: "right" },
  { title: "UNDERSTOOD", align: "right" },
];

export function harvestText(report: HarvestReport, io: Screen): string {
  const { files, definitions, known, coverage, proposals, other_files } = report;
  const rows = files.map((file) => [
    visible(file.path),
    file.language,
    formatCount(file.definitions),
    formatCount(file.known),
    share(file.coverage),
    share(file.understood),
  ]);
  const lines = [
    `${plural(definitions, "definition")} in ${plural(files.length, "file")}; the dictionary has ${formatCount(known)} (${share(coverage)})`,
    plural(proposals.length, "proposal"),
    ...(other_files > 0 ? [`${plural(other_files, "file")} in no language that is read`] : []),
  ];
  return `${files.length === 0 ? "" : `${table(COLUMNS, rows, io)}\n\n`}${lines.join("\n")}\n`;
}

function share(percent: number | null): string {
  return percent === null ? "-" : `${percent.toFixed(1)} %`;
}

const MOST_NAMED = 50;

/** Names files that were not read, or not wholly, on stderr. */
export function sayLeftOut({ left_out, files }: HarvestReport, io: Io): void {
  const words = [
    ...left_out.map(({ path, reason }) => `${path}: ${reason}`),
    ...files
      .filter(({ unread_lines }) => unread_lines.length > 0)
      .map(
        ({ path, unread_lines }) => `${path}:${unread_lines[0]}: ${partsNotUnderstood(unread_lines.length)}`,
      ),
  ];
  for (const each of words.slice(0, MOST_NAMED)) io.log.warn(visible(each));
  const rest = words.length - MOST_NAMED;
  if (rest > 0) io.log.warn(`and ${formatCount(rest)} more: --json lists them all`);
}

function partsNotUnderstood(lines: number): string {
  return lines === 1
    ? "not wholly understood"
    : `not wholly understood, nor are ${plural(lines - 1, "other line")}`;
}
