/** Lists of the nodes that are expected to answer, as people keep them. */
import { InputError } from "../errors.ts";
import { readSmallFile } from "../files/small-file.ts";

/** Ten thousand names of 100 letters. */
const MOST_BYTES = 1 << 20;

/** Reads a file of names, one a line, of which what follows a # is left out; or a JSON list of texts. @returns each once @throws InputError */
export function readNodeNames(path: string): string[] {
  const { text } = readSmallFile(path, MOST_BYTES);
  const lines = text.trimStart().startsWith("[")
    ? namesIn(text, path)
    : text.split("\n").map((line) => line.replace(/#.*/, ""));
  const names = new Set(lines.map((line) => line.trim()).filter((name) => name !== ""));
  if (names.size === 0) throw new InputError(`${path}: it names no node`);
  return [...names];
}

function namesIn(text: string, path: string): string[] {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new InputError(`${path}: it begins like a JSON list, and is none`, { cause });
  }
  if (Array.isArray(value) && value.every((each) => typeof each === "string")) return value;
  throw new InputError(`${path}: it is no list of texts`);
}
