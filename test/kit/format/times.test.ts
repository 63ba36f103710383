import { expect, test } from "bun:test";
import { readTime } from "#kit/format/times.ts";

test("with a zone, and without one in that of the machine, a date alone too", () => {
  expect(readTime("2026-01-31T12:00:00Z")).toBe(Date.UTC(2026, 0, 31, 12));
  expect(readTime("2026-01-31T12:00+01:00")).toBe(Date.UTC(2026, 0, 31, 11));
  expect(readTime("2026-01-31T12:00:00.125")).toBe(new Date(2026, 0, 31, 12, 0, 0, 125).getTime());
  expect(readTime("2026-01-31")).toBe(new Date(2026, 0, 31).getTime());
});

test("nothing else is one", () => {
  for (const text of [
    "",
    "2026",
    "2026-13-01",
    "2026-01-31T25:00",
    "yesterday",
    "1 2026-01-31",
    "2026-01-31\n",
  ])
    expect(readTime(text)).toBeUndefined();
});
