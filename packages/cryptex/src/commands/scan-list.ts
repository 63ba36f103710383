/** Lists of paths, of which only the line end is cut: a name may begin or end with a space. */
import { readFileSync } from "node:fs";
import { InputError } from "#kit/errors.ts";

/**
 * Reads a list. Empty lines name nothing.
 * @param file "-" is standard input
 * @param end what a path ends with; a line may end with CR LF
 * @returns binary strings, one character a byte
 * @throws InputError
 */
export function readScanList(file: string, end: "\n" | "\0"): string[] {
  const text = read(file);
  const paths = text
    .split(end)
    .map((path) => (end === "\n" && path.endsWith("\r") ? path.slice(0, -1) : path));
  return paths.filter((path) => path !== "");
}

function read(file: string): string {
  try {
    return readFileSync(file === "-" ? 0 : file, "latin1");
  } catch (error) {
    throw new InputError(`cannot read the list ${file}: ${(error as Error).message}`, { cause: error });
  }
}
