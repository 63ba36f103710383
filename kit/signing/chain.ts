/**
 * A log to which records are only ever added, a line of JSON each. A record holds the SHA-256 of the line before, so that none can be
 * changed, removed or moved without all that follow it being made anew. A **head** is a signed statement of how long the log was, and
 * its last line: it is what tells when the end was cut, or all was made anew.
 *
 *     {"created":"2026-01-31T12:00:00Z","id":"…","type":"chained-log/1"}
 *     {"prev":"…","seq":1,"time":"…",…}
 *
 * A write that was interrupted leaves a piece of a line. The next record ends that line, and says so by `torn`.
 */
import { createHash } from "node:crypto";
import {
  closeSync,
  constants,
  existsSync,
  fstatSync,
  fsyncSync,
  openSync,
  readSync,
  statSync,
  writeSync,
} from "node:fs";
import { InputError, writeRefusal } from "../errors.ts";
import { lockFile } from "../files/file-lock.ts";
import { endOfLinks } from "../files/links.ts";
import { replaceFile } from "../files/replace-file.ts";
import { safeJson } from "../format/visible.ts";
import { countOf, hexOf, type Json, type JsonObject, textOf, timeText } from "./canonical-json.ts";
import type { OwnKey } from "./keyring.ts";
import { SignatureError } from "./signature-error.ts";
import { signStatement } from "./statement.ts";

export const LOG_TYPE = "chained-log/1";
/** Bytes of a line. */
export const MAX_LINE = 1 << 20;
/** The end of a log that is looked at: room for the last record, and for pieces of others behind it. */
const WINDOW = 4 * MAX_LINE;

/** Where a log ends. */
export interface ChainEnd {
  /** Tells a log from others. */
  readonly log: string;
  readonly records: number;
  /** SHA-256, hex, of the last line without its end. */
  readonly hash: string;
}

/** Names the file with the signed head of a log. */
export function headPath(log: string): string {
  return `${log}.head`;
}

/** An open log. What was appended is on the disk. */
export class ChainedLog {
  private constructor(readonly path: string) {}

  /** Opens a log, or makes one. @throws InputError for what is no log, or may not be written; the signal's reason */
  static async open(path: string, signal: AbortSignal, now = new Date()): Promise<ChainedLog> {
    if (existsSync(path) && !statSync(path).isFile()) throw new InputError(`${path} is no regular file`);
    using _ = await lockFile(lockPath(path), signal);
    if (!existsSync(path)) {
      const first = { created: timeText(now), id: crypto.randomUUID(), type: LOG_TYPE };
      naming(path, () => replaceFile(path, `${safeJson(first)}\n`));
    }
    const file = naming(path, () => openSync(path, constants.O_RDWR | constants.O_APPEND));
    try {
      lastLines(file, path);
    } finally {
      closeSync(file);
    }
    return new ChainedLog(path);
  }

  /**
   * Adds a record, however many do so at a time.
   * @param record members besides `prev`, `seq`, `time` and `torn`
   * @param signer signs a new head
   * @returns where the log ends now
   * @throws InputError; the signal's reason. The record is not there then, or is cut
   */
  async append(
    record: JsonObject,
    signal: AbortSignal,
    signer?: OwnKey,
    now = new Date(),
  ): Promise<ChainEnd> {
    using _ = await lockFile(lockPath(this.path), signal);
    const file = naming(this.path, () => openSync(this.path, constants.O_RDWR | constants.O_APPEND));
    try {
      const { log, seq, last, tail, torn } = lastLines(file, this.path);
      const own = { prev: hashOf(last), seq: seq + 1, time: timeText(now) };
      const line = Buffer.from(safeJson({ ...own, ...(torn > 0 && { torn }), ...record }));
      if (line.length > MAX_LINE)
        throw new InputError(`the record for ${this.path} is larger than ${MAX_LINE} bytes`);
      naming(this.path, () => {
        writeWhole(file, Buffer.concat([Buffer.from(tail ? "\n" : ""), line, Buffer.from("\n")]));
        fsyncSync(file);
      });
      const end = { log, records: own.seq, hash: hashOf(line) };
      if (signer)
        naming(headPath(this.path), () => replaceFile(headPath(this.path), signHead(end, signer, now)));
      return end;
    } finally {
      closeSync(file);
    }
  }
}

/** Names the file by which those who append wait for each other, whatever links they take to the log. */
export function lockPath(log: string): string {
  return `${endOfLinks(log)}.lock`;
}

/** Lists the files that belong to a log. */
export function logPaths(log: string): string[] {
  return [log, headPath(log), lockPath(log)];
}

/** @returns the text of a head, with the rotations of its signer */
export function signHead(end: ChainEnd, { secret, lineage }: OwnKey, now?: Date): string {
  const rotations = lineage.blocks.filter(({ statement }) => statement.type === "rotation");
  const statement = signStatement("log-head", { ...end }, secret, now);
  return statement + rotations.map(({ text }) => text).join("");
}

/** SHA-256, hex, of a line without its end. */
export function hashOf(line: Uint8Array): string {
  return createHash("sha256").update(line).digest("hex");
}

/** Reads the first line of a log; undefined for another file. @returns the log's id */
export function logId(line: Uint8Array): string | undefined {
  const object = jsonObject(line);
  if (object?.["type"] !== LOG_TYPE) return undefined;
  const id = object["id"];
  return typeof id === "string" ? id : undefined;
}

/** A line of a log after the first. Undefined where it is none. */
export function recordOf(line: Uint8Array): { prev: string; seq: number; torn?: number } | undefined {
  const object = jsonObject(line);
  if (!object) return undefined;
  try {
    const torn = object["torn"];
    textOf(object["time"], "time");
    return {
      prev: hexOf(object["prev"], "prev"),
      seq: countOf(object["seq"], "seq"),
      ...(torn !== undefined && { torn: countOf(torn, "torn") }),
    };
  } catch (error) {
    if (error instanceof SignatureError) return undefined;
    throw error;
  }
}

function jsonObject(line: Uint8Array): Readonly<Record<string, Json>> | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(line).toString());
    const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
    return isObject ? (value as Readonly<Record<string, Json>>) : undefined;
  } catch {
    return undefined;
  }
}

interface LastLines {
  readonly log: string;
  /** Number of the last record; 0 where there is none yet. */
  readonly seq: number;
  /** The last line. */
  readonly last: Uint8Array;
  /** It has no end. */
  readonly tail: boolean;
  /** Bytes of the pieces of lines since the last record. */
  readonly torn: number;
}

/** Reads both ends of a log. @throws InputError where it is none */
function lastLines(file: number, path: string): LastLines {
  const { size } = fstatSync(file);
  const first = readAt(file, 0, Math.min(size, MAX_LINE));
  const log = logId(first.subarray(0, Math.max(0, first.indexOf(0x0a))));
  if (log === undefined) {
    throw new InputError(`${path} is no log of this program, and nothing was written to it`, {
      hints: ["a log begins with a line that says so: name a file that is not there yet"],
    });
  }
  const from = Math.max(0, size - WINDOW);
  const lines = splitLines(readAt(file, from, size - from));
  const tail = lines.at(-1)!.length > 0;
  if (!tail) lines.pop();
  const last = lines.at(-1)!;
  let torn = 0;
  for (let line = lines.pop(); line !== undefined; line = lines.pop()) {
    const isFirst = from === 0 && lines.length === 0;
    const seq = isFirst ? 0 : recordOf(line)?.seq;
    if (seq !== undefined) return { log, seq, last, tail, torn };
    torn += line.length;
  }
  throw new InputError(`the end of ${path} is no record: nothing was written to it`, {
    hints: ["verify says what is wrong with it"],
  });
}

function splitLines(bytes: Buffer): Buffer[] {
  const lines: Buffer[] = [];
  let from = 0;
  for (let end = bytes.indexOf(0x0a); end >= 0; end = bytes.indexOf(0x0a, from)) {
    lines.push(bytes.subarray(from, end));
    from = end + 1;
  }
  return [...lines, bytes.subarray(from)];
}

function readAt(file: number, from: number, length: number): Buffer {
  const bytes = Buffer.alloc(length);
  let done = 0;
  while (done < length) {
    const count = readSync(file, bytes, done, length - done, from + done);
    if (count === 0) break;
    done += count;
  }
  return bytes.subarray(0, done);
}

function writeWhole(file: number, bytes: Uint8Array): void {
  for (let done = 0; done < bytes.length; ) done += writeSync(file, bytes, done);
}

function naming<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (cause) {
    if (cause instanceof InputError || !(cause instanceof Error && "code" in cause)) throw cause;
    throw new InputError(`cannot write ${path}: ${writeRefusal(cause)}`, { cause });
  }
}
