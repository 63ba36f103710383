/**
 * RFC 4180 with a header: one line an event, whatever its type, in columns that fit all. For spreadsheets: a cell that would be a
 * formula begins with an apostrophe, and no cell holds a line end. A path that such changes touch is in `path_bytes`, too.
 */

import { visible, visibleBytes } from "#kit/format/visible.ts";
import type { MatchEvent, MetaEntry, ScanEvent, ShownPath, StartEvent } from "../events.ts";
import { pathBytes, visiblePath } from "./escape.ts";
import type { FormatWriter } from "./format.ts";
import { matchCount } from "./match-event.ts";

const COLUMNS = [
  "type",
  "path",
  /** Base64, where `path` is not the exact name. */
  "path_bytes",
  "sha256",
  "size",
  "rule",
  "namespace",
  "tags",
  "meta",
  /** ID@OFFSET:LENGTH, in order; its end says how many are left out. */
  "strings",
  "string_matches",
  /** Data of the first string. */
  "data",
  "engine",
  /** Rule file of a quarantine. */
  "file",
  "line",
  /** Reason, text of a log, or the facts of start and end. */
  "message",
] as const;

type Row = Partial<Record<(typeof COLUMNS)[number], string | number | null>>;

export function csvWriter(): FormatWriter {
  let header = `${COLUMNS.join(",")}\r\n`;
  const line = (row: Row): string => {
    const text = `${header}${COLUMNS.map((name) => cell(row[name])).join(",")}\r\n`;
    header = "";
    return text;
  };
  return {
    event: (event) => ({ out: line({ type: event.type, ...cellsOf(event) }) }),
    end: () => ({ out: header }),
  };
}

function cellsOf(event: ScanEvent): Row {
  switch (event.type) {
    case "start":
      return { message: startText(event) };
    case "match":
      return matchCells(event);
    case "quarantine": {
      const { rule, file, line, reason, harmless, path, path_bytes } = event;
      const place =
        path === undefined ? {} : pathCells({ path, ...(path_bytes !== undefined && { path_bytes }) });
      return { ...place, rule, file, line, message: harmless ? `${reason} (nothing is lost)` : reason };
    }
    case "end": {
      const { type, ...facts } = event;
      return { message: factsText(facts).join(" ") };
    }
    case "clean": {
      const { sha256, size = null } = event;
      return { ...pathCells(event), sha256: sha256 ?? null, size };
    }
    case "log":
      return { ...pathCells(event), message: cut(event.message) };
    default:
      return { ...pathCells(event), message: event.reason };
  }
}

/** Names of facts within others are joined by a dot. */
function factsText(facts: object, prefix = ""): string[] {
  return Object.entries(facts).flatMap(([name, value]) =>
    typeof value === "object" ? factsText(value, `${prefix}${name}.`) : `${prefix}${name}=${value}`,
  );
}

function startText({ schema, ruleset, rules, engines }: StartEvent): string {
  const alias = ruleset.alias === undefined ? "" : ` alias=${ruleset.alias}`;
  const names = engines.map(({ name, version, digest }) => `engine=${name}/${version}/${digest}`);
  return [`schema=${schema} ruleset=${ruleset.digest}${alias} rules=${rules}`, ...names].join(" ");
}

function matchCells(event: MatchEvent): Row {
  const { sha256, size, rule, namespace, tags, meta, strings, engine } = event;
  return {
    ...pathCells(event),
    ...{ sha256, size, rule, namespace, engine },
    tags: tags.join(" "),
    meta: cut(meta.map(metaText).join("; ")),
    strings: stringList(event),
    string_matches: matchCount(event),
    data: strings[0]?.data ?? "",
  };
}

function metaText(entry: MetaEntry): string {
  const value = "value" in entry ? entry.value : visibleBytes(Buffer.from(entry.value_bytes, "base64"));
  return `${entry.key}=${value}`;
}

/** A cell of Excel holds 32,767 characters (its specifications and limits); the rest is for the words at the end. */
const MAX_CELL = 32_000;

function stringList(event: MatchEvent): string {
  let text = "";
  let shown = 0;
  for (const { id, offset, length } of event.strings) {
    const item = `${shown === 0 ? "" : " "}${id}@${offset}:${length}`;
    if (text.length + item.length > MAX_CELL) break;
    text += item;
    shown++;
  }
  const rest = matchCount(event) - shown;
  return rest > 0 ? `${text} and ${rest} more` : text;
}

function cut(text: string): string {
  return text.length > MAX_CELL
    ? `${text.slice(0, MAX_CELL)} and ${text.length - MAX_CELL} characters more`
    : text;
}

function pathCells(shown: ShownPath): Row {
  const path = visiblePath(shown);
  const isExact = path === shown.path && guarded(path) === path;
  return { path, path_bytes: isExact ? "" : Buffer.from(pathBytes(shown)).toString("base64") };
}

function cell(value: string | number | null | undefined): string {
  if (typeof value !== "string") return value == null ? "" : String(value);
  const text = guarded(visible(value));
  return /[",]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** Signs with which a spreadsheet begins a formula, those of full width included. */
const FORMULA = /^[=+\-@＝＋－＠]/;

function guarded(text: string): string {
  return FORMULA.test(text) ? `'${text}` : text;
}
