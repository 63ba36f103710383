/** The flags of `assess`. */
import { flag, positional } from "#kit/term/flags.ts";
import { UsageError } from "../errors.ts";
import { INPUT_FORMATS } from "../report/input-format.ts";

export const ASSESS_FLAGS = {
  file: positional.file({
    about: "The data, one symbol per byte unless --input-format says otherwise; - for standard input",
  }),
  bitsPerSymbol: flag.count(1, 8, {
    hint: "B",
    about: "1 to 8; default: as many as the largest symbol needs",
  }),
  inputFormat: flag.choice(INPUT_FORMATS, {
    default: "bytes",
    about: "How symbols are written, in the restart data too: as bytes, bits, text of 0 and 1, numbers",
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

function parseBits(text: string, name: string): number {
  if (!/^\d+(\.\d+)?$/.test(text)) throw new UsageError(`${name}: '${text}' is not a number of bits`);
  return Number(text);
}
