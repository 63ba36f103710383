/** Reads a chained log from end to end, and says what does not follow from what stands before it. */
import { constants } from "node:fs";
import { open } from "node:fs/promises";
import { InputError, readRefusal } from "../errors.ts";
import { countOf, hexOf, membersOf, textOf } from "./canonical-json.ts";
import { type ChainEnd, hashOf, logId, MAX_LINE, recordOf } from "./chain.ts";
import { SignatureError } from "./signature-error.ts";
import type { Block } from "./statement.ts";

export interface ChainReport extends ChainEnd {
  /** Faults in words; none where each record follows from the one before. */
  readonly faults: readonly string[];
  /** Numbers of the records that had the wanted hashes, by hash. The first line has 0. */
  readonly found: ReadonlyMap<string, number>;
}

/** Faults that are named one by one. */
const MOST_NAMED = 20;
const PIECE_BYTES = 1 << 18;

/** Reads the head of a log. @throws SignatureError */
export function readHead({ statement }: Block): ChainEnd {
  if (statement.type !== "log-head") {
    throw new SignatureError(`it is a statement of type "${statement.type}", not the head of a log`);
  }
  const { log, records, hash } = membersOf(statement.members, ["log", "records", "hash"]);
  return { log: textOf(log, "log"), records: countOf(records, "records"), hash: hexOf(hash, "hash") };
}

/**
 * @param wanted hashes of lines that are looked for
 * @throws InputError where it is no log, or cannot be read; the signal's reason
 */
export async function checkChain(
  path: string,
  wanted: ReadonlySet<string>,
  signal: AbortSignal,
): Promise<ChainReport> {
  let log: string | undefined;
  let hash = "";
  let records = 0;
  let torn: number | undefined;
  let line = 0;
  const faults: string[] = [];
  const found = new Map<string, number>();
  for await (const { bytes, isWhole } of linesOf(path, signal)) {
    line++;
    if (line === 1) {
      log = isWhole ? logId(bytes) : undefined;
      if (log === undefined) throw new InputError(`${path} is no log of this program`);
    } else {
      const record = isWhole ? recordOf(bytes) : undefined;
      if (!isWhole) faults.push(`line ${line} has no end: a write was interrupted, or the end was cut`);
      else if (!record) torn = (torn ?? 0) + bytes.length;
      else {
        faults.push(...faultsOf(record, { line, hash, records, torn }));
        torn = undefined;
        records = Math.max(records, record.seq);
      }
    }
    if (!isWhole) break;
    hash = hashOf(bytes);
    if (wanted.has(hash)) found.set(hash, records);
    if (faults.length > MOST_NAMED) break;
  }
  if (log === undefined) throw new InputError(`${path} is no log of this program: it is empty`);
  if (torn !== undefined) faults.push(`line ${line} is no record`);
  const shown = faults.length > MOST_NAMED ? [...faults.slice(0, MOST_NAMED), "and more"] : faults;
  return { log, records, hash, faults: shown, found };
}

interface Before {
  readonly line: number;
  /** Hash of the line before. */
  readonly hash: string;
  /** Number of the last record. */
  readonly records: number;
  /** Bytes of the lines since then, which are no records; undefined where there are none. */
  readonly torn: number | undefined;
}

function faultsOf(
  { prev, seq, torn }: { readonly prev: string; readonly seq: number; readonly torn?: number },
  before: Before,
): string[] {
  const { line, records } = before;
  const place = `line ${line}, record ${seq}`;
  if (seq <= records) return [`${place}: stands behind record ${records}: it was moved, or is there twice`];
  if (seq > records + 1) {
    const last = seq - 1;
    const missing = last === records + 1 ? `record ${last} is` : `records ${records + 1} to ${last} are`;
    return [`${place}: ${missing} missing before it`];
  }
  if (torn !== before.torn) {
    return [
      before.torn === undefined
        ? `${place}: says that a write was interrupted before it, which was not`
        : `line ${line - 1} is no record, and record ${seq} does not say that a write was interrupted`,
    ];
  }
  if (prev === before.hash) return [];
  return [`${place}: does not follow the line before: one of the two was changed, or lines were exchanged`];
}

interface Line {
  readonly bytes: Uint8Array;
  /** Has an end. */
  readonly isWhole: boolean;
}

async function* linesOf(path: string, signal: AbortSignal): AsyncGenerator<Line> {
  let rest = Buffer.alloc(0);
  for await (const piece of piecesOf(path)) {
    signal.throwIfAborted();
    let from = 0;
    const bytes = rest.length > 0 ? Buffer.concat([rest, piece]) : piece;
    for (let end = bytes.indexOf(0x0a); end >= 0; end = bytes.indexOf(0x0a, from)) {
      yield { bytes: bytes.subarray(from, end), isWhole: true };
      from = end + 1;
    }
    rest = Buffer.from(bytes.subarray(from));
    if (rest.length > MAX_LINE)
      throw new InputError(`${path} has a line of more than ${MAX_LINE} bytes: it is no log`);
  }
  if (rest.length > 0) yield { bytes: rest, isWhole: false };
}

async function* piecesOf(path: string): AsyncGenerator<Buffer> {
  const file = await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0)).catch((cause: Error) => {
    throw new InputError(`cannot read ${path}: ${readRefusal(cause)}`, { cause });
  });
  try {
    if (!(await file.stat()).isFile()) throw new InputError(`cannot read ${path}: it is no regular file`);
    for (;;) {
      const piece = Buffer.alloc(PIECE_BYTES);
      const { bytesRead } = await file.read(piece, 0, PIECE_BYTES, null);
      if (bytesRead === 0) return;
      yield piece.subarray(0, bytesRead);
    }
  } finally {
    await file.close();
  }
}
