/** `assess restart`: the restart tests of SP 800-90B on their own. */
import { command } from "#kit/term/command.ts";
import { EXIT } from "#kit/term/exit.ts";
import { flag, positional } from "#kit/term/flags.ts";
import { restartText, testRestartFile } from "../assessment/restart-file.ts";
import { showProgress } from "../assessment/running.ts";
import { LAYOUT_FLAGS, layoutOf, parseBits } from "./assess-flags.ts";
import { FINDINGS } from "./exits.ts";

export const assessRestart = command({
  name: "assess restart",
  description: "Test restart data after SP 800-90B 3.1.4, as ea_restart does",
  details: [
    "The sanity check of each row and column, then the estimates of all rows and of all columns, which have to hold half of the initial estimate. With --iid the estimate is the most common value, and rows and columns have to pass the tests of the IID assumption, each for itself.",
  ],
  flags: {
    file: positional.file({
      about: "1000 rows of 1000 symbols, one start per row, one symbol per byte; - for standard input",
    }),
    initial: flag.value(parseBits, {
      hint: "H",
      required: true,
      about: "Initial estimate, bits per symbol (needed)",
    }),
    ...LAYOUT_FLAGS,
    iid: flag.switch({ about: "On the IID track, as ea_restart -i" }),
    details: flag.switch({ about: "With --iid, measure every permutation" }),
    json: flag.switch({ about: "Write JSON" }),
  },
  examples: [
    "esoteric-entropy assess restart restarts.bin --initial 3.2",
    "esoteric-entropy assess restart restarts.bin --initial 7.8 --bits-per-symbol 8 --iid --json",
  ],
  seeAlso: ["assess", "assess transpose", "record"],
  judges: true,
  async run({ file, json, initial, iid, details, ...layout }, io) {
    const request = {
      layout: layoutOf(layout),
      track: iid ? ("iid" as const) : ("non-iid" as const),
      initial,
      details,
    };
    const report = await showProgress(io, (running) => testRestartFile(file, request, running));
    await io.out(json ? `${JSON.stringify(report, null, 2)}\n` : restartText(report, io));
    return report.passed === false ? FINDINGS : EXIT.ok;
  },
});
