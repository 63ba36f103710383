/**
 * Files seen by earlier scans, so that what has not changed is not read again. The same records let a scan that was
 * stopped go on: the files it has done are in them.
 *
 * A result belongs to a path, because rules may ask for the name and the folder of a file. It is used again only for
 * the same inode with the same size and times.
 */
import type { ArchiveLimits } from "../archives/limits.ts";
import type { CleanEvent, LogEvent, MatchEvent, NoteEvent, SkipEvent } from "./events.ts";

/** Everything a result depends on besides the file. Results of one scope are never seen in another. */
export interface SeenScope {
  /** `RuleSet.digest`. */
  readonly ruleset: string;
  /** `EngineFacts.digest`. */
  readonly engine: string;
  /** `--max-strings`, which cuts what match lines show. */
  readonly maxStrings: number;
  /** Decides on the members of archives; null where none is opened. */
  readonly archives: SeenArchives | null;
  /** Version of this program, which reads signatures and writes the lines that are kept. */
  readonly program: string;
  /** Matches are explained. */
  readonly explained?: true;
  /** Folder that the paths of the records are relative to: see `WalkOptions.within`. */
  readonly within?: string;
}

export interface SeenArchives extends ArchiveLimits {
  readonly maxSize: number;
  readonly listClean: boolean;
  /** Digest of the unpacker. */
  readonly unpacker: string;
}

/** Tells a file from its later versions. Numbers as lstat(2) gives them; times in milliseconds with fractions. */
export interface FileIdentity {
  readonly dev: number;
  readonly ino: number;
  readonly size: number;
  readonly mtimeMs: number;
  readonly ctimeMs: number;
}

/** Lines without the path. JSON holds them without loss, and keys keep their order. */
export type SeenEvent = WithoutPath<MatchEvent | LogEvent>;

/** The same of a member. */
export type SeenMemberEvent = SeenEvent | WithoutPath<SkipEvent | NoteEvent | CleanEvent>;

type WithoutPath<Event> = Event extends unknown ? Omit<Event, "path" | "path_bytes"> : never;

/** Result of a file that was wholly evaluated: no other is recorded. */
export interface SeenResult {
  /** Empty for a clean file. */
  readonly events: readonly SeenEvent[];
  /** Digest of the bytes that were scanned, hex; absent for most clean files. `--paranoid` compares it. */
  readonly sha256?: string;
  /** Present for an archive, opened or not. */
  readonly archive?: SeenArchive;
}

/** See `ArchiveResult`. */
export interface SeenArchive {
  readonly opened: number;
  readonly clean: number;
  readonly members: readonly { readonly name: string; readonly events: readonly SeenMemberEvent[] }[];
}

export interface SeenFile extends FileIdentity, SeenResult {
  /** Folder of the file as the scan names it, without a slash at the end; "" where the path has no slash, "/" for the root. */
  readonly folder: string;
  /** Folder and name are binary strings: one character a byte. */
  readonly name: string;
}

/** Records of one folder's files. */
export interface SeenFolder {
  /**
   * Returns the result of a file whose identity is the one recorded, or undefined. Within a folder, names are asked
   * for in ascending order of their bytes, each once.
   */
  get(name: string, identity: FileIdentity): SeenResult | undefined;
}

/** The records of one scope. A failure throws a ProgramError and ends the scan. */
export interface SeenFiles {
  /** Is called once for a folder that the walk enters, and for each folder of a file that was named by itself. */
  folder(folder: string): SeenFolder;
  /** Keeps results, durably: a process that is killed afterwards loses none. A former result of the same path is replaced. */
  record(files: readonly SeenFile[]): void;
}
