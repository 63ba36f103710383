/** Texts by which libyara 4.5.5 finds a string with the modifiers base64 and base64wide (base64.c). */
import type { StringModifiers } from "./ast.ts";

/** Lists the forms; binary strings. */
export function base64Forms(value: string, { ascii, wide, base64, base64wide }: StringModifiers): string[] {
  const texts = wide ? [widened(value), ...(ascii ? [value] : [])] : [value];
  return texts.flatMap((text) => [
    ...(base64 === undefined ? [] : encodings(text, base64)),
    ...(base64wide === undefined ? [] : encodings(text, base64wide).map(widened)),
  ]);
}

function widened(text: string): string {
  return [...text].map((character) => `${character}\0`).join("");
}

const STANDARD = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/** Encodes a text as it stands behind 0, 1 or 2 bytes of others, without the characters that its neighbours have a part in. */
function encodings(text: string, alphabet: string): string[] {
  return [0, 1, 2]
    .filter((before) => before !== 1 || text.length !== 1)
    .map((before) => {
      const encoded = Buffer.from("A".repeat(before) + text, "latin1").toString("base64");
      const padding = (3 - ((before + text.length) % 3)) % 3;
      const own = encoded.slice(before && before + 1, encoded.length - (padding && padding + 1));
      return alphabet === "" ? own : [...own].map((sign) => alphabet[STANDARD.indexOf(sign)]!).join("");
    });
}
