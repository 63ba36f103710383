/** `dict stats`: counts of the dictionary. */
import { formatCount, formatPercent } from "#kit/format/numbers.ts";
import { visible } from "#kit/format/visible.ts";
import { command } from "#kit/term/command.ts";
import { table } from "#kit/term/table.ts";
import type { Deps } from "../deps.ts";
import { type Counted, type DictionaryStatistics, statisticsOf } from "../dictionary/statistics.ts";
import { OpenDictionary, STORE_FLAG } from "./dict-flags.ts";
import { jsonLine } from "./dict-text.ts";
import { OUTPUT_FLAGS } from "./lookup-flags.ts";

export const dictStats = command({
  name: "dict stats",
  description: "Count entries of the dictionary by status, kind, owner and risk",
  details: ["The text lists the ten most of each; JSON lists all."],
  flags: { ...STORE_FLAG, ...OUTPUT_FLAGS },
  examples: ["cryptex dict stats"],
  seeAlso: ["dict check"],
  ownThread: true,
  async run({ store, format, json }, io, deps: Deps) {
    using open = new OpenDictionary(store, deps);
    const statistics = statisticsOf(open.dictionary.all());
    await io.out(json || format === "json" ? jsonLine(statistics) : statisticsText(statistics));
  },
});

const MOST_LISTED = 10;

function statisticsText(statistics: DictionaryStatistics): string {
  const { entries, statuses, described } = statistics;
  const share = (count: number) => (entries === 0 ? "-" : formatPercent(count / entries));
  const counts = (title: string, values: readonly Counted[]) =>
    countTable(
      title,
      values.slice(0, MOST_LISTED).map(({ value, count }) => [visible(value) || "(not said)", count]),
      share,
    );
  const blocks = [
    countTable("STATUS", Object.entries(statuses), share),
    countTable("WITH", Object.entries(described), share),
    ...(statistics.kinds.some(({ value }) => value !== "") ? [counts("KIND", statistics.kinds)] : []),
    ...(statistics.owners.some(({ value }) => value !== "") ? [counts("OWNER", statistics.owners)] : []),
    ...(statistics.risks.some(({ value }) => value !== "") ? [counts("RISK", statistics.risks)] : []),
    ...(statistics.tags.length > 0 ? [counts("TAG", statistics.tags)] : []),
    ...(statistics.most_needed.length > 0 ? [counts("NEEDED BY MOST", statistics.most_needed)] : []),
  ];
  const { dependencies, unknown_dependencies } = statistics;
  const unknown = unknown_dependencies === 0 ? "" : `, ${formatCount(unknown_dependencies)} to no entry`;
  return `${formatCount(entries)} entries, ${formatCount(dependencies)} dependencies${unknown}\n\n${blocks.join("\n\n")}\n`;
}

function countTable(
  title: string,
  rows: readonly (readonly [name: string, count: number])[],
  share: (count: number) => string,
): string {
  return table(
    [{ title }, { title: "ENTRIES", align: "right" }, { title: "SHARE", align: "right" }],
    rows.map(([name, count]) => [name, formatCount(count), share(count)]),
  );
}
