/** The index as a table. */
import { visible } from "#kit/format/visible.ts";
import { fitLines, type Screen } from "#kit/term/screen.ts";
import { type Column, table } from "#kit/term/table.ts";
import { type Listed, placeOf } from "./states.ts";

const COLUMNS: readonly Column[] = [
  { title: "WHAT" },
  { title: "MADE" },
  { title: "TAGS", wraps: "inside" },
  { title: "STATE" },
  { title: "MACHINE", leaves: 1 },
  { title: "PATH", wraps: "below" },
];

/** @param tag that was asked for */
export function listText(listed: readonly Listed[], tag: string | undefined, screen: Screen): string {
  if (listed.length === 0) {
    const none = tag === undefined ? "the index is empty" : `nothing has the tag '${tag}'`;
    return `${none}; 'esoteric-entropy record SOURCE --out DIR --tag NAME' fills it\n`;
  }
  const rows = listed.map((entry) => [
    entry.source ?? entry.kind,
    `${entry.at.slice(0, 16).replace("T", " ")} UTC`,
    entry.tags.join(" "),
    { text: entry.state, style: entry.state === "there" ? undefined : ("bad" as const) },
    visible(entry.machine),
    visible(placeOf(entry)),
  ]);
  const reasons = listed.flatMap(({ reason }) =>
    reason === undefined ? [] : [fitLines(visible(reason), screen)],
  );
  return [table(COLUMNS, rows, screen), ...(reasons.length === 0 ? [] : ["", ...reasons]), ""].join("\n");
}
