/** `report`: tests data, or the pool's own output. */
import { command } from "#kit/term/command.ts";
import { EXIT } from "#kit/term/exit.ts";
import type { Io } from "#kit/term/io.ts";
import type { Deps } from "../deps.ts";
import { untested } from "../report/summary.ts";
import { writeReport } from "../report/write-report.ts";
import { FINDINGS } from "./exits.ts";
import { FLEET_DETAILS, overFleet } from "./fleet-flags.ts";
import { checkReportFlags, DEEP, REPORT_FLAGS } from "./report-flags.ts";
import { deepOptions, reportOptions } from "./report-options.ts";

export const report = command({
  name: "report",
  description: "Test data, or the pool's own output, for randomness",
  details: [
    "Without an input it tests the pool's own output. A verdict of fail makes the exit code 4, and so do data to which no test applies. The suffix of the output, .txt, .json, .md or .html, gives the format unless --format does.",
    FLEET_DETAILS,
    "The suite deep takes data of any length, and has a result at each doubling from 1 MiB to 1 TiB. It ends with the first that fails, unless it is to keep going. Its results fail on good data in at most one run in a million.",
  ],
  flags: REPORT_FLAGS,
  examples: [
    "esoteric-entropy report",
    "esoteric-entropy report --input random.bin --suite sp800-22 --json",
    "esoteric-entropy report --input random.bin --output report.html",
    "esoteric-entropy report --input random.bin --bitmap bits.png",
    "esoteric-entropy report --mode drbg --suite sp800-22 --sequences 100",
    "esoteric-entropy report --input random.bin --suite sp800-22 --sequences 1000 --nats coordinator.json",
    "esoteric-entropy report --source dram_row_buffer --suite sp800-90b",
    "esoteric-entropy report --stdin --suite deep --state run.state",
  ],
  seeAlso: ["assess", "stream", "record", "worker"],
  check: checkReportFlags,
  judges: true,
  async run(options, io, deps: Deps) {
    if (options.suites === DEEP) {
      // Loaded here: its tests would double the start of every other report.
      const [{ untestedDeep }, { writeDeepReport }] = await Promise.all([
        import("../report/deep/deep-report.ts"),
        import("../report/deep/write-deep.ts"),
      ]);
      const result = await writeDeepReport(deepOptions(options, deps), io, deps);
      return exitCodeOf(result.summary.verdict, untestedDeep(result), io);
    }
    const { report: result } = await overFleet(options, "report", io, deps, (runner) =>
      writeReport({ ...reportOptions(options, deps), runner }, io, deps),
    );
    return exitCodeOf(result.summary.verdict, untested(result), io);
  },
});

/** @param untested says that no test applied, where none did */
function exitCodeOf(verdict: "pass" | "fail" | null, untested: string | undefined, io: Io): number {
  if (untested !== undefined) io.log.error(untested);
  return untested !== undefined || verdict === "fail" ? FINDINGS : EXIT.ok;
}
