/** Times as people type them. */
import { UsageError } from "#kit/errors.ts";

/** Reads a date, or date and time, of ISO 8601; local time where no zone is given. Returns ms since 1970. @throws UsageError */
export function parseTime(text: string, name: string): number {
  const isTime = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)?)?$/.test(text);
  // A date alone would be taken for midnight in Greenwich.
  const time = isTime ? Date.parse(text.includes("T") ? text : `${text}T00:00`) : Number.NaN;
  if (Number.isNaN(time)) {
    throw new UsageError(`${name}: '${text}' is not a time`, [
      "times are like 2026-01-31 or 2026-01-31T12:00:00Z",
    ]);
  }
  return time;
}
