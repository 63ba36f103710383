/** Times as people and clients write them. */

const ISO_8601 = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:\d\d)?)?$/;

/** Reads a date, or date and time, of ISO 8601: local time where no zone is given. Returns ms since 1970; undefined for anything else. */
export function readTime(text: string): number | undefined {
  if (!ISO_8601.test(text)) return undefined;
  // A date alone would be taken for midnight in Greenwich.
  const time = Date.parse(text.includes("T") ? text : `${text}T00:00`);
  return Number.isNaN(time) ? undefined : time;
}
