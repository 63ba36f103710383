/** For people: matches by file, each with a few of its strings, then in words what was not evaluated. */
import { formatCount, plural } from "#kit/format/numbers.ts";
import { visible } from "#kit/format/visible.ts";
import { fitLines, lineWidth, type Screen } from "#kit/term/screen.ts";
import { paint } from "#kit/term/style.ts";
import type { Explanation } from "../../explain/explanation.ts";
import { explanationText } from "../../explain/text.ts";
import type { MatchEvent, MatchedString, QuarantineEvent } from "../events.ts";
import { TOO_LARGE } from "../walk.ts";
import { visiblePath } from "./escape.ts";
import type { FormatOptions, FormatWriter } from "./format.ts";
import { matchCount } from "./match-event.ts";
import { archiveSentence, gapSentence, matchSentence, skipSentence, Tally } from "./outcome.ts";

/** Matches of strings shown below a rule. */
const MAX_STRINGS = 3;
/** Rules that are not evaluated shown one by one; a missing module can cost a thousand. */
const MAX_QUARANTINED = 20;
/** Reasons of skips that the summary names. */
const MAX_REASONS = 5;

export function textWriter({ screen }: FormatOptions): FormatWriter {
  const tally = new Tally();
  let quarantined = 0;
  /** File under whose name the matches stand at present. */
  let heading: string | undefined;

  const matchText = (event: MatchEvent): string => {
    const path = visiblePath(event);
    const head = path === heading ? "" : `${paint(path, "bold", screen.color)}\n`;
    heading = path;
    return head + ruleText(event, screen);
  };
  const besideMatches = (text: string): string => {
    heading = undefined;
    return `${text}\n`;
  };
  return {
    event(event) {
      tally.count(event);
      switch (event.type) {
        case "match":
          return { out: matchText(event) };
        case "error": {
          const mark = paint("not evaluated:", "warn", screen.color);
          return { out: besideMatches(`${mark} ${visiblePath(event)}: ${visible(event.reason)}`) };
        }
        case "skip": {
          // A regular file that was left unread makes the scan incomplete; the summary counts the others.
          if (!TOO_LARGE.test(event.reason)) return {};
          const mark = paint("not evaluated:", "warn", screen.color);
          return { out: besideMatches(`${mark} ${visiblePath(event)}: ${visible(event.reason)}`) };
        }
        case "quarantine":
          if (event.path === undefined && ++quarantined > MAX_QUARANTINED) return {};
          return { out: besideMatches(quarantineText(event, screen)) };
        case "clean":
          return { out: besideMatches(`${paint("clean:", "good", screen.color)} ${visiblePath(event)}`) };
        case "note":
          return {
            out: besideMatches(
              `${paint("note:", "dim", screen.color)} ${visiblePath(event)}: ${visible(event.reason)}`,
            ),
          };
        case "log":
          return { err: `${visiblePath(event)}: ${visible(event.message)}\n` };
        default:
          return {};
      }
    },
    end: () => ({ out: summary(tally, quarantined, screen) }),
  };
}

function ruleText(event: MatchEvent, screen: Screen): string {
  const tags = event.tags.length > 0 ? ` [${event.tags.map(visible).join(" ")}]` : "";
  const namespace = event.namespace === "default" ? "" : ` in ${visible(event.namespace)}`;
  const rule = `  ${paint(visible(event.rule), "bad", screen.color)}${paint(tags + namespace, "dim", screen.color)}\n`;
  const shown = event.strings.slice(0, MAX_STRINGS).map((string) => stringText(string, screen));
  const rest = matchCount(event) - shown.length;
  const more = rest > 0 ? [paint(`    and ${formatCount(rest)} more`, "dim", screen.color)] : [];
  const lines = rule + [...shown, ...more].map((line) => `${line}\n`).join("");
  return event.explanation ? lines + explained(event.explanation, screen) : lines;
}

/** Below the rule, and as far to the right. */
function explained(explanation: Explanation, screen: Screen): string {
  const text = explanationText(explanation, { ...screen, columns: screen.columns - 4 });
  return text.replace(/^/gm, "    ").trimEnd().concat("\n");
}

function stringText({ id, offset, data }: MatchedString, screen: Screen): string {
  const line = `    0x${offset.toString(16)} ${visible(id)} ${data}`;
  const width = lineWidth(screen);
  return line.length <= width ? line : `${line.slice(0, width - 3)}...`;
}

function quarantineText(
  { rule, file, line, reason, harmless, ...shown }: QuarantineEvent,
  screen: Screen,
): string {
  const mark = harmless
    ? paint("duplicate:", "dim", screen.color)
    : paint("not evaluated:", "warn", screen.color);
  const name = rule === null ? "" : `rule ${visible(rule)}, `;
  const place = line === null ? visible(file) : `${visible(file)}:${line}`;
  const inFile = shown.path === undefined ? "" : `${visiblePath({ ...shown, path: shown.path })}: `;
  return `${mark} ${inFile}${name}${place}: ${visible(reason)}`;
}

function summary(tally: Tally, quarantined: number, screen: Screen): string {
  const isComplete = tally.end?.complete === true;
  const hidden = quarantined - MAX_QUARANTINED;
  const lines = [
    hidden > 0
      ? `and ${plural(hidden, "more rule or file", "more rules or files")} that --format ndjson lists`
      : undefined,
    "",
    matchSentence(tally),
    skipSentence(tally, MAX_REASONS),
    archiveSentence(tally),
    tally.duplicates > 0
      ? `Left out: ${plural(tally.duplicates, "second copy", "second copies")} of rules.`
      : undefined,
  ];
  const text = lines.filter((line) => line !== undefined).map((line) => fitLines(visible(line), screen));
  const verdict = fitLines(gapSentence(tally), screen).split("\n");
  return `${[...text, ...verdict.map((line) => paint(line, isComplete ? "good" : "warn", screen.color))].join("\n")}\n`;
}
