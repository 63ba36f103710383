/** Events as JSON: one a line, or all in one object. */

import { safeJson } from "#kit/format/visible.ts";
import type { ScanEvent } from "../events.ts";
import type { FormatWriter } from "./format.ts";

/** Writes one event a line, and nothing else. */
export function ndjsonWriter(): FormatWriter {
  return {
    event: (event) => ({ out: `${safeJson(event)}\n` }),
    end: () => ({}),
  };
}

/** Lists of the object, besides its matches, by the type of their events. */
const LISTS = {
  skip: "skips",
  error: "errors",
  quarantine: "quarantine",
  log: "logs",
  note: "notes",
  clean: "clean",
} as const;

/**
 * Writes one object: `start`, then the lists, then `end`, which is null where the scan did not reach it. Entries are the lines of
 * NDJSON. Matches are written as they come; of the other lists the text is held until the end, since each must stand together.
 */
export function jsonWriter(): FormatWriter {
  const lists: Record<keyof typeof LISTS, string[]> = {
    skip: [],
    error: [],
    quarantine: [],
    log: [],
    note: [],
    clean: [],
  };
  let isOpen = false;
  let matches = 0;
  let end = "null";

  const open = (start: string): string => {
    if (isOpen) return "";
    isOpen = true;
    return `{"start":${start},\n"matches":[`;
  };
  const entry = (event: ScanEvent): string => {
    if (event.type === "start") return open(safeJson(event));
    if (event.type === "match") return `${open("null")}${matches++ === 0 ? "\n" : ",\n"}${safeJson(event)}`;
    if (event.type === "end") end = safeJson(event);
    else lists[event.type].push(safeJson(event));
    return "";
  };
  return {
    event: (event) => ({ out: entry(event) }),
    end: () => {
      const others = Object.entries(LISTS).map(([type, name]) => {
        const entries = lists[type as keyof typeof LISTS];
        return `"${name}":[${entries.length > 0 ? "\n" : ""}${entries.join(",\n")}]`;
      });
      return { out: `${open("null")}],\n${others.join(",\n")},\n"end":${end}}\n` };
    },
  };
}
