/** `gap scan`: which components of a code base are ported, and by what evidence. */
import { UsageError } from "#kit/errors.ts";
import { refuseOnePlace } from "#kit/files/output-file.ts";
import { visible } from "#kit/format/visible.ts";
import { command } from "#kit/term/command.ts";
import { EXIT } from "#kit/term/exit.ts";
import { flag } from "#kit/term/flags.ts";
import type { Deps } from "../deps.ts";
import { driftIn } from "../gap/drift.ts";
import { reportText } from "../gap/gap-report.ts";
import { openRoot } from "../gap/open-gap.ts";
import { REPORT_FILE } from "../gap/report-file.ts";
import { STORE_FLAG } from "./dict-flags.ts";
import { FINDINGS, INCOMPLETE } from "./exits.ts";
import { FORMAT_FLAG, ROOT_FLAG, writeReport } from "./gap-flags.ts";
import { baselineOf, filesOf, keptReport, reportWithProgress } from "./gap-scan-steps.ts";
import { PICTURE_FLAGS } from "./lookup-flags.ts";
import { writeResult } from "./own-files.ts";

const FLAGS = {
  ...ROOT_FLAG,
  report: flag.file({ about: `Write the report to this file, as JSON; pipelines expect ${REPORT_FILE}` }),
  check: flag.switch({ about: "Exit with 4 where something has drifted; the store is left alone" }),
  baseline: flag.file({
    about: `Report that --check compares with; default: ${REPORT_FILE} here, if there is one`,
  }),
  maxSize: flag.size({ default: "16M", least: "1", most: "64M", about: "Largest file that is read" }),
  timeout: flag.seconds({
    default: "10",
    leastMs: 100,
    mostMs: 3_600_000,
    about: "Longest time for a parser, a file",
  }),
  noStore: flag.switch({ about: "Keep nothing, and change no entry of the dictionary" }),
  ...STORE_FLAG,
  ...FORMAT_FLAG,
  output: PICTURE_FLAGS.output,
};

export const gapScan = command({
  name: "gap scan",
  description: "Say which components of a code base are ported, by declarations that are checked",
  details: [
    "Components are the files that gap.toml says, by default .c, .py and .ps1; a component may also be a part that an order names. Tests, generated and vendored files are excluded, each with the reason. A name proves nothing: a port is done only if gap.toml declares it, or a comment of the port does, its symbols are defined there, a test names it, and the component has not changed since. Like names and symbols are shown as suggestions.",
    "The report is kept in the store. Entries of the dictionary that are linked become ported where their components are done, and legacy where they are pending; the history says that gap scan did it. A status that people have set stays.",
    `With --check, the exit code is 4 where a component is stale, a declaration does not hold, [expect] of gap.toml is not met, or the report differs from the baseline; each reason is on stderr. Who is responsible, and which entry is linked, is not compared, for people set that by hand.`,
    "The exit code is 3 if something could not be read; it is among the problems.",
  ],
  flags: FLAGS,
  check({ check, store, noStore }, given) {
    if (given.has("baseline") && !check) throw new UsageError("--baseline is for --check");
    if (store !== undefined && (noStore || check)) {
      throw new UsageError(`--store and --${check ? "check" : "no-store"} contradict each other`);
    }
  },
  examples: [
    "cryptex gap scan --report gap_report.json",
    "cryptex gap scan --check",
    "cryptex gap scan --format html -o gaps.html",
  ],
  seeAlso: ["gap link", "gap set", "gap report"],
  judges: true,
  async run(options, io, deps: Deps) {
    const { check, format, output, report: file } = options;
    refuseOnePlace(file, output);
    const root = openRoot(options.root);
    const before = check ? baselineOf(options.baseline) : undefined;
    const limits = { maxBytes: options.maxSize, timeoutMs: options.timeout };
    const made = await reportWithProgress(root, limits, io);
    const report = check || options.noStore ? made : keptReport(root, made, options.store, io, deps);
    const own = filesOf(report, root.path);
    if (file !== undefined) await writeResult(reportText(report), file, own, io);
    await writeReport(report, format, output, own, io);
    const drift = check ? driftIn(report, root.settings, before) : [];
    for (const reason of drift) io.log.error(visible(reason));
    if (drift.length > 0) return FINDINGS;
    return report.problems.some(({ kind }) => kind === "unread") ? INCOMPLETE : EXIT.ok;
  },
});
