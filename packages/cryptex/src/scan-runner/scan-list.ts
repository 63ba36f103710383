/** Lists of paths: a file, or standard input. */
import { InputError } from "#kit/errors.ts";
import { openDataFile, openStdin } from "#kit/files/data-file.ts";

/** Ends a path in a list. Nothing else is cut: spaces belong to names. */
export type ListForm = "lines" | "zeros";

/** Bytes of the longest list: ten million paths of a usual length. */
const MAX_BYTES = 1 << 30;
/** Bytes of the longest line: sixteen times what Linux takes as a path. */
const MAX_LINE_BYTES = 65_536;

/**
 * Reads a list as binary strings, one a path. Lines end with LF or CR LF; the last may have no end; empty ones name nothing.
 * @param path "-" is standard input
 * @throws InputError; UsageError; the signal's reason
 */
export async function readScanList(path: string, form: ListForm, signal: AbortSignal): Promise<string[]> {
  await using file = path === "-" ? await openStdin() : await openDataFile(path, signal);
  const paths: string[] = [];
  const end = form === "zeros" ? "\0" : "\n";
  let open = "";
  let bytes = 0;
  for await (const piece of file.pieces(signal)) {
    bytes += piece.length;
    if (bytes > MAX_BYTES) throw new InputError(`the list ${file.name} has more than ${MAX_BYTES} bytes`);
    const parts = (open + Buffer.from(piece).toString("latin1")).split(end);
    open = parts.pop()!;
    if (open.length > MAX_LINE_BYTES)
      throw new InputError(`${file.name} is no list of paths: a line has no end`);
    for (const part of parts) paths.push(form === "lines" && part.endsWith("\r") ? part.slice(0, -1) : part);
  }
  paths.push(open);
  return paths.filter((each) => each !== "");
}
