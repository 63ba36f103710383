/** Values of tokens, and texts of a file for messages. Texts are binary strings: one character a byte. */

const MAX_INTEGER = 2n ** 63n - 1n;

/** Tells if an integer is 2^63 or more, which libyara refuses. */
export function isTooLarge(raw: string): boolean {
  const unit = raw.endsWith("KB") ? 1024n : raw.endsWith("MB") ? 1_048_576n : 1n;
  // A number of more digits is too large whatever it is; BigInt takes quadratic time for it.
  const digits = unit === 1n ? raw : raw.slice(0, -2);
  const significant = digits.replace(/^0[xo]?0*/, "");
  return significant.length > 64 || integerValue(raw) > MAX_INTEGER;
}

/** Value of an integer token. */
export function integerValue(raw: string): bigint {
  if (raw.endsWith("KB")) return BigInt(raw.slice(0, -2)) * 1024n;
  if (raw.endsWith("MB")) return BigInt(raw.slice(0, -2)) * 1_048_576n;
  return BigInt(raw);
}

const TEXT_ESCAPES: Readonly<Record<string, string>> = { n: "\n", r: "\r", t: "\t", '"': '"', "\\": "\\" };

/**
 * Bytes of a string token, quotes included, with escapes resolved. As libyara does, it leaves out what stands between a raw NUL byte and
 * the next backslash or the end.
 */
export function textValue(token: string): string {
  const text = token.slice(1, -1);
  if (!text.includes("\\") && !text.includes("\0")) return text;
  return text.replace(/\\(?:x(..)|(.))|\0[^\\]*/gs, (_match, hex?: string, letter?: string) => {
    if (hex !== undefined) return String.fromCharCode(Number.parseInt(hex, 16));
    return letter === undefined ? "" : TEXT_ESCAPES[letter]!;
  });
}

/**
 * Regular expression as libyara's scanner hands it on: `\/` is a slash, and between a raw NUL byte and the next backslash or slash
 * nothing is seen.
 */
export function regexText(source: string): string {
  if (!source.includes("\\/") && !source.includes("\0")) return source;
  return source.replace(/\\(.)|\0[^\\]*/gs, (match, letter?: string) =>
    letter === undefined ? "" : letter === "/" ? "/" : match,
  );
}

/** Text from a file for messages: at most 40 characters, anything but printable ASCII as `\xNN`. */
export function printable(raw: string): string {
  const text = raw.length > 40 ? `${raw.slice(0, 39)}…` : raw;
  return text.replace(
    // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
    /[\0-\x1f\x7f-\xff]/g,
    (character) => `\\x${character.charCodeAt(0).toString(16).padStart(2, "0")}`,
  );
}
