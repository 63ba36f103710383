/** `results show`: what a result comes to. */
import { formatCount } from "#kit/format/numbers.ts";
import { visible } from "#kit/format/visible.ts";
import { command } from "#kit/term/command.ts";
import { flag, positional } from "#kit/term/flags.ts";
import { fitLines, type Screen } from "#kit/term/screen.ts";
import { paint } from "#kit/term/style.ts";
import { table } from "#kit/term/table.ts";
import type { Deps } from "../deps.ts";
import type { ReasonCount, ScanSummary } from "../results/summary.ts";
import { summaryOf } from "../results/summary.ts";
import { matchSentence, type Tally } from "../scan-runner/formats/outcome.ts";
import { STORE_FLAG } from "./dict-flags.ts";
import { jsonLine } from "./dict-text.ts";
import { OUTPUT_FLAGS } from "./lookup-flags.ts";
import { openResults, RESULTS_FLAG } from "./result-flags.ts";

export const resultsShow = command({
  name: "results show",
  description: "Show what a result comes to: matches by rule, errors by reason, and why it is not complete",
  flags: {
    id: positional.text({ about: "Id of the result, which results list shows" }),
    limit: flag.count(1, 1_000_000, {
      default: "20",
      about: "Rules and reasons that are shown at most; --json has all",
    }),
    ...STORE_FLAG,
    ...RESULTS_FLAG,
    ...OUTPUT_FLAGS,
  },
  examples: ["cryptex results show 0199d0c4-0000-7000-8000-000000000000"],
  seeAlso: ["results list", "results export"],
  async run({ id, limit, store, results, format, json }, io, deps: Deps) {
    await using open = await openResults({ store, results }, deps);
    const { summary, tally } = await summaryOf(open.results, id, io.signal);
    await io.out(json || format === "json" ? jsonLine(summary) : summaryText(summary, tally, limit, io));
  },
});

function summaryText(summary: ScanSummary, tally: Tally, limit: number, screen: Screen): string {
  const { scan, complete, why, rules, errors, skips } = summary;
  const { start } = scan;
  const facts: readonly (readonly [string, string | null | undefined])[] = [
    ["id", scan.id],
    ["origin", scan.origin],
    ["state", scan.state],
    ["rules", start && `${start.ruleset.alias ?? start.ruleset.digest}, ${formatCount(start.rules)} of them`],
    ["engine", start?.engines.map(({ name, version }) => `${name} ${version}`).join(", ")],
    ["begun", scan.startedAt],
    ["ended", scan.endedAt],
  ];
  const head = facts.flatMap(([name, value]) => (value ? [`${name.padEnd(8)}${visible(value)}`] : []));
  const verdict = complete
    ? ["Everything that was asked for was evaluated."]
    : why.map((each) => `Not complete: ${each}`);
  const words = [matchSentence(tally), ...verdict].map((line) => fitLines(visible(line), screen));
  const lists = [
    listText(
      "RULE",
      rules.map(({ rule, namespace, matches }) => [ruleName(rule, namespace), matches]),
      limit,
      screen,
    ),
    listText("NOT EVALUATED", errors.map(reasonRow), limit, screen),
    listText("SKIPPED", skips.map(reasonRow), limit, screen),
  ];
  const text = words.map((line, i) =>
    i === 0 ? line : paint(line, complete ? "good" : "warn", screen.color),
  );
  return `${[head.join("\n"), text.join("\n"), ...lists.filter((list) => list !== "")].join("\n\n")}\n`;
}

function ruleName(rule: string, namespace: string): string {
  return namespace === "default" ? rule : `${rule} in ${namespace}`;
}

function reasonRow({ reason, count }: ReasonCount): [string, number] {
  return [reason ?? "other reasons", count];
}

function listText(
  title: string,
  rows: readonly (readonly [string, number])[],
  limit: number,
  screen: Screen,
): string {
  if (rows.length === 0) return "";
  const columns = [
    { title: "COUNT", align: "right" },
    { title, wraps: "inside" },
  ] as const;
  const shown = rows.slice(0, limit).map(([name, count]) => [formatCount(count), visible(name)]);
  const more = rows.length > limit ? `\nand ${formatCount(rows.length - limit)} more` : "";
  return table(columns, shown, screen) + more;
}
