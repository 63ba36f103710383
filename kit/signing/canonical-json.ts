/**
 * JSON that has one form only: RFC 8785, for values without fractions. Two programs that agree on a value agree on its bytes, and no two
 * readers see two values in the same bytes, as they may where a key stands twice.
 */
import { SignatureError } from "./signature-error.ts";

export type Json = string | number | boolean | null | readonly Json[] | JsonObject;
export interface JsonObject {
  readonly [key: string]: Json;
}

/** Deeper values are hostile: those of this room have three levels. */
const MAX_DEPTH = 16;

/** Writes a value in its one form. @throws SignatureError for a fraction, an integer beyond 2^53, half of a surrogate pair, too many levels */
export function canonicalJson(value: Json): string {
  return written(value, 0);
}

function written(value: Json, depth: number): string {
  if (depth > MAX_DEPTH) throw new SignatureError(`more than ${MAX_DEPTH} levels of JSON`);
  if (value === null || typeof value === "boolean") return String(value);
  if (typeof value === "string") {
    if (!value.isWellFormed()) throw new SignatureError("a text holds half of a surrogate pair");
    return JSON.stringify(value); // ECMAScript's escapes are those of RFC 8785 §3.2.2.2
  }
  if (typeof value === "number") {
    if (!Number.isSafeInteger(value)) throw new SignatureError(`${value} is no integer within 2^53`);
    return String(value);
  }
  if (isList(value)) return `[${value.map((item) => written(item, depth + 1)).join(",")}]`;
  const members = Object.keys(value)
    .sort() // by UTF-16 code units, RFC 8785 §3.2.3
    .map((key) => `${written(key, depth)}:${written(value[key]!, depth + 1)}`);
  return `{${members.join(",")}}`;
}

function isList(value: readonly Json[] | JsonObject): value is readonly Json[] {
  return Array.isArray(value);
}

/** Reads an object that stands in its one form. @throws SignatureError */
export function parseCanonical(text: string): JsonObject {
  let value: Json;
  let form: string;
  try {
    value = JSON.parse(text) as Json;
    form = canonicalJson(value);
  } catch (cause) {
    throw new SignatureError("it is no JSON in canonical form", { cause });
  }
  if (form !== text) throw new SignatureError("its JSON is not in canonical form");
  if (typeof value !== "object" || value === null || isList(value)) {
    throw new SignatureError("its JSON is no object");
  }
  return value;
}

/** Takes the members of an object, of which none may be missing or left over. @throws SignatureError that names one */
export function membersOf<const Names extends readonly string[]>(
  object: JsonObject,
  names: Names,
): { readonly [Name in Names[number]]: Json } {
  const missing = names.find((name) => !Object.hasOwn(object, name));
  if (missing !== undefined) throw new SignatureError(`it has no member "${missing}"`);
  const unknown = Object.keys(object).find((name) => !names.includes(name));
  if (unknown !== undefined) throw new SignatureError(`it has a member "${unknown}", which is not known`);
  return object as { readonly [Name in Names[number]]: Json };
}

/** @throws SignatureError */
export function textOf(value: Json | undefined, name: string): string {
  if (typeof value !== "string") throw new SignatureError(`"${name}" is no text`);
  return value;
}

/** Reads an integer from 0 on. @throws SignatureError */
export function countOf(value: Json | undefined, name: string): number {
  if (typeof value !== "number" || value < 0) throw new SignatureError(`"${name}" is no count`);
  return value;
}

/** Reads a digest or an id of 32 bytes: 64 hexadecimal digits in lower case. @throws SignatureError */
export function hexOf(value: Json | undefined, name: string): string {
  const text = textOf(value, name);
  if (!/^[0-9a-f]{64}$/.test(text)) throw new SignatureError(`"${name}" is not 64 hexadecimal digits`);
  return text;
}

/** Reads base64 with padding, in its one form. @throws SignatureError unless it holds so many bytes */
export function base64Of(value: Json | undefined, name: string, bytes: number): Uint8Array {
  const text = textOf(value, name);
  const decoded = Buffer.from(text, "base64");
  if (decoded.length !== bytes || decoded.toString("base64") !== text) {
    throw new SignatureError(`"${name}" is not ${bytes} bytes in base64`);
  }
  return decoded;
}

/** Reads a time, as `2026-01-31T12:00:00Z`. @throws SignatureError */
export function timeOf(value: Json | undefined, name: string): string {
  const text = textOf(value, name);
  const ms = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(ms) || timeText(new Date(ms)) !== text) throw new SignatureError(`"${name}" is no time`);
  return text;
}

/** Writes a time in UTC, in whole seconds. Such texts sort by time. */
export function timeText(time: Date): string {
  return time.toISOString().replace(/\.\d+Z$/, "Z");
}
