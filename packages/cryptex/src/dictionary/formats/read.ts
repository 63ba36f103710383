/** From the bytes of a file to a dictionary, in whichever form it is. */
import { InputError } from "#kit/errors.ts";
import { fromUtf8 } from "#kit/format/visible.ts";
import type { ReadDocument, ReadOptions } from "./document.ts";
import { readJson } from "./json.ts";
import { readMarkdown } from "./markdown.ts";

/** @param name of the file, for messages @throws InputError where the bytes are no text, or a text that begins like JSON is none */
export function readDictionary(bytes: Uint8Array, name: string, options: ReadOptions = {}): ReadDocument {
  const text = fromUtf8(bytes)?.replace(/^\uFEFF/, "");
  if (text === undefined) {
    throw new InputError(`${name}:${faultyLine(bytes)}: this is no UTF-8`, {
      hints: ["save it as UTF-8: nothing was taken in"],
    });
  }
  return /^\s*[[{]/.test(text) ? readJson(text, name, options) : readMarkdown(text, options);
}

/** Line of the first bytes that are no UTF-8. */
function faultyLine(bytes: Uint8Array): number {
  let line = 1;
  for (let from = 0; from < bytes.length; line++) {
    const end = bytes.indexOf(0x0a, from);
    const next = end < 0 ? bytes.length : end + 1;
    if (fromUtf8(bytes.subarray(from, next)) === undefined) return line;
    from = next;
  }
  return line;
}
