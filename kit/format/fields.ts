/**
 * Members of objects that were read from files: plain data whose shape nobody vouches for. Each check throws a SyntaxError that names the
 * member, and shows no more of it than fits a line.
 */

export type Fields = Readonly<Record<string, unknown>>;

/** @throws SyntaxError unless the value is an object */
export function fieldsOf(value: unknown, path: string): Fields {
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw new SyntaxError(`${path} is ${shownValue(value)}, not an object`);
  return value as Fields;
}

/** @throws SyntaxError unless the value is a list */
export function listOf(value: unknown, path: string): readonly unknown[] {
  if (Array.isArray(value)) return value;
  throw new SyntaxError(`${path} is ${shownValue(value)}, not a list`);
}

/** Accepts a short text without control characters, because it may be shown on the terminal. @param most characters @throws SyntaxError */
export function shortText(value: unknown, path: string, most = 200): string {
  const isShort = typeof value === "string" && value.length <= most;
  if (isShort && /^[\x20-\x7e\u00a0-\uffff]+$/.test(value)) return value;
  throw new SyntaxError(`${path} is ${shownValue(value)}, not a short text`);
}

/** @throws SyntaxError unless the value is a time that can be read */
export function timeText(value: unknown, path: string): string {
  const text = shortText(value, path);
  if (!Number.isFinite(Date.parse(text))) throw new SyntaxError(`${path} is not a time`);
  return text;
}

/** @throws SyntaxError */
export function numberWithin(value: unknown, path: string, least: number, most: number): number {
  if (typeof value === "number" && value >= least && value <= most) return value;
  throw new SyntaxError(`${path} is ${shownValue(value)}, not a number from ${least} to ${most}`);
}

/** @throws SyntaxError */
export function wholeWithin(value: unknown, path: string, least: number, most: number): number {
  if (!Number.isInteger(value)) throw new SyntaxError(`${path} is ${shownValue(value)}, not a whole number`);
  return numberWithin(value, path, least, most);
}

/** Shows the beginning of a value as JSON. */
export function shownValue(value: unknown): string {
  return String(JSON.stringify(value)).slice(0, 40);
}
