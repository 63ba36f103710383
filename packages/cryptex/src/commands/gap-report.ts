/** `gap report`: a report that was made before, in any form. */
import { InputError, UsageError } from "#kit/errors.ts";
import { visible } from "#kit/format/visible.ts";
import { command } from "#kit/term/command.ts";
import { EXIT } from "#kit/term/exit.ts";
import { flag, positional } from "#kit/term/flags.ts";
import type { Screen } from "#kit/term/screen.ts";
import { type Column, table } from "#kit/term/table.ts";
import { storedGap } from "../cryptex-store/gap.ts";
import { storePaths } from "../cryptex-store/store-files.ts";
import type { Deps } from "../deps.ts";
import { type GapReport, withFacts } from "../gap/gap-report.ts";
import type { GapPoint, GapStore } from "../gap/gap-store.ts";
import { realFolder } from "../gap/open-gap.ts";
import { readReport } from "../gap/report-file.ts";
import { OpenDictionary, STORE_FLAG } from "./dict-flags.ts";
import { jsonLine } from "./dict-text.ts";
import { FORMAT_FLAG, ROOT_FLAG, writeReport } from "./gap-flags.ts";
import { PICTURE_FLAGS } from "./lookup-flags.ts";
import { writeResult } from "./own-files.ts";

export const gapReport = command({
  name: "gap report",
  description: "Show the gap report that was made last, or one in a file, as text, JSON, Markdown or HTML",
  details: [
    "No code is read. Without a file it is the report that gap scan kept of this folder, with what gap set has said since.",
    "--history shows the counts of earlier reports, each from the time on since when they have been these.",
  ],
  flags: {
    file: positional.file({
      required: false,
      about: "Report that gap scan --report wrote; default: the one in the store",
    }),
    ...ROOT_FLAG,
    history: flag.switch({ about: "Counts over time: text or JSON" }),
    ...STORE_FLAG,
    ...FORMAT_FLAG,
    output: PICTURE_FLAGS.output,
  },
  check({ file, history, format }, given) {
    if (history && (format === "md" || format === "html")) throw new UsageError("--history is text or json");
    const other = ["root", "history", "store"].find((name) => given.has(name));
    if (file !== undefined && other) throw new UsageError(`a file and --${other} contradict each other`);
  },
  examples: [
    "cryptex gap report",
    "cryptex gap report gap_report.json --format md",
    "cryptex gap report --history",
  ],
  seeAlso: ["gap scan", "gap set"],
  async run({ file, root, history, store: path, format, output }, io, deps: Deps) {
    if (file !== undefined) {
      await writeReport(readReport(file), format, output, [file], io);
      return EXIT.ok;
    }
    const folder = realFolder(root);
    using open = new OpenDictionary(path, deps);
    const store = storedGap(open.store);
    if (history) {
      const points = store.history(folder);
      const text = format === "json" ? jsonLine({ points }) : historyText(points, io);
      await writeResult(text, output, storePaths(open.store.path), io);
    } else
      await writeReport(keptReport(store, folder, root), format, output, storePaths(open.store.path), io);
    return EXIT.ok;
  },
});

function keptReport(store: GapStore, folder: string, shown: string): GapReport {
  const kept = store.last(folder);
  if (kept) return withFacts(kept.report, store.facts(folder));
  throw new InputError(`no gap report of ${visible(shown)} is in the store`, {
    hints: ["gap scan makes one"],
  });
}

const COUNTS = ["done", "in_progress", "stale", "pending", "excluded", "problems"] as const;

const COLUMNS: readonly Column[] = [
  { title: "SINCE" },
  ...COUNTS.map((name): Column => ({ title: name.replace("_", " ").toUpperCase(), align: "right" })),
];

function historyText(points: readonly GapPoint[], io: Screen): string {
  if (points.length === 0) return "no gap report has been made here\n";
  const rows = points.map(({ at, counts }) => [at, ...COUNTS.map((name) => String(counts[name]))]);
  return `${table(COLUMNS, rows, io)}\n`;
}
