/** `assess`: SP 800-90B on any file, one symbol a byte. */
import { createHash } from "node:crypto";
import { availableParallelism } from "node:os";
import { openDataFile, openStdin } from "#kit/files/data-file.ts";
import { command } from "#kit/term/command.ts";
import { EXIT } from "#kit/term/exit.ts";
import { flag, positional } from "#kit/term/flags/builders.ts";
import type { Io } from "#kit/term/io.ts";
import { ProgressLine } from "#kit/term/progress.ts";
import { InputError, UsageError } from "../errors.ts";
import { type AssessmentReport, type RestartMatrix, runAssessment } from "../report/assessment.ts";
import { assessmentText } from "../report/assessment-text.ts";
import { FINDINGS } from "./exits.ts";

export const assess = command({
  name: "assess",
  description: "Assess min-entropy after SP 800-90B, as ea_non_iid, ea_iid and ea_restart do",
  flags: {
    file: positional.file({ about: "The data, one symbol a byte; - for what is piped in" }),
    bitsPerSymbol: flag.count(1, 8, {
      hint: "B",
      about: "1 to 8; default: as many as the largest symbol needs",
    }),
    iid: flag.switch({ about: "Test whether the data are IID, and assess them as such" }),
    restart: flag.file({ about: "Restart data too: 1000 rows of 1000 symbols, one start a row" }),
    initial: flag.value(parseBits, {
      hint: "H",
      about: "Initial estimate for the restart tests; default: what is found in the data",
    }),
    truncate: flag.switch({ about: "Only the first 1,000,000 bits of the bit string, as ea_non_iid -t" }),
    details: flag.switch({ about: "Every figure on the way; with --iid, every permutation" }),
    json: flag.switch({ about: "Write JSON" }),
  },
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
    return report.passed ? EXIT.ok : FINDINGS;
  },
});

function parseBits(text: string, name: string): number {
  if (!/^\d+(\.\d+)?$/.test(text)) throw new UsageError(`${name}: '${text}' is not a number of bits`);
  return Number(text);
}

export interface AssessCommandOptions {
  readonly file: string;
  readonly bitsPerSymbol: number | undefined;
  readonly iid: boolean;
  readonly restart: string | undefined;
  readonly initial: number | undefined;
  readonly truncate: boolean;
  readonly details: boolean;
  readonly json: boolean;
  readonly threads: number;
}

/**
 * Estimators want all data at once and about 80 bytes of memory for each 8-bit symbol: 2.7 GB for so many. The standard
 * asks for a million.
 */
const MAX_SYMBOLS = 2 ** 25;

/** SP 800-90B §3.1.4.1. */
const RESTARTS = 1_000;

/** @throws UsageError · InputError for data that cannot be assessed · the signal's reason */
export async function runAssess(options: AssessCommandOptions, io: Io): Promise<AssessmentReport> {
  const { initial } = options;
  let doing = "reading";
  let report: AssessmentReport;
  {
    using _ = new ProgressLine(io, () => doing);
    const { name, symbols, sha256 } = await readSymbols(options.file, io.signal);
    const bitsPerSymbol = options.bitsPerSymbol ?? widthOf(symbols);
    checkWidth(name, symbols, bitsPerSymbol);
    if (initial !== undefined && initial > bitsPerSymbol) {
      throw new UsageError(
        `--initial: ${initial} bits are more than a symbol of ${bitsPerSymbol} bits can hold`,
      );
    }
    const restart = options.restart === undefined ? undefined : await readMatrix(options.restart, io.signal);
    if (restart) checkWidth(options.restart!, restart.symbols, bitsPerSymbol);
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
  await io.out(options.json ? `${JSON.stringify(report, null, 2)}\n` : assessmentText(report));
  return report;
}

interface Symbols {
  readonly name: string;
  readonly symbols: Uint8Array;
  readonly sha256: string;
}

async function readSymbols(path: string, signal: AbortSignal): Promise<Symbols> {
  await using file = path === "-" ? await openStdin() : await openDataFile(path, signal);
  const { name, bytes } = file;
  if (bytes !== undefined && bytes > MAX_SYMBOLS) throw tooMany(name);
  const hash = createHash("sha256");
  let symbols = new Uint8Array(new SharedArrayBuffer(bytes ?? 1 << 20));
  let length = 0;
  for await (const piece of file.pieces(signal)) {
    hash.update(piece);
    if (length + piece.length > MAX_SYMBOLS) throw tooMany(name);
    if (length + piece.length > symbols.length) {
      const larger = new Uint8Array(
        new SharedArrayBuffer(Math.max(length + piece.length, 2 * symbols.length)),
      );
      larger.set(symbols.subarray(0, length));
      symbols = larger;
    }
    symbols.set(piece, length);
    length += piece.length;
  }
  if (length === 0) throw new InputError(`${name} is empty`);
  return { name, symbols: symbols.subarray(0, length), sha256: hash.digest("hex") };
}

function tooMany(name: string): InputError {
  return new InputError(`${name} holds more symbols than the ${MAX_SYMBOLS} that can be assessed at once`, {
    hints: ["cut it: head -c 1000000 FILE > part.bin"],
  });
}

async function readMatrix(path: string, signal: AbortSignal): Promise<RestartMatrix> {
  const { name, symbols } = await readSymbols(path, signal);
  if (symbols.length !== RESTARTS * RESTARTS) {
    throw new InputError(
      `${name} holds ${symbols.length} symbols; restart data are ${RESTARTS} rows of ${RESTARTS}, ${RESTARTS * RESTARTS} in all`,
    );
  }
  return { symbols, rows: RESTARTS, cols: RESTARTS };
}

/** Bits that the largest symbol needs, as NIST's programs take them when they are not told. */
function widthOf(symbols: Uint8Array): number {
  let seen = 0;
  for (let i = 0; i < symbols.length; i++) seen |= symbols[i]!;
  return Math.max(1, 32 - Math.clz32(seen));
}

function checkWidth(name: string, symbols: Uint8Array, bitsPerSymbol: number): void {
  const at = symbols.findIndex((symbol) => symbol >> bitsPerSymbol !== 0);
  if (at >= 0) {
    throw new InputError(`${name}: symbol ${symbols[at]} at byte ${at} does not fit ${bitsPerSymbol} bits`);
  }
}
