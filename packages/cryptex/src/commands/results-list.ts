/** `results list`: scans and collected results, the newest first. */
import { formatCount, plural } from "#kit/format/numbers.ts";
import { visible } from "#kit/format/visible.ts";
import { command } from "#kit/term/command.ts";
import { flag, many } from "#kit/term/flags.ts";
import type { Style } from "#kit/term/style.ts";
import { type Column, type Row, table } from "#kit/term/table.ts";
import type { Deps } from "../deps.ts";
import { SCAN_STATES, type ScanRecord } from "../results/journal.ts";
import { isComplete } from "../results/scan-lines.ts";
import { STORE_FLAG } from "./dict-flags.ts";
import { jsonLine } from "./dict-text.ts";
import { OUTPUT_FLAGS } from "./lookup-flags.ts";
import { openResults, RESULTS_FLAG, sinceOf } from "./result-flags.ts";
import { parseTime } from "./times.ts";

export const resultsList = command({
  name: "results list",
  description: "List scans of the gateway and collected results, the newest first",
  details: [
    "A result is complete where everything that its scan was asked for was evaluated; results show says why another one is not. With --json each has its record, and next is what --before takes to read on.",
  ],
  flags: {
    state: many(flag.choice(SCAN_STATES, { about: "Only those in this state" })),
    origin: flag.text({ hint: "NAME", about: "Only those of this origin" }),
    since: flag.value(parseTime, { hint: "TIME", about: "Only those that were written down then or later" }),
    ruleset: flag.text({
      hint: "DIGEST",
      about: "Only those of these rules: their digest, the beginning of it, or their name",
    }),
    completeness: flag.choice(["complete", "incomplete"], {
      about: "Only those that are complete, or are not",
    }),
    before: flag.text({ hint: "ID", about: "Only those that are older than this one" }),
    limit: flag.count(1, 1_000_000, { default: "50", about: "Results that are shown at most" }),
    ...STORE_FLAG,
    ...RESULTS_FLAG,
    ...OUTPUT_FLAGS,
  },
  examples: ["cryptex results list --since 2026-01-31", "cryptex results list --origin web-1 --json"],
  seeAlso: ["results show", "results export", "collect"],
  async run(
    { state, origin, since, ruleset, completeness, before, limit, store, results, format, json },
    io,
    deps: Deps,
  ) {
    await using open = await openResults({ store, results }, deps);
    const scans = await open.results.scans({
      limit,
      ...sinceOf(since),
      ...(state.length > 0 && { states: state }),
      ...(origin !== undefined && { origin }),
      ...(ruleset !== undefined && { ruleset }),
      ...(before !== undefined && { before }),
      ...(completeness !== undefined && { complete: completeness === "complete" }),
    });
    const next = scans.length < limit ? null : scans.at(-1)!.id;
    if (json || format === "json") return void (await io.out(jsonLine({ scans, next })));
    const older = next === null ? "" : `; --before ${next} shows older ones`;
    const list = scans.length === 0 ? "" : `${table(COLUMNS, scans.map(rowOf), io)}\n\n`;
    await io.out(`${list}${plural(scans.length, "result")}${older}\n`);
  },
});

const COLUMNS: readonly Column[] = [
  { title: "ID" },
  { title: "WHEN", leaves: 2 },
  { title: "ORIGIN" },
  { title: "STATE" },
  { title: "MATCHES", align: "right" },
  { title: "FILES", align: "right", leaves: 3 },
  { title: "RULES", leaves: 1 },
];

/** Characters of a digest that tell rule sets of one person apart. */
const SHORT_DIGEST = "sha256:".length + 8;

function rowOf(scan: ScanRecord): Row {
  const { id, createdAt, origin, start, end, lines } = scan;
  const rules = start?.ruleset.alias ?? start?.ruleset.digest.slice(0, SHORT_DIGEST) ?? "";
  return [
    id,
    createdAt.slice(0, "2026-01-31T12:00:00".length).replace("T", " "),
    visible(origin),
    stateOf(scan),
    formatCount(lines["match"] ?? 0),
    end === null ? "" : formatCount(end.scanned),
    visible(rules),
  ];
}

function stateOf(scan: ScanRecord): { readonly text: string; readonly style: Style } {
  if (scan.state !== "done") return { text: scan.state, style: scan.state === "failed" ? "bad" : "dim" };
  return isComplete(scan) ? { text: "complete", style: "good" } : { text: "incomplete", style: "warn" };
}
