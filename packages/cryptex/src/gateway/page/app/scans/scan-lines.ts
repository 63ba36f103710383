/** The lines of a scan, as the page keeps them: as many as a browser can hold, and counts of all. */
import { MatchTimes } from "./match-times.ts";

/** A frame of the journal, whatever is in it. */
export interface ScanFrame {
  readonly seq?: number;
  readonly time?: string;
  readonly type: string;
  readonly [member: string]: unknown;
}

/** Kinds of lines, each with a list of its own, in the order in which they are offered. */
export const KINDS = [
  { id: "match", title: "Matches", types: ["match"] },
  { id: "error", title: "Errors", types: ["error"] },
  { id: "skip", title: "Skipped", types: ["skip"] },
  { id: "quarantine", title: "Rules not evaluated", types: ["quarantine"] },
  // Second copies of rules are among them: nothing is lost by those.
  { id: "note", title: "Notes and logs", types: ["note", "log"] },
  { id: "clean", title: "Clean", types: ["clean"] },
] as const;

export type Kind = (typeof KINDS)[number]["id"];

const KIND_OF: ReadonlyMap<string, Kind> = new Map(
  KINDS.flatMap(({ id, types }) => types.map((type): [string, Kind] => [type, id])),
);

/** As much of a line as its place in the list shows. The rest is asked for when it is chosen. */
export interface Line {
  readonly seq: number;
  readonly type: string;
  readonly path: string;
  /** "" where the line is about no rule. */
  readonly rule: string;
  readonly tags: readonly string[];
  /** Reason or message. */
  readonly text: string;
  /** Matches of strings that the line lists. */
  readonly strings: number;
}

/** Lines of a kind that are held. 50,000 rows of a list, 50,000 objects of some 300 bytes. */
export const MOST_LINES = 50_000;
/** And the characters in them: paths may be long. */
export const MOST_TEXT = 16 * 2 ** 20;

export interface LineList {
  /** The first ones. */
  readonly held: readonly Line[];
  /** All that came. */
  readonly total: number;
}

export class ScanLines {
  readonly times = new MatchTimes();
  readonly #lists = new Map<Kind, { held: Line[]; total: number; text: number }>();
  #isFull = false;
  #start: ScanFrame | undefined;
  #end: ScanFrame | undefined;

  /** Takes frames in the order of their numbers. @returns the last of those that say that the state of the scan has changed */
  add(frames: readonly ScanFrame[]): ScanFrame | undefined {
    let changed: ScanFrame | undefined;
    for (const frame of frames) {
      const kind = frame["harmless"] === true ? "note" : KIND_OF.get(frame.type);
      if (kind !== undefined) this.#addLine(kind, frame);
      else if (frame.type === "start") this.#start = frame;
      else if (frame.type === "end") this.#end = frame;
      else if (frame.type === "scan") changed = frame;
    }
    return changed;
  }

  of(kind: Kind): LineList {
    return this.#lists.get(kind) ?? { held: [], total: 0 };
  }

  /** Lines of all kinds that came. */
  get total(): number {
    return [...this.#lists.values()].reduce((sum, { total }) => sum + total, 0);
  }

  /** Some lines came that are not held. */
  get isFull(): boolean {
    return this.#isFull;
  }

  /** The first line of the result. */
  get start(): ScanFrame | undefined {
    return this.#start;
  }

  /** And the last, once it is whole. */
  get end(): ScanFrame | undefined {
    return this.#end;
  }

  #addLine(kind: Kind, frame: ScanFrame): void {
    const list = this.#lists.get(kind) ?? { held: [], total: 0, text: 0 };
    this.#lists.set(kind, list);
    list.total++;
    if (kind === "match") this.times.add(textOf(frame["rule"]), Date.parse(frame.time ?? ""));
    if (list.held.length >= MOST_LINES || list.text >= MOST_TEXT) {
      this.#isFull = true;
      return;
    }
    const line = lineOf(frame);
    list.held.push(line);
    list.text += line.path.length + line.rule.length + line.text.length;
  }
}

function lineOf(frame: ScanFrame): Line {
  const { seq = 0, type } = frame;
  const strings = frame["strings"];
  const tags = frame["tags"];
  return {
    seq,
    type,
    path: textOf(frame["path"] ?? (type === "quarantine" ? placeOf(frame) : undefined)),
    rule: textOf(frame["rule"]),
    tags: Array.isArray(tags) ? tags.map(String) : [],
    text: textOf(frame["reason"] ?? frame["message"]),
    strings: Array.isArray(strings) ? strings.length : 0,
  };
}

/** A rule is lost at a place in a file of rules. */
function placeOf({ file, line }: ScanFrame): string {
  return line === null || line === undefined ? textOf(file) : `${textOf(file)}:${line}`;
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}

/** Marks that lines must have; texts stand anywhere, in whatever case. */
export interface LineFilter {
  readonly rule: string;
  readonly path: string;
}

/** Picks lines; all of them are the same list. */
export function filtered(lines: readonly Line[], { rule, path }: LineFilter): readonly Line[] {
  const [wantedRule, wantedPath] = [rule.toLowerCase(), path.toLowerCase()];
  if (wantedRule === "" && wantedPath === "") return lines;
  return lines.filter(
    (line) => line.rule.toLowerCase().includes(wantedRule) && line.path.toLowerCase().includes(wantedPath),
  );
}
