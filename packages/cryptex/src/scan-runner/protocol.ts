/** Messages between a scan and its threads: plain data. A thread answers one batch after the other, each exactly once. */
import type { ArchiveLimits } from "../archives/limits.ts";
import type { EngineInstance } from "../engine/engine.ts";
import type { Explanation } from "../explain/explanation.ts";
import type { ShownLimits } from "../explain/show.ts";
import type { Externals } from "../rules/rule-set.ts";
import type { ShownMatches } from "./formats/match-event.ts";
import type { Turns } from "./large-files.ts";
import type { FileIdentity } from "./seen-files.ts";

/** Given to a thread when it starts. Arrays lie in shared memory. */
export interface ThreadData {
  readonly compiled: Uint8Array;
  /** Element 0 becomes 1 when the scan is cancelled; engines look at it while they scan. */
  readonly cancel: Int32Array;
  /** Written by the thread: see `POSITION`. */
  readonly position: Int32Array;
  readonly turns: Turns;
  readonly options: ScanFileOptions;
  readonly explain?: ExplainData;
}

/** Needed for explanations besides the compiled rules. */
export interface ExplainData {
  /** See rule-table.ts and rule-texts.ts. */
  readonly table: Uint8Array;
  readonly texts: Uint8Array;
  /** Those that are not set for each file. */
  readonly externals: Externals;
  readonly shown: ShownLimits;
  /** Nothing is scanned, and this rule is explained. Without it each rule is that matches. */
  readonly rule?: number;
}

/** Elements of `ThreadData.position`: file of the batch that is being scanned, and a count that moves with each file. */
export const POSITION = { file: 0, count: 1, length: 2 } as const;

export interface ScanFileOptions {
  /** For one file; 0 is without limit. */
  readonly timeoutMs: number;
  /** Matches of a string that are shown. */
  readonly maxStrings: number;
  readonly maxSize: number;
  /** See `WalkOptions.within`. */
  readonly within?: string;
  /** Digests are made of every file, not of those that match alone. */
  readonly digestAll: boolean;
  readonly archives: ArchiveLimits;
  /** Clean files and members are named with their digests, and not only counted. */
  readonly listClean: boolean;
}

export interface BatchFile {
  /** Binary string. */
  readonly path: string;
  /** Path that rules see, where it is another: that of the same file on the machine that asks. */
  readonly shownPath?: string;
  readonly byLink: boolean;
  /** Digest of the content whose result is known: the same content is not scanned again. */
  readonly knownSha256?: string;
  /** Bytes to scan in place of what is on the disk, in shared memory. Nobody owns them. */
  readonly content?: Uint8Array;
}

export interface Batch {
  readonly id: number;
  readonly files: readonly BatchFile[];
}

export type ThreadReply =
  | { readonly kind: "done"; readonly id: number; readonly results: readonly FileResult[] }
  /** The thread cannot work at all: the rules do not load. */
  | { readonly kind: "unable"; readonly reason: string };

export type FileResult =
  | { readonly kind: "skip" | "error"; readonly reason: string; readonly archive?: ArchiveResult }
  | ({ readonly kind: "scanned" } & ScannedFile)
  /** The content has the digest that was known. */
  | { readonly kind: "unchanged"; readonly identity: FileIdentity }
  | { readonly kind: "cancelled" };

export interface ScannedFile extends ScannedUnit {
  readonly identity: FileIdentity;
  readonly archive?: ArchiveResult;
}

/** Bytes that were scanned as one. Lists that are empty are left out. */
export interface ScannedUnit {
  readonly size: number;
  readonly sha256?: string;
  readonly hits?: readonly RuleHit[];
  readonly log?: readonly string[];
  /** Rules that the engine gave up on. */
  readonly lost?: readonly LostRule[];
  readonly notEvaluated?: readonly string[];
  /** Explains the one rule that was asked about. */
  readonly explanation?: Explanation;
}

/** A file that is an archive. */
export interface ArchiveResult {
  /** Archives that were opened: the file, and those in it. 0 where none was to be. */
  readonly opened: number;
  /** Clean members that need no line. */
  readonly clean: number;
  readonly members: readonly MemberResult[];
}

/** Tells of a member, or of the inside of an archive as a whole. */
export type MemberResult = {
  /** Follows the file's path: `!/b/c.exe`, and `!/` alone for the archive as a whole. Binary string. */
  readonly name: string;
} & (
  | {
      readonly kind: "skip" | "error";
      readonly reason: string;
      /** False where something was not evaluated that was asked for. */
      readonly complete: boolean;
    }
  | { readonly kind: "note"; readonly reason: string }
  | ({ readonly kind: "scanned" } & ScannedUnit)
);

export interface RuleHit {
  readonly rule: number;
  readonly strings: readonly ShownMatches[];
  readonly explanation?: Explanation;
}

export interface LostRule {
  readonly rule: number;
  readonly reason: string;
  /** Its verdict counts for nothing: it was left out of the scan. */
  readonly leftOut: boolean;
}

/** Makes an engine that ends its scans as "cancelled" when element 0 of the array is 1. */
export type MakeEngine = (cancel: Int32Array) => EngineInstance;
