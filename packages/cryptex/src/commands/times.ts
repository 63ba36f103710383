/** Times as values of flags. */
import { UsageError } from "#kit/errors.ts";
import { readTime } from "#kit/format/times.ts";

/** Returns ms since 1970; see `readTime`. @throws UsageError */
export function parseTime(text: string, name: string): number {
  const time = readTime(text);
  if (time === undefined) {
    throw new UsageError(`${name}: '${text}' is not a time`, [
      "times are like 2026-01-31 or 2026-01-31T12:00:00Z",
    ]);
  }
  return time;
}
