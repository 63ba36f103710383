/** Lines of a scan's result, as every format takes them. NDJSON prints them as they stand here. */

import type { Explanation } from "../explain/explanation.ts";

/** A path as results show it. */
export interface ShownPath {
  /** UTF-8; bytes that are not become U+FFFD. */
  readonly path: string;
  /** The exact bytes in base64, where `path` cannot hold them. */
  readonly path_bytes?: string;
}

export interface StartEvent {
  readonly type: "start";
  readonly schema: 1;
  /** Digest of the rule set, `sha256:` and hex; and its alias, if it has one. */
  readonly ruleset: { readonly digest: string; readonly alias?: string };
  /** Rules that are evaluated. */
  readonly rules: number;
  readonly engines: readonly { readonly name: string; readonly version: string; readonly digest: string }[];
}

/** A rule that matches a file. Keys in this order. */
export interface MatchEvent extends ShownPath {
  readonly type: "match";
  /** Digest of the bytes that were scanned, hex. */
  readonly sha256: string;
  readonly size: number;
  readonly rule: string;
  readonly namespace: string;
  readonly tags: readonly string[];
  readonly meta: readonly MetaEntry[];
  /** Sorted by id, then offset. */
  readonly strings: readonly MatchedString[];
  /** How many matches there were, by id, for ids whose list in `strings` is cut. */
  readonly strings_total?: Readonly<Record<string, number>>;
  readonly engine: string;
  /** With --explain. */
  readonly explanation?: Explanation;
}

/** `value_bytes` (base64) stands in place of a text that is not UTF-8; an integer that a double cannot hold is a string of digits. */
export type MetaEntry =
  | { readonly key: string; readonly value: string | number | boolean }
  | { readonly key: string; readonly value_bytes: string };

export interface MatchedString {
  readonly id: string;
  readonly offset: number;
  readonly length: number;
  /** At most 256 bytes: printable ASCII as it is, the rest \xNN, a backslash \\. */
  readonly data: string;
}

/** Something that is no regular file, or is left out by an option. */
export interface SkipEvent extends ShownPath {
  readonly type: "skip";
  readonly reason: string;
}

/** A file, or a folder, that was not wholly evaluated. */
export interface ErrorEvent extends ShownPath {
  readonly type: "error";
  readonly reason: string;
}

/** Text of console.log. */
export interface LogEvent extends ShownPath {
  readonly type: "log";
  readonly message: string;
}

/** A rule, a rule file or an include that is not evaluated. With a path: the engine gave up on the rule in that one file. */
export interface QuarantineEvent extends Partial<ShownPath> {
  readonly type: "quarantine";
  readonly rule: string | null;
  readonly file: string;
  readonly line: number | null;
  readonly reason: string;
  /** Present for the second copy of the same text: nothing is lost by it. */
  readonly harmless?: true;
}

/** A fact about an archive or a member of one. It changes nothing in the counts. */
export interface NoteEvent extends ShownPath {
  readonly type: "note";
  readonly reason: string;
}

/** With --list-clean. */
export interface CleanEvent extends ShownPath {
  readonly type: "clean";
  /** Digest of the bytes that were scanned, hex. Absent, as `size` is, in results of programs that do not make it. */
  readonly sha256?: string;
  readonly size?: number;
}

/**
 * The counts add up: scanned = clean + matched, and each file is in exactly one of match, skip or error lines, or in `clean`.
 * Where the engine gave up on a rule in a file, a quarantine line with the file's path says so; the file is then in the match
 * lines if another rule matches, else in the error lines.
 */
export interface EndEvent {
  readonly type: "end";
  /** False where a regular file within the options, or a rule, was not wholly evaluated. */
  readonly complete: boolean;
  readonly scanned: number;
  readonly clean: number;
  /** Files. */
  readonly matched: number;
  /** Lines. */
  readonly matches: number;
  readonly skipped: number;
  readonly errors: number;
  /** Present where a file is an archive, by its content. */
  readonly archives?: ArchiveCounts;
  /** Present where an archive was opened. `matches`, `skipped` and `errors` count the lines of members, too; the others do not. */
  readonly members?: MemberCounts;
}

export interface ArchiveCounts {
  /** Also within others. */
  readonly opened: number;
  /** Files whose members were not to be looked at. */
  readonly unopened: number;
}

/** Members are counted as files are: scanned = clean + matched. */
export interface MemberCounts {
  readonly scanned: number;
  readonly clean: number;
  readonly matched: number;
  readonly skipped: number;
  readonly errors: number;
}

export type ScanEvent =
  | StartEvent
  | MatchEvent
  | SkipEvent
  | ErrorEvent
  | LogEvent
  | NoteEvent
  | QuarantineEvent
  | CleanEvent
  | EndEvent;
