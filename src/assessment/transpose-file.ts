/** Column data of restart data, as `ea_transpose` writes them: for the tests of SP 800-90B §3.1.2, item 3. */
import { createHash } from "node:crypto";
import { OutputFile } from "#kit/files/output-file.ts";
import type { Io } from "#kit/term/io.ts";
import { UsageError } from "../errors.ts";
import { isPlain, SYMBOLS_NOTE } from "../report/nist-commands.ts";
import { transpose } from "../stats/sp800-90b/index.ts";
import { widthFor } from "./assess-file.ts";
import { transposeCommand } from "./nist-commands.ts";
import { readMatrix } from "./symbol-file.ts";
import type { SymbolLayout } from "./symbol-stream.ts";

/**
 * Writes the columns one after the other, one symbol a byte.
 * @param output path; undefined: stdout
 * @throws UsageError for a terminal, or where the result would replace the data; as `readMatrix`; InputError if it cannot be written
 */
export async function writeColumns(
  path: string,
  layout: SymbolLayout,
  output: string | undefined,
  io: Io,
): Promise<void> {
  if (output === undefined && io.outIsTerminal) {
    throw new UsageError("raw bytes would garble the terminal", ["use --output FILE, or redirect"]);
  }
  await using file =
    output === undefined ? undefined : await OutputFile.create(output, io.signal, path === "-" ? [] : [path]);
  const matrix = await readMatrix(path, layout, io.signal);
  widthFor(matrix, layout);
  const columns = transpose(matrix.symbols, matrix.rows, matrix.cols);
  if (file === undefined) await io.out(columns);
  else await file.write(columns);
  const given = { path, isRegular: matrix.isRegular, ...layout };
  const notes = [...matrix.notes, ...(isPlain(given) ? [] : [SYMBOLS_NOTE])];
  io.log.info(
    [
      `${matrix.cols} columns of ${matrix.rows} symbols${output === undefined ? "" : ` written to ${output}`}, sha256 ${createHash("sha256").update(columns).digest("hex")}`,
      `as ${transposeCommand(given, output)}`,
      ...notes,
    ].join("\n"),
  );
}
