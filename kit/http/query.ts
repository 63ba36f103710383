/** What comes after the `?`. Hono's own `req.query` is left aside: three look-ups cost as much as all the rest of an answer. */
import type { Context } from "hono";
import { Refusal } from "./refusal.ts";

export function queryOf(c: Context): string {
  const { url } = c.req;
  const start = url.indexOf("?");
  return start < 0 ? "" : url.slice(start);
}

/** A parameter's value. @throws Refusal where it is given twice: which one was meant? */
export function parameter(query: URLSearchParams, name: string): string | undefined {
  const values = query.getAll(name);
  if (values.length > 1) throw new Refusal(400, `${name} is given more than once`);
  return values[0];
}

/** A whole number in decimal digits. @throws Refusal for anything else: numbers are never clamped or rounded */
export function wholeNumber(name: string, text: string | undefined, least: number, most: number): number {
  if (text === undefined)
    throw new Refusal(400, `${name} is missing: a whole number from ${least} to ${most}`);
  const value = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
  if (!(value >= least && value <= most)) {
    throw new Refusal(400, `${name} must be a whole number from ${least} to ${most}, not '${excerpt(text)}'`);
  }
  return value;
}

/** What somebody sent, short enough to be repeated to them. */
export function excerpt(text: string): string {
  return text.length <= 40 ? text : `${text.slice(0, 40)}…`;
}
