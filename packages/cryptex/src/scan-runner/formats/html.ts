/**
 * A report in one file: what was not evaluated at the top, pictures, then tables. Memory and size are bounded: of each kind of line
 * the first are shown and all are counted.
 */

import {
  bar,
  code,
  type Html,
  type PageTable,
  page,
  shares,
  tableSection,
  text,
} from "#kit/format/html-page.ts";
import { formatCount, formatQuantity } from "#kit/format/numbers.ts";
import type { MatchEvent, QuarantineEvent, ShownPath } from "../events.ts";
import { visiblePath } from "./escape.ts";
import type { FormatOptions, FormatWriter } from "./format.ts";
import { matchCount } from "./match-event.ts";
import { archiveSentence, gapSentence, matchSentence, skipSentence, Tally } from "./outcome.ts";

const MAX_MATCHES = 1_000;
const MAX_LINES = 500;
/** Bars of a picture. */
const MAX_BARS = 20;
/** File name extensions that are counted each. */
const MAX_EXTENSIONS = 1_000;
/** Matched strings shown for a match, and characters of each. */
const MAX_STRINGS = 5;
const MAX_DATA = 64;
/** Reasons of skips that are named at the top. */
const MAX_REASONS = 5;

export function htmlWriter({ version }: FormatOptions): FormatWriter {
  const tally = new Tally();
  const matches = new Rows(MAX_MATCHES);
  const quarantined = new Rows(MAX_LINES);
  const errors = new Rows(MAX_LINES);
  const skips = new Rows(MAX_LINES);
  const logs = new Rows(MAX_LINES);
  const notes = new Rows(MAX_LINES);
  const clean = new Rows(MAX_LINES);
  const byRule = new Counts(Number.POSITIVE_INFINITY);
  const byExtension = new Counts(MAX_EXTENSIONS);

  return {
    event(event) {
      tally.count(event);
      switch (event.type) {
        case "match":
          matches.add(() => matchRow(event));
          byRule.add(event.namespace === "default" ? event.rule : `${event.rule} in ${event.namespace}`);
          byExtension.add(extensionOf(event.path));
          break;
        case "quarantine":
          quarantined.add(() => quarantineRow(event));
          break;
        case "error":
          errors.add(() => pathRow(event, event.reason));
          break;
        case "skip":
          skips.add(() => pathRow(event, event.reason));
          break;
        case "note":
          notes.add(() => pathRow(event, event.reason));
          break;
        case "log":
          logs.add(() => pathRow(event, event.message));
          break;
        case "clean":
          clean.add(() => pathRow(event));
          break;
      }
      return {};
    },
    end() {
      const sections = [
        verdict(tally),
        facts(tally, version),
        tableSection({
          title: "Rules not evaluated, or left out",
          columns: ["Rule", "File", "Line", "Reason"],
          ...quarantined,
        }),
        tableSection({ title: "Files not evaluated", columns: ["Path", "Reason"], ...errors }),
        outcomes(tally),
        tableSection(byRule.table("Matches by rule", "Rule")),
        tableSection(byExtension.table("Matches by file name extension", "Extension")),
        tableSection({ title: "Matches", columns: ["File", "Rule", "Strings"], ...matches }),
        tableSection({ title: "Skipped", columns: ["Path", "Reason"], ...skips }),
        tableSection({ title: "Notes on archives", columns: ["Path", "Note"], ...notes }),
        tableSection({ title: "Messages of rules", columns: ["Path", "Message"], ...logs }),
        tableSection({ title: "Clean files", columns: ["Path"], ...clean }),
      ];
      return { out: page("Scan report", sections.filter((section) => section !== "").join("\n")) };
    },
  };
}

/** The first lines of a kind, and the count of all. */
class Rows {
  readonly rows: (readonly Html[])[] = [];
  total = 0;

  constructor(private readonly most: number) {}

  add(row: () => readonly Html[]): void {
    this.total++;
    if (this.rows.length < this.most) this.rows.push(row());
  }
}

class Counts {
  private readonly counts = new Map<string, number>();
  private others = 0;

  /** @param most names that are counted each */
  constructor(private readonly most: number) {}

  add(name: string): void {
    const before = this.counts.get(name);
    if (before === undefined && this.counts.size >= this.most) this.others++;
    else this.counts.set(name, (before ?? 0) + 1);
  }

  /** The largest counts as bars, and the others together. */
  table(title: string, column: string): PageTable {
    const sorted = [...this.counts].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1));
    const rest = sorted.slice(MAX_BARS).reduce((sum, [, count]) => sum + count, this.others);
    const rows = sorted
      .slice(0, MAX_BARS)
      .map(([name, count]) => ({ name: name === "" ? text("none") : code(name), count }));
    if (rest > 0) rows.push({ name: text("all others"), count: rest });
    const longest = rows.reduce((most, { count }) => Math.max(most, count), 0);
    return {
      title,
      columns: [column, { number: "Matches" }, "Chart"],
      rows: rows.map(({ name, count }) => [name, text(formatCount(count)), bar(count / longest)]),
      total: rows.length,
    };
  }
}

/** Lower case, with its dot, or empty. Longer ones are no extensions but parts of names. */
function extensionOf(path: string): string {
  const extension = /[^/\\](\.[^./\\]{1,16})$/.exec(path)?.[1];
  return extension?.toLowerCase() ?? "";
}

function verdict(tally: Tally): string {
  const isComplete = tally.end?.complete === true;
  const word = isComplete ? "Complete" : tally.end === undefined ? "Not finished" : "Incomplete";
  const words = [
    gapSentence(tally),
    matchSentence(tally),
    skipSentence(tally, MAX_REASONS) ?? "Nothing was skipped.",
    ...[archiveSentence(tally) ?? []].flat(),
  ];
  const sentences = words.map((sentence) => `<p>${text(sentence).html}</p>`);
  return `<div class="verdict ${isComplete ? "good" : "warn"}"><p class="word ${isComplete ? "good" : "warn"}">${word}</p>${sentences.join("")}</div>`;
}

function facts({ start }: Tally, version: string): string {
  const { ruleset, engines = [], rules } = start ?? {};
  const all: (readonly [string, Html])[] = [["Program", text(`cryptex ${version}`)]];
  for (const { name, version, digest } of engines) {
    all.push(["Engine", { html: `${text(`${name} ${version}`).html} <small>${code(digest).html}</small>` }]);
  }
  if (ruleset !== undefined) {
    if (ruleset.alias !== undefined) all.push(["Rule set", text(ruleset.alias)]);
    all.push(["Digest of the rules", code(ruleset.digest)]);
  }
  if (rules !== undefined) all.push(["Rules evaluated", text(formatCount(rules))]);
  return `<dl>${all.map(([name, { html }]) => `<dt>${text(name).html}</dt><dd>${html}</dd>`).join("")}</dl>`;
}

function outcomes({ end }: Tally): string {
  if (end === undefined) return "";
  const { members = { matched: 0, clean: 0, errors: 0, skipped: 0 } } = end;
  const parts = ({ matched, clean, errors, skipped }: typeof members) =>
    [
      { name: "matched", count: matched, colour: "bad" },
      { name: "clean", count: clean, colour: "good" },
      { name: "not evaluated", count: errors, colour: "warn" },
      { name: "skipped", count: skipped, colour: "none" },
    ] as const;
  const files = { ...end, errors: end.errors - members.errors, skipped: end.skipped - members.skipped };
  return [shares("Files", parts(files)), shares("Members of archives", parts(members))].join("");
}

function matchRow(event: MatchEvent): Html[] {
  const file = `${code(visiblePath(event)).html}<br><small>${formatQuantity(event.size, "B")}, SHA-256 ${code(event.sha256).html}</small>`;
  const notes = [
    ...(event.namespace === "default" ? [] : [`in ${event.namespace}`]),
    ...(event.tags.length === 0 ? [] : [`tags ${event.tags.join(", ")}`]),
  ];
  const rule = `${code(event.rule).html}${notes.length === 0 ? "" : `<br><small>${text(notes.join("; ")).html}</small>`}`;
  const shown = event.strings
    .slice(0, MAX_STRINGS)
    .map(
      ({ id, offset, data }) =>
        `0x${offset.toString(16)} ${id} ${data.length > MAX_DATA ? `${data.slice(0, MAX_DATA)}...` : data}`,
    );
  const rest = matchCount(event) - shown.length;
  const strings = shown.map((line) => code(line).html);
  if (rest > 0) strings.push(`<small>and ${formatCount(rest)} more</small>`);
  return [{ html: file }, { html: rule }, { html: strings.join("<br>") }];
}

function quarantineRow({ rule, file, line, reason, harmless, ...shown }: QuarantineEvent): Html[] {
  const place = shown.path === undefined ? "" : `; in ${visiblePath({ ...shown, path: shown.path })} only`;
  const words = harmless ? `${reason} (nothing is lost by it)` : `${reason}${place}`;
  return [
    rule === null ? text("all of the file") : code(rule),
    code(file),
    text(line === null ? "" : String(line)),
    text(words),
  ];
}

function pathRow(shown: ShownPath, words?: string): Html[] {
  return [code(visiblePath(shown)), ...(words === undefined ? [] : [text(words)])];
}
