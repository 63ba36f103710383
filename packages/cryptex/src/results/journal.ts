/**
 * The journal: what happened, line by line, in the order in which it was written down. Scans of this machine write to it, and so do results
 * that are collected from others; lists, exports, the page and event streams read it. Everything that goes in and comes out serialises
 * to JSON. Calls are synchronous, and each is done as a whole or not at all.
 */
import { ProgramError } from "#kit/errors.ts";
import type { EndEvent, ScanEvent, StartEvent } from "../scan-runner/events.ts";

/** A line of the journal. In event streams it is one frame: `{seq, time, type, scan, …data}`. */
export interface JournalLine {
  /** Grows with each line, over all programs that use the store; never given twice. Numbers may be left out. */
  readonly seq: number;
  /** When it was written down: ISO 8601, UTC, milliseconds. */
  readonly time: string;
  /** Type of a scan's line (`start`, `match`, `skip`, `error`, `log`, `note`, `quarantine`, `clean`, `end`), or that of a Happening. */
  readonly type: string;
  /** Id of the scan that it belongs to; null if it belongs to none. */
  readonly scan: string | null;
  /** The rest of the line, without its type. */
  readonly data: Readonly<Record<string, unknown>>;
}

/** A line whose data is not parsed, for those who pass it on. */
export interface JournalFrame {
  readonly seq: number;
  readonly type: string;
  readonly scan: string | null;
  /** The frame as JSON: `{seq, time, type, scan, …data}`. */
  readonly text: string;
}

/** Something that is no line of a scan's result. */
export type Happening =
  /** A scan has changed its state. */
  | { readonly type: "scan"; readonly scan: string; readonly state: ScanState; readonly reason?: string }
  /** An entry of the dictionary was added, edited or removed. */
  | {
      readonly type: "dictionary";
      readonly codename: string;
      readonly revision: number;
      readonly action: "add" | "edit" | "remove";
      readonly who: string;
    }
  /** The gap report has changed. */
  | { readonly type: "gap"; readonly digest: string; readonly counts: Readonly<Record<string, number>> }
  /** Rules were read again, and differ. */
  | {
      readonly type: "rules";
      readonly ruleset: string;
      readonly digest: string;
      readonly quarantined: number;
    }
  /** A web hook was delivered, or given up. */
  | {
      readonly type: "trigger";
      readonly trigger: string;
      readonly state: "delivered" | "failed";
      readonly of: number;
    };

export const SCAN_STATES = ["waiting", "running", "done", "cancelled", "failed"] as const;

/** A scan that is waiting or running when its program ends goes on when the next one starts; collected results are `done` at once. */
export type ScanState = (typeof SCAN_STATES)[number];

export interface ScanRecord {
  /** UUID version 7: ids sort by time. */
  readonly id: string;
  readonly state: ScanState;
  /** Who scanned: `gateway`, `mcp`, or the name that a sender of collected results gave. */
  readonly origin: string;
  /** ISO 8601, UTC; null for what has not happened yet. */
  readonly createdAt: string;
  readonly startedAt: string | null;
  readonly endedAt: string | null;
  /** The order, as its scanner understands it; null for collected results. */
  readonly request: Readonly<Record<string, unknown>> | null;
  readonly start: Omit<StartEvent, "type"> | null;
  /** Null until the result is whole: a scan that is cancelled or fails has none. */
  readonly end: Omit<EndEvent, "type"> | null;
  /** Lines so far, by type. */
  readonly lines: Readonly<Record<string, number>>;
  /** Why it failed, or why a collected result is not whole. */
  readonly reason: string | null;
  /** Says where it came from, if it is in a fleet's database. */
  readonly fleet?: FleetFacts;
}

export interface FleetFacts {
  /** Id of the job that it answers. */
  readonly job: string;
  /** Number in the order of the queue's server, by which results are ordered. */
  readonly sequence: number;
  /** When the host gave it by its own clock, and when the server took it by the server's: ISO 8601, UTC. */
  readonly hostTime: string;
  readonly serverTime: string;
  /** Seconds by which the host's clock is ahead of the server's, where they are more than 60 apart; else null. */
  readonly clockOffS: number | null;
}

export interface NewScan {
  readonly origin: string;
  readonly state: ScanState;
  readonly request?: Readonly<Record<string, unknown>>;
  /** Facts for its scanner alone, which no list shows: as the folder behind the name of a root. */
  readonly hidden?: Readonly<Record<string, unknown>>;
  /** Key by which the sender tells its results apart. A second scan with this origin and key is refused. */
  readonly key?: string;
}

export interface ScanChange {
  readonly state?: ScanState;
  readonly reason?: string;
  /** `NewScan.key`, where it is known only now. */
  readonly key?: string;
  /** Where a scan that is interrupted goes on; replaced with each batch of lines, in the same transaction. */
  readonly checkpoint?: Readonly<Record<string, unknown>>;
}

export interface LineQuery {
  /** Lines with a greater `seq`. */
  readonly after?: number;
  readonly scan?: string;
  readonly types?: readonly string[];
  /** Lines that are returned at most. */
  readonly limit: number;
  /** Characters of data after which no further line is read: then fewer than `limit` come, but at least one. Not limited by default. */
  readonly most?: number;
}

export interface ScanQuery {
  readonly states?: readonly ScanState[];
  readonly origin?: string;
  /** ISO 8601: scans that were written down then or later. */
  readonly since?: string;
  /** Digest of the rules, or the beginning of one, with or without `sha256:`; or their alias. */
  readonly ruleset?: string;
  /** Those whose `end` says so, or all others. */
  readonly complete?: boolean;
  /** Scans that are older than the one with this id. */
  readonly before?: string;
  /** Scans that are returned at most; newest first. */
  readonly limit: number;
}

/** Results that can be read and removed: those of a journal, or of a fleet's database, which answers later. */
export interface Results {
  scan(id: string): ScanRecord | undefined | Promise<ScanRecord | undefined>;
  scans(query: ScanQuery): ScanRecord[] | Promise<ScanRecord[]>;
  read(query: LineQuery): JournalLine[] | Promise<JournalLine[]>;
  prune(kept: Retention, signal?: AbortSignal): Promise<number>;
}

export interface Journal extends Results {
  /** Writes down a scan, with a line of type `scan`. @throws JournalError "duplicate" */
  create(scan: NewScan): ScanRecord;
  scan(id: string): ScanRecord | undefined;
  /** Returns what only the scanner may see. */
  hidden(id: string): { readonly hidden: unknown; readonly checkpoint: unknown } | undefined;
  scans(query: ScanQuery): ScanRecord[];
  /**
   * Writes lines of a scan, and with them the change of its record: `start` and `end` lines, counts, times and a line of type `scan` where
   * the state changes are the journal's to derive. Where no state is given, a `start` line makes a waiting scan `running`, and an `end`
   * line makes it `done`. What it has returned from survives the end of the program in any way.
   * @returns `seq` of the last line
   * @throws JournalError "not-found"; "duplicate" for a key that is there; "ended" for a scan that is done, cancelled or failed
   */
  append(scan: string, lines: readonly ScanEvent[], change?: ScanChange): number;
  /** Writes down what happened beside scans. @returns its `seq` */
  note(happening: Exclude<Happening, { type: "scan" }>): number;
  /** Lists lines in the order of `seq`. Of all lines, numbers that are missing between two are lines that were removed. */
  read(query: LineQuery): JournalLine[];
  /** The same, as frames. */
  frames(query: LineQuery): JournalFrame[];
  /**
   * Returns the `seq` of the oldest line that is kept, 0 where none is; and that of the newest that was ever written, 0 before the
   * first. Asks the store.
   */
  bounds(): { readonly first: number; readonly last: number };
  /**
   * Calls after each write of this program, and, while anybody listens, soon after those of others; whoever is called asks for lines,
   * and may find none. A listener does not throw. @returns a function that ends that
   */
  onWritten(listener: () => void): () => void;
  /** Removes a scan with its lines, in whatever state it is; the next `prune` gives their room back. @returns false where there is none */
  remove(scan: string): boolean;
  /**
   * Removes whole scans that have ended, and happenings. Nobody sees them from then on; their lines go a little at a time.
   * @returns how many scans went
   * @throws the signal's reason; what is left then goes with the next call
   */
  prune(kept: Retention, signal?: AbortSignal): Promise<number>;
}

/** Everything goes that nothing here keeps; with no field, nothing goes. */
export interface Retention {
  /** ISO 8601: scans that ended then or later are kept, and what else happened then or later. Without it, all other happenings are kept. */
  readonly before?: string;
  /** Scans that are kept at least, the newest. */
  readonly scans?: number;
}

/** A journal does not do what it is asked to. Nothing was changed. */
export class JournalError extends ProgramError<"journal"> {
  override name = "JournalError";
  constructor(
    readonly kind: "duplicate" | "not-found" | "ended",
    message: string,
    /** "duplicate", "ended": the scan that is there. */
    readonly scan?: string,
  ) {
    super("journal", message);
  }
}
