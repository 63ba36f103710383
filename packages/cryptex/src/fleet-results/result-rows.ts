/** Reads rows of results, as the driver gives them: PostgreSQL's bigint is a text. */
import type { JournalLine, ScanRecord, ScanState } from "../results/journal.ts";
import type { ShownPath } from "../scan-runner/events.ts";

export interface ScanRow {
  readonly id: string;
  readonly job: string;
  readonly host: string;
  readonly state: ScanState;
  readonly reason: string | null;
  readonly start_line: string | null;
  readonly end_line: string | null;
  readonly counts: string;
  readonly sequence: number | string;
  readonly node_ms: number | string;
  readonly server_ms: number | string;
  readonly clock_off_s: number | string | null;
}

export interface StoredLine {
  readonly place: number | string;
  readonly type: string;
  readonly data: string;
  readonly scan: string;
  readonly server_ms: number | string;
}

export function recordOf(row: ScanRow): ScanRecord {
  const taken = timeText(row.server_ms);
  return {
    id: row.id,
    state: row.state,
    origin: row.host,
    createdAt: taken,
    startedAt: null,
    endedAt: row.state === "running" ? null : taken,
    request: null,
    start: row.start_line === null ? null : JSON.parse(row.start_line),
    end: row.state === "done" && row.end_line !== null ? JSON.parse(row.end_line) : null,
    lines: JSON.parse(row.counts),
    reason: row.reason,
    fleet: {
      job: row.job,
      sequence: Number(row.sequence),
      hostTime: timeText(row.node_ms),
      serverTime: taken,
      clockOffS: row.clock_off_s === null ? null : Number(row.clock_off_s),
    },
  };
}

export function lineOf({ place, type, data, scan, server_ms }: StoredLine): JournalLine {
  return { seq: Number(place) + 1, time: timeText(server_ms), type, scan, data: JSON.parse(data) };
}

/** A machine may have any time; a date has at most 8.64e15 ms. */
function timeText(ms: number | string): string {
  const time = new Date(Number(ms));
  return Number.isNaN(time.getTime()) ? "none" : time.toISOString();
}

export interface RetroQuestion {
  /** Digest of the rules that are to be held against files, `sha256:` and hex. */
  readonly ruleset: string;
  /** Only files of this host. */
  readonly host?: string;
  /** ISO 8601: only what was seen last then or later. */
  readonly since?: string;
}

/** A file of a host, as it was seen last. */
export interface SeenFile extends ShownPath {
  readonly host: string;
  readonly size: number;
  readonly sha256: string;
}

export interface FileRowRead {
  readonly host: string;
  readonly path_key: string;
  readonly path: string;
  readonly path_bytes: string | null;
  readonly size: number | string | null;
  readonly sha256: string;
}

export function seenFileOf({ host, path, path_bytes, size, sha256 }: FileRowRead): SeenFile {
  return { host, path, ...(path_bytes !== null && { path_bytes }), size: Number(size ?? 0), sha256 };
}
