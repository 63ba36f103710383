/**
 * Lines as the program `yara` prints them (cli/yara.c of 4.2 and 4.5). It differs where theirs would harm or ours knows less:
 * control characters in paths are escaped, matched data ends after MAX_DATA_BYTES, matches beyond those listed are counted on stderr,
 * anonymous strings are sorted together, integers beyond 2^53 are quoted.
 */

import { visible } from "#kit/format/visible.ts";
import type {
  MatchEvent,
  MatchedString,
  MetaEntry,
  QuarantineEvent,
  ScanEvent,
  ShownPath,
} from "../events.ts";
import { unescapeData, visiblePath } from "./escape.ts";
import type { FormatOptions, FormatWriter, Written, YaraOptions } from "./format.ts";
import { gapSentence, matchSentence, Tally } from "./outcome.ts";

export function yaraWriter({ yara }: FormatOptions): FormatWriter {
  const tally = new Tally();
  return {
    event(event) {
      tally.count(event);
      return event.type === "match"
        ? { out: matchLines(event, yara), err: cutLines(event, yara) }
        : { err: otherLine(event) };
    },
    end: () => summary(tally),
  };
}

/** Says nothing where all was evaluated, as `yara` does. */
function summary(tally: Tally): Written {
  return tally.end?.complete ? {} : { err: `warning: ${matchSentence(tally)} ${gapSentence(tally)}\n` };
}

function matchLines(event: MatchEvent, options: YaraOptions): string {
  const { namespace, rule, tags, meta } = event;
  const head =
    (options.namespace ? `${visible(namespace)}:` : "") +
    `${rule} ` +
    (options.tags ? `[${tags.join(",")}] ` : "") +
    (options.meta ? `[${meta.map(metaText).join(",")}] ` : "");
  return `${head}${pathText(event)}\n${options.strings || options.length ? stringLines(event, options) : ""}`;
}

/** Escapes line ends as 4.5 does; 4.2 prints them. */
function pathText(shown: ShownPath): string {
  if (shown.path_bytes !== undefined) return visiblePath(shown);
  return visible(shown.path.replaceAll("\n", "\\n").replaceAll("\r", "\\r"));
}

function metaText(entry: MetaEntry): string {
  if ("value_bytes" in entry)
    return `${entry.key}="${metaEscaped(Buffer.from(entry.value_bytes, "base64"))}"`;
  const { key, value } = entry;
  if (typeof value === "string") return `${key}="${metaEscaped(Buffer.from(value))}"`;
  return typeof value === "number" ? `${key} =${value}` : `${key}=${value}`; // with this blank, in all of its versions
}

const CONTROL_ESCAPES: Readonly<Record<number, string>> = {
  7: "a",
  8: "b",
  9: "t",
  10: "n",
  11: "v",
  12: "f",
  13: "r",
};

/** As print_escaped_data does: backslashes before quotes and backslashes, names of controls, else octal. */
function metaEscaped(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => {
    const sign = String.fromCharCode(byte);
    if (/["'\\]/.test(sign)) return `\\${sign}`;
    if (byte >= 32 && byte < 127) return sign;
    return `\\${CONTROL_ESCAPES[byte] ?? byte.toString(8).padStart(3, "0")}`;
  }).join("");
}

function stringLines(event: MatchEvent, options: YaraOptions): string {
  const strings = options.ruleOf?.(event.namespace, event.rule)?.strings ?? [];
  const order = new Map(strings.map(({ id }, index) => [id, index]));
  const hex = new Set(strings.filter(({ isHex }) => isHex).map(({ id }) => id));
  const sorted = event.strings.toSorted((a, b) => (order.get(a.id) ?? 0) - (order.get(b.id) ?? 0));
  return sorted.map((string) => `${stringLine(string, hex.has(string.id), options)}\n`).join("");
}

/** Default of YR_CONFIG_MAX_MATCH_DATA: `yara -L` gives the length of the data that it kept. */
const MAX_LENGTH = 512;

function stringLine(
  { id, offset, length, data }: MatchedString,
  isHex: boolean,
  options: YaraOptions,
): string {
  const place = `0x${offset.toString(16)}${options.length ? `:${Math.min(length, MAX_LENGTH)}` : ""}:${id}`;
  if (!options.strings) return place;
  return `${place}: ${isHex ? hexText(data) : data.replaceAll("\\\\", "\\")}`;
}

/** Bytes that print_hex_string shows. */
const HEX_BYTES = 64;

function hexText(data: string): string {
  const bytes = Array.from(unescapeData(data), (byte) => byte.toString(16).padStart(2, "0").toUpperCase());
  return `${bytes.slice(0, HEX_BYTES).join(" ")}${bytes.length > HEX_BYTES ? " ..." : ""}`;
}

function cutLines(event: MatchEvent, options: YaraOptions): string | undefined {
  if (!options.strings && !options.length) return undefined;
  const lines = Object.entries(event.strings_total ?? {}).map(([id, total]) => {
    const shown = event.strings.filter((string) => string.id === id).length;
    return `warning: rule "${event.rule}" in ${pathText(event)}: ${shown} of ${total} matches of ${id} are shown\n`;
  });
  return lines.join("");
}

function otherLine(event: Exclude<ScanEvent, MatchEvent>): string {
  switch (event.type) {
    case "skip":
      return `skipping ${pathText(event)}: ${visible(event.reason)}\n`;
    case "error":
      return `error scanning ${pathText(event)}: ${visible(event.reason)}\n`;
    case "note":
      return `note: ${pathText(event)}: ${visible(event.reason)}\n`;
    case "log":
      return `${pathText(event)}: ${visible(event.message)}\n`;
    case "clean":
      return `clean ${pathText(event)}\n`;
    case "quarantine":
      return `${quarantineText(event)}\n`;
    default:
      return "";
  }
}

function quarantineText({ rule, file, line, reason, harmless, ...shown }: QuarantineEvent): string {
  const level = harmless ? "warning" : "error";
  const place = line === null ? visible(file) : `${visible(file)}(${line})`;
  const inFile = shown.path === undefined ? "" : ` in ${pathText({ ...shown, path: shown.path })}`;
  return rule === null
    ? `${place}: ${level}: ${visible(reason)}${inFile}`
    : `${level}: rule "${visible(rule)}" in ${place}: ${visible(reason)}${inFile}`;
}
