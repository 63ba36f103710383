/** `assess transpose`: column data of restart data. */
import { command } from "#kit/term/command.ts";
import { EXIT } from "#kit/term/exit.ts";
import { flag, positional } from "#kit/term/flags.ts";
import { writeColumns } from "../assessment/transpose-file.ts";
import { LAYOUT_FLAGS, layoutOf } from "./assess-flags.ts";

export const assessTranspose = command({
  name: "assess transpose",
  description: "Write the columns of restart data one after the other, as ea_transpose does",
  details: [
    "SP 800-90B 3.1.2 asks for the tests of the IID assumption on the columns of restart data too. Transposed again, columns are the rows that they came from. One symbol per byte is written, whatever the input format.",
  ],
  flags: {
    file: positional.file({
      about: "1000 rows of 1000 symbols, one start per row, one symbol per byte; - for standard input",
    }),
    output: flag.file({ about: "File for the columns; default: stdout" }),
    ...LAYOUT_FLAGS,
  },
  examples: [
    "esoteric-entropy assess transpose restarts.bin --output columns.bin",
    "esoteric-entropy assess transpose restarts.bin --range 2,1000000 | esoteric-entropy assess - --iid",
  ],
  seeAlso: ["assess", "assess restart", "record"],
  async run({ file, output, ...layout }, io) {
    await writeColumns(file, layoutOf(layout), output, io);
    return EXIT.ok;
  },
});
