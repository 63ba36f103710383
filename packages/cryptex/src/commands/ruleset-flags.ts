/** The flag of the time from which a set is not to be used. */
import { UsageError } from "#kit/errors.ts";
import { parseTime } from "./times.ts";

const DAY_MS = 86_400_000;

/** Reads a time, or days from now as `30d`. Returns ms since 1970. @throws UsageError */
export function parseExpiry(text: string, name: string): number {
  const days = /^(\d{1,5})d$/.exec(text)?.[1];
  const time = days === undefined ? parseTime(text, name) : Date.now() + Number(days) * DAY_MS;
  if (time <= Date.now()) throw new UsageError(`${name}: '${text}' is not in the future`);
  return time;
}
