/** A gap report for the terminal. Names in code are hostile: what is not printable is escaped. */
import { formatCount, plural } from "#kit/format/numbers.ts";
import { visible } from "#kit/format/visible.ts";
import type { Screen } from "#kit/term/screen.ts";
import type { Style } from "#kit/term/style.ts";
import { type Column, table } from "#kit/term/table.ts";
import type { GapReport, PortStatus } from "../gap-report.ts";
import { countWords, notesOf, portsOf } from "./words.ts";

const STYLES: Readonly<Record<PortStatus, Style>> = {
  pending: "dim",
  in_progress: "warn",
  done: "good",
  stale: "bad",
};

const COLUMNS: readonly Column[] = [
  { title: "COMPONENT" },
  { title: "LANGUAGE", optional: true, leaves: 1 },
  { title: "STATUS" },
  { title: "PORT", optional: true, wraps: "inside" },
  { title: "RESPONSIBLE", optional: true, leaves: 2 },
  { title: "ENTRY", optional: true, leaves: 3 },
  { title: "NOTE", optional: true, wraps: "below" },
];

export function gapText(report: GapReport, io: Screen): string {
  const rows = report.components.map((component) => [
    visible(component.component),
    component.language ?? "-",
    { text: component.port_status.replace("_", " "), style: STYLES[component.port_status] },
    visible(portsOf(component).join(" ")),
    visible(component.responsible ?? ""),
    visible(component.linked_cryptex ?? ""),
    visible(notesOf(component).join("; ")),
  ]);
  const lines = [
    countWords(report),
    ...excludedLines(report),
    ...(report.problems.length === 0 ? [] : ["", `${plural(report.problems.length, "problem")}:`]),
    ...report.problems.map(({ place, reason }) => `  ${visible(place)}: ${visible(reason)}`),
  ];
  return `${rows.length === 0 ? "" : `${table(COLUMNS, rows, io)}\n\n`}${lines.join("\n")}\n`;
}

function excludedLines({ excluded }: GapReport): string[] {
  if (excluded.length === 0) return [];
  const reasons = [...Map.groupBy(excluded, ({ reason }) => reason)].sort(
    ([, a], [, b]) => b.length - a.length,
  );
  const words = reasons.map(([reason, items]) => `  ${formatCount(items.length)}: ${visible(reason)}`);
  return ["excluded, by reason:", ...words];
}
