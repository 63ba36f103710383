/** Makes rows of the lines of an answer. They depend on the answer alone, so that what is written again is the same. */
import { createHash } from "node:crypto";
import { safeJson } from "#kit/format/visible.ts";
import type { ScanEvent, ShownPath } from "../scan-runner/events.ts";
import { pathBytes } from "../scan-runner/formats/escape.ts";
import type { HostAnswer } from "./answer.ts";

export interface LineRow {
  readonly scan: string;
  readonly place: number;
  readonly type: string;
  readonly data: string;
}

export interface FileRow {
  readonly scan: string;
  readonly place: number;
  readonly host: string;
  readonly path_key: string;
  readonly path: string;
  readonly path_bytes: string | null;
  readonly size: number | null;
  readonly sha256: string | null;
  readonly outcome: string;
  readonly reason: string | null;
}

export interface HitRow {
  readonly scan: string;
  readonly place: number;
  readonly namespace: string;
  readonly rule: string;
}

export interface Rows {
  readonly lines: readonly LineRow[];
  readonly files: readonly FileRow[];
  readonly hits: readonly HitRow[];
}

/** Lines that say what came of a file. */
const OUTCOMES: ReadonlySet<string> = new Set(["match", "clean", "error", "skip"]);

export class AnswerRows {
  readonly counts: Record<string, number> = {};
  start: Extract<ScanEvent, { type: "start" }> | undefined;
  end: Extract<ScanEvent, { type: "end" }> | undefined;
  #place = 0;
  /** File of the line before: one that several rules match has several lines. */
  #file = "";

  constructor(
    private readonly scan: string,
    private readonly host: string,
  ) {}

  take(events: readonly ScanEvent[]): Rows {
    const lines: LineRow[] = [];
    const files: FileRow[] = [];
    const hits: HitRow[] = [];
    for (const event of events) {
      const { type, ...data } = event;
      const key = { scan: this.scan, place: this.#place++ };
      this.counts[type] = (this.counts[type] ?? 0) + 1;
      if (event.type === "start") this.start ??= event;
      if (event.type === "end") this.end ??= event;
      lines.push({ ...key, type, data: safeJson(data) });
      if (event.type === "match") {
        hits.push({ ...key, namespace: columnText(event.namespace), rule: columnText(event.rule) });
      }
      if (!OUTCOMES.has(type) || !("path" in event) || event.path === undefined) continue;
      const path_key = pathKey(this.host, event as ShownPath);
      if (path_key === this.#file) continue;
      this.#file = path_key;
      files.push({ ...key, host: this.host, path_key, outcome: type, ...fileFacts(event) });
    }
    return { lines, files, hits };
  }
}

function fileFacts(event: ScanEvent) {
  const { path, path_bytes, size, sha256, reason } = event as Partial<
    Record<"path" | "path_bytes" | "sha256" | "reason", string>
  > & { readonly size?: number };
  return {
    path: whole(path ?? ""),
    path_bytes: path_bytes ?? null,
    size: size ?? null,
    sha256: sha256 === undefined ? null : columnText(sha256),
    reason: reason === undefined ? null : whole(reason),
  };
}

/** Tells files of hosts apart. Paths are too long for an index of PostgreSQL, whose entries have at most 2,704 bytes. */
export function pathKey(host: string, path: ShownPath): string {
  return createHash("sha256").update(`${host}\0`).update(pathBytes(path)).digest("hex");
}

/** An entry of an index has at most 2,704 bytes in PostgreSQL, and a character at most 4. Names of rules have up to 128. */
const MOST_CHARACTERS = 512;

/** Cuts what stands in an index; the line has all of it. */
export function columnText(text: string): string {
  return whole([...whole(text.slice(0, 2 * MOST_CHARACTERS))].slice(0, MOST_CHARACTERS).join(""));
}

/** Replaces what PostgreSQL takes in no text: a zero byte, and half of a surrogate pair. */
export function whole(text: string): string {
  return text.replaceAll("\0", "\uFFFD").toWellFormed();
}

/**
 * Makes the id of an answer: a UUID of version 7, of the server's time and its number in the server's order, so that ids sort as answers
 * came, by no machine's own clock; then of what tells answers apart.
 */
export function scanId({ job, host, serverMs, sequence }: HostAnswer): string {
  const time = serverMs.toString(16).padStart(12, "0");
  const number = sequence.toString(16).padStart(10, "0").slice(-10);
  const rest = createHash("sha256").update(`${job}\0${host}`).digest("hex").slice(0, 8);
  return `${time.slice(0, 8)}-${time.slice(8)}-7${number.slice(0, 3)}-8${number.slice(3, 6)}-${number.slice(6)}${rest}`;
}
