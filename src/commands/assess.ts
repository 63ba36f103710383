/** `assess`: SP 800-90B on any file. */
import { availableParallelism } from "node:os";
import { command } from "#kit/term/command.ts";
import { EXIT } from "#kit/term/exit.ts";
import type { OptionsOf } from "#kit/term/flags.ts";
import type { Io } from "#kit/term/io.ts";
import { ProgressLine } from "#kit/term/progress.ts";
import { UsageError } from "../errors.ts";
import { type AssessmentReport, runAssessment } from "../report/assessment.ts";
import { assessmentText } from "../report/assessment-text.ts";
import { readMatrix, readSymbols, requireWidth, widthOf } from "../report/symbol-file.ts";
import { ASSESS_FLAGS } from "./assess-flags.ts";
import { FINDINGS } from "./exits.ts";

export const assess = command({
  name: "assess",
  description: "Assess min-entropy after SP 800-90B, as ea_non_iid, ea_iid and ea_restart do",
  flags: ASSESS_FLAGS,
  examples: [
    "esoteric-entropy assess noise.bin --bits-per-symbol 8",
    "esoteric-entropy assess random.bin --bits-per-symbol 8 --iid",
    "esoteric-entropy assess noise.bin --bits-per-symbol 4 --restart restarts.bin --json",
  ],
  seeAlso: ["report", "record"],
  check({ initial, restart, truncate, iid }) {
    if (initial !== undefined && restart === undefined) throw new UsageError("--initial is for --restart");
    if (truncate && iid) throw new UsageError("--truncate is not for --iid");
  },
  async run(options, io) {
    const report = await runAssess({ ...options, threads: availableParallelism() }, io);
    return report.passed === false ? FINDINGS : EXIT.ok;
  },
});

export type AssessOptions = OptionsOf<typeof ASSESS_FLAGS> & { readonly threads: number };

/** @throws UsageError · InputError for data that cannot be assessed · the signal's reason */
export async function runAssess(options: AssessOptions, io: Io): Promise<AssessmentReport> {
  const { initial } = options;
  let doing = "reading";
  let report: AssessmentReport;
  {
    using _ = new ProgressLine(io, () => doing);
    const layout = { format: options.inputFormat, bitsPerSymbol: options.bitsPerSymbol };
    const { name, bytes, sha256, symbols, notes } = await readSymbols(options.file, layout, io.signal);
    const bitsPerSymbol = options.bitsPerSymbol ?? widthOf(symbols);
    requireWidth(name, symbols, bitsPerSymbol);
    if (initial !== undefined && initial > bitsPerSymbol) {
      throw new UsageError(
        `--initial: ${initial} bits are more than a symbol of ${bitsPerSymbol} bits can hold`,
      );
    }
    const restart =
      options.restart === undefined ? undefined : await readMatrix(options.restart, layout, io.signal);
    if (restart) requireWidth(options.restart!, restart.symbols, bitsPerSymbol);
    report = await runAssessment(
      symbols,
      { name, bytes, sha256, notes, ...(layout.format !== "bytes" && { format: layout.format }) },
      {
        bitsPerSymbol,
        iid: options.iid,
        truncate: options.truncate,
        details: options.details,
        ...(restart && { restart }),
        initial,
        threads: options.threads,
        signal: io.signal,
        onProgress: (text) => {
          doing = text;
        },
      },
    );
  }
  await io.out(options.json ? `${JSON.stringify(report, null, 2)}\n` : assessmentText(report, io));
  return report;
}
