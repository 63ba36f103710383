/** Hostile texts in forms that neither leave their line nor command a terminal. */

/**
 * Characters that are obeyed or cannot be seen: controls (Cc), formats such as changes of direction (Cf), line and paragraph
 * separators (Zl, Zp), halves of surrogate pairs (Cs). Unicode Standard, table 4-4.
 */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;

/** Writes characters that are obeyed or unseen as `\xNN` or `\u{NNNN}`, so that a text stays in its line, whatever it holds. For people. */
export function visible(text: string): string {
  return text.replace(UNSEEN, escapedSign);
}

function escapedSign(sign: string): string {
  const code = sign.codePointAt(0)!;
  return code < 0x100 ? hexEscape(code) : `\\u{${code.toString(16).toUpperCase()}}`;
}

/** A stretch of a text as `visible` shows it. */
export interface VisiblePart {
  readonly text: string;
  /** It stands for characters that are obeyed or unseen; else it stands for itself. */
  readonly isEscape: boolean;
}

/** Like `visible`, in parts, for those who can show which signs are meant by themselves. @param kept signs that stay, such as line ends */
export function visibleParts(text: string, kept = ""): VisiblePart[] {
  const parts: VisiblePart[] = [];
  let end = 0;
  let escapes = "";
  const flush = () => {
    if (escapes !== "") parts.push({ text: escapes, isEscape: true });
    escapes = "";
  };
  for (const { 0: sign, index } of text.matchAll(UNSEEN)) {
    if (kept.includes(sign)) continue;
    if (index > end) {
      flush();
      parts.push({ text: text.slice(end, index), isEscape: false });
    }
    escapes += escapedSign(sign);
    end = index + sign.length;
  }
  flush();
  if (end < text.length) parts.push({ text: text.slice(end), isEscape: false });
  return parts;
}

/** Like `visible`, for a text of several lines, which stay. */
export function visibleLines(text: string): string {
  return text.split("\n").map(visible).join("\n");
}

/** Like `visible`, for bytes that should be UTF-8. */
export function visibleBytes(bytes: Uint8Array): string {
  let text = "";
  for (let at = 0; at < bytes.length; ) {
    const length = sequenceLength(bytes[at]!);
    const sign = fromUtf8(bytes.subarray(at, at + length));
    text += sign === undefined ? hexEscape(bytes[at]!) : visible(sign);
    at += sign === undefined ? 1 : length;
  }
  return text;
}

/** Length of the UTF-8 sequence that a byte begins, RFC 3629 §3; 1 where it begins none. */
function sequenceLength(byte: number): number {
  return byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc2 ? 2 : 1;
}

/** Serialises to JSON in one line, in which characters that are obeyed or unseen stand as \uNNNN. */
export function safeJson(value: unknown): string {
  return JSON.stringify(value).replace(UNSEEN, (sign) =>
    Array.from(
      { length: sign.length },
      (_, i) => `\\u${sign.charCodeAt(i).toString(16).padStart(4, "0")}`,
    ).join(""),
  );
}

const UTF_8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Undefined where the bytes are not UTF-8. */
export function fromUtf8(bytes: Uint8Array): string | undefined {
  try {
    return UTF_8.decode(bytes);
  } catch {
    return undefined;
  }
}

const ESCAPED_BYTES: readonly string[] = Array.from({ length: 256 }, (_, byte) => {
  if (byte === 0x5c) return "\\\\";
  return byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : hexEscape(byte);
});

/** Writes printable ASCII as it is, other bytes as `\xNN`, a backslash as `\\`: nothing is lost. */
export function escapedBytes(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += ESCAPED_BYTES[byte]!;
  return text;
}

/** Writes a byte as `\xNN`. */
export function hexEscape(byte: number): string {
  return `\\x${byte.toString(16).padStart(2, "0").toUpperCase()}`;
}
