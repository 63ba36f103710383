/** The flags that the commands of `assess` share. */
import { flag, many, parseCount, positional } from "#kit/term/flags.ts";
import { MAX_SYMBOLS, MOST_INDEX } from "../assessment/symbol-file.ts";
import type { SymbolLayout } from "../assessment/symbol-stream.ts";
import { UsageError } from "../errors.ts";
import { INPUT_FORMATS } from "../report/input-format.ts";
import type { SymbolRange } from "../report/nist-commands.ts";
import { FLEET_FLAGS } from "./fleet-flags.ts";
import { INDUCE_FLAGS } from "./health-flags.ts";

/** How symbols are written in files, and which of them are taken. */
export const LAYOUT_FLAGS = {
  bitsPerSymbol: flag.count(1, 8, {
    hint: "B",
    about: "1 to 8; default: as many as the largest symbol needs",
  }),
  inputFormat: flag.choice(INPUT_FORMATS, {
    default: "bytes",
    about: "How symbols are written, in the restart data too: as bytes, bits, text of 0 and 1, numbers",
  }),
  range: flag.value(parseRange, {
    hint: "INDEX,COUNT",
    about: "Only COUNT symbols from symbol INDEX x COUNT on, as -l of NIST's programs",
  }),
};

/** The flags of `assess` itself. */
export const ASSESS_FLAGS = {
  file: many(
    positional.file({
      about: "The data, one symbol per byte unless --input-format says otherwise; - for standard input",
    }),
  ),
  ...LAYOUT_FLAGS,
  iid: flag.switch({ about: "Test whether the data are IID, and assess them as such" }),
  conditioned: flag.switch({
    about: "The data are a conditioning component's output: assess its bits, as ea_non_iid -c",
  }),
  restart: flag.file({ about: "Also test restart data: 1000 rows of 1000 symbols, one start per row" }),
  initial: flag.value(parseBits, {
    hint: "H",
    about: "Initial estimate for the restart tests; default: the assessment of the data",
  }),
  truncate: flag.switch({ about: "Only the first 1,000,000 bits of the bit string, as ea_non_iid -t" }),
  details: flag.switch({ about: "Show intermediate figures; with --iid, every permutation" }),
  health: flag.switch({
    about:
      "Run the health tests of SP 800-90B 4.4 and this program's own over the data instead, of any length",
  }),
  claim: flag.value(parseBits, {
    hint: "H",
    about: "With --health: min-entropy claimed, bits per symbol; default: of the manifest beside a recording",
  }),
  ...INDUCE_FLAGS,
  json: flag.switch({ about: "Write JSON" }),
  ...FLEET_FLAGS,
};

export interface LayoutOptions {
  readonly bitsPerSymbol: number | undefined;
  readonly inputFormat: SymbolLayout["format"];
  readonly range?: SymbolRange | undefined;
}

/** Picks how files are read from the options. */
export function layoutOf({ bitsPerSymbol, inputFormat, range }: LayoutOptions): SymbolLayout {
  return { format: inputFormat, bitsPerSymbol, range };
}

/** Parses `2,1000000`. @throws UsageError */
function parseRange(text: string, name: string): SymbolRange {
  const [index, count, ...rest] = text.split(",");
  if (index === undefined || count === undefined || rest.length > 0) {
    throw new UsageError(`${name}: '${text}' is not like 0,1000000`);
  }
  return {
    index: parseCount(index, `${name} (index)`, 0, MOST_INDEX),
    count: parseCount(count, `${name} (count)`, 1, MAX_SYMBOLS),
  };
}

/** Parses an amount of entropy: digits, with or without a decimal point and an exponent. @throws UsageError */
export function parseBits(text: string, name: string): number {
  const bits = /^\d+(\.\d+)?(e[+-]?\d+)?$/i.test(text) ? Number(text) : Number.NaN;
  if (!Number.isFinite(bits)) throw new UsageError(`${name}: '${text}' is not a number of bits`);
  return bits;
}
