/**
 * The part of a URL after the `?`. Parsed with URLSearchParams: three calls of Hono's `req.query` cost as much as all the rest
 * of a small answer.
 */
import type { Context } from "hono";
import { Refusal } from "./refusal.ts";

/** The query with its `?`, or an empty string. */
export function queryOf(c: Context): string {
  const { url } = c.req;
  const start = url.indexOf("?");
  return start < 0 ? "" : url.slice(start);
}

/** @throws Refusal 400 that names parameters which are not known */
export function onlyKnown(query: URLSearchParams, known: readonly string[]): void {
  if (query.size > 0) refuseUnknown(query.keys(), known, "parameter");
}

/** Returns a parameter's value. @throws Refusal 400 where it is given more than once */
export function parameter(query: URLSearchParams, name: string): string | undefined {
  const values = query.getAll(name);
  if (values.length > 1) throw new Refusal(400, `${name} is given more than once`);
  return values[0];
}

/**
 * Parses a whole number in decimal digits, from `least` to `most`.
 * @throws Refusal 400 for anything else: numbers are never clamped or rounded
 */
export function wholeNumber(name: string, text: string | undefined, least: number, most: number): number {
  if (text === undefined)
    throw new Refusal(400, `${name} is missing: a whole number from ${least} to ${most}`);
  const value = /^\d{1,16}$/.test(text) ? Number(text) : Number.NaN;
  if (!(value >= least && value <= most)) {
    throw new Refusal(400, `${name} must be a whole number from ${least} to ${most}, not '${excerpt(text)}'`);
  }
  return value;
}

/** Finds a value among those that there are, to the letter. @throws Refusal 400 that lists them */
export function oneOf<T extends string>(name: string, text: string | undefined, values: readonly T[]): T {
  const value = values.find((candidate) => candidate === text);
  if (value !== undefined) return value;
  const given = text === undefined ? "is missing" : `'${excerpt(text)}' is unknown`;
  throw new Refusal(400, `${name} ${given}: ${values.join(", ")}`);
}

/** Cuts what a client sent to 40 characters, for messages that repeat it. */
export function excerpt(text: string): string {
  return text.length <= 40 ? text : `${text.slice(0, 40)}…`;
}

/** Names that a message lists. */
const MOST_NAMED = 10;

/** @param what they are: "parameter" @throws Refusal 400 that names those that are not known */
export function refuseUnknown(given: Iterable<string>, known: readonly string[], what: string): void {
  const unknown = [...new Set(given)]
    .filter((name) => !known.includes(name))
    .slice(0, MOST_NAMED)
    .map(excerpt);
  if (unknown.length === 0) return;
  throw new Refusal(400, `unknown ${what}: ${unknown.join(", ")}`, {}, { unknown });
}
