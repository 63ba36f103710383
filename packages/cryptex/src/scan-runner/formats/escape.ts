/** Hostile bytes and texts in forms that neither break a format nor command a terminal. */
import { InputError } from "#kit/errors.ts";
import { escapedBytes, fromUtf8, visible, visibleBytes } from "#kit/format/visible.ts";
import type { MetaValue } from "../../rules/rule-info.ts";
import type { MetaEntry, ShownPath } from "../events.ts";

/** Matched bytes that a result shows. The length of the match is in the result, so a reader sees what is cut. */
export const MAX_DATA_BYTES = 256;

/** Writes printable ASCII as it is, other bytes as `\xNN`, a backslash as `\\`; at most MAX_DATA_BYTES of them. */
export function escapeData(bytes: Uint8Array): string {
  return escapedBytes(bytes.subarray(0, MAX_DATA_BYTES));
}

const ESCAPE_OR_BYTE = /\\x([0-9A-F]{2})|\\(\\)|([ -[\]-~])/gy;

/** Returns the bytes that `escapeData` wrote. @throws InputError for a text that it never writes */
export function unescapeData(text: string): Uint8Array {
  const bytes: number[] = [];
  let read = 0;
  for (const [all, hex, backslash, byte] of text.matchAll(ESCAPE_OR_BYTE)) {
    read += all.length;
    bytes.push(hex === undefined ? (backslash ?? byte)!.charCodeAt(0) : Number.parseInt(hex, 16));
  }
  if (read < text.length)
    throw new InputError(`match data: no escape or printable ASCII at character ${read}`);
  return Uint8Array.from(bytes);
}

/** Like `visible`, for a path; bytes that are not UTF-8 become `\xNN`. */
export function visiblePath({ path, path_bytes }: ShownPath): string {
  return path_bytes === undefined ? visible(path) : visibleBytes(Buffer.from(path_bytes, "base64"));
}

/** Returns the exact bytes of a path. */
export function pathBytes({ path, path_bytes }: ShownPath): Uint8Array {
  return Buffer.from(path_bytes ?? path, path_bytes === undefined ? "utf8" : "base64");
}

/** Turns a value of a rule's metadata into one of a result. */
export function metaEntry({ key, value }: MetaValue): MetaEntry {
  if (typeof value === "string") {
    const bytes = Buffer.from(value, "latin1");
    const text = fromUtf8(bytes);
    return text === undefined ? { key, value_bytes: bytes.toString("base64") } : { key, value: text };
  }
  if (typeof value === "bigint") {
    const number = Number(value);
    return { key, value: Number.isSafeInteger(number) ? number : String(value) };
  }
  return { key, value };
}
