/** The object of `scan --format json`, taken apart into the lines that it is made of. */
import { visible } from "#kit/format/visible.ts";
import type { ScanEvent } from "../scan-runner/events.ts";
import { scanLineOfValue } from "./scan-line.ts";

/** Bytes of an object, which is held whole, and several times over while it is read. */
export const MOST_OBJECT_BYTES = 64 * 2 ** 20;

/** Lists of the object and what they hold, in the order in which a scan tells of it. */
const LISTS = [
  ["quarantine", "quarantine"],
  ["logs", "log"],
  ["matches", "match"],
  ["skips", "skip"],
  ["errors", "error"],
  ["notes", "note"],
  ["clean", "clean"],
] as const;

const KEYS: ReadonlySet<string> = new Set(["start", "end", ...LISTS.map(([name]) => name)]);

/** Tells by its first line that a text may be such an object. */
export function beginsObject(line: string): boolean {
  const [, key, brace] = /^\s*\{\s*(?:"(\w+)"\s*:|($))/.exec(line) ?? [];
  return brace !== undefined || KEYS.has(key ?? "");
}

/** Returns its lines, or what is wrong with it. */
export function linesOfObject(text: string): readonly ScanEvent[] | string {
  let object: Record<string, unknown>;
  try {
    object = JSON.parse(text);
  } catch (error) {
    return `it is neither a line of a scan nor a JSON object: ${visible((error as Error).message)}`;
  }
  const unknown = Object.keys(object).find((key) => !KEYS.has(key));
  if (unknown !== undefined) return `${JSON.stringify(unknown).slice(0, 60)} is no part of a scan's object`;
  const events: ScanEvent[] = [];
  const add = (value: unknown, type: ScanEvent["type"], place: string): string | undefined => {
    const line = scanLineOfValue(value);
    if (line.kind === "fault") return `${place}: ${line.fault}`;
    if (line.kind === "none" || line.event.type !== type) return `${place}: it is no line of type ${type}`;
    events.push(line.event);
    return undefined;
  };
  let fault = add(object["start"], "start", "start");
  for (const [name, type] of LISTS) {
    const list = object[name] ?? [];
    if (!Array.isArray(list)) return `${name}: it is no list`;
    for (const [index, value] of list.entries()) fault ??= add(value, type, `${name}[${index}]`);
  }
  if ((object["end"] ?? null) !== null) fault ??= add(object["end"], "end", "end");
  return fault ?? events;
}
