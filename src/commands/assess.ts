/** `assess`: SP 800-90B on any file, one symbol per byte. */
import { availableParallelism } from "node:os";
import { command } from "#kit/term/command.ts";
import { EXIT } from "#kit/term/exit.ts";
import { flag, type OptionsOf, positional } from "#kit/term/flags.ts";
import type { Io } from "#kit/term/io.ts";
import { ProgressLine } from "#kit/term/progress.ts";
import { UsageError } from "../errors.ts";
import { type AssessmentReport, runAssessment } from "../report/assessment.ts";
import { assessmentText } from "../report/assessment-text.ts";
import { readMatrix, readSymbols, requireWidth, widthOf } from "../report/symbol-file.ts";
import { FINDINGS } from "./exits.ts";

const FLAGS = {
  file: positional.file({ about: "The data, one symbol per byte; - for standard input" }),
  bitsPerSymbol: flag.count(1, 8, {
    hint: "B",
    about: "1 to 8; default: as many as the largest symbol needs",
  }),
  iid: flag.switch({ about: "Test whether the data are IID, and assess them as such" }),
  restart: flag.file({ about: "Also test restart data: 1000 rows of 1000 symbols, one start per row" }),
  initial: flag.value(parseBits, {
    hint: "H",
    about: "Initial estimate for the restart tests; default: the assessment of the data",
  }),
  truncate: flag.switch({ about: "Only the first 1,000,000 bits of the bit string, as ea_non_iid -t" }),
  details: flag.switch({ about: "Show intermediate figures; with --iid, every permutation" }),
  json: flag.switch({ about: "Write JSON" }),
};

export const assess = command({
  name: "assess",
  description: "Assess min-entropy after SP 800-90B, as ea_non_iid, ea_iid and ea_restart do",
  flags: FLAGS,
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

function parseBits(text: string, name: string): number {
  if (!/^\d+(\.\d+)?$/.test(text)) throw new UsageError(`${name}: '${text}' is not a number of bits`);
  return Number(text);
}

export type AssessOptions = OptionsOf<typeof FLAGS> & { readonly threads: number };

/** @throws UsageError · InputError for data that cannot be assessed · the signal's reason */
export async function runAssess(options: AssessOptions, io: Io): Promise<AssessmentReport> {
  const { initial } = options;
  let doing = "reading";
  let report: AssessmentReport;
  {
    using _ = new ProgressLine(io, () => doing);
    const { name, symbols, sha256 } = await readSymbols(options.file, io.signal);
    const bitsPerSymbol = options.bitsPerSymbol ?? widthOf(symbols);
    requireWidth(name, symbols, bitsPerSymbol);
    if (initial !== undefined && initial > bitsPerSymbol) {
      throw new UsageError(
        `--initial: ${initial} bits are more than a symbol of ${bitsPerSymbol} bits can hold`,
      );
    }
    const restart = options.restart === undefined ? undefined : await readMatrix(options.restart, io.signal);
    if (restart) requireWidth(options.restart!, restart.symbols, bitsPerSymbol);
    report = await runAssessment(
      symbols,
      { name, bytes: symbols.length, sha256 },
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
