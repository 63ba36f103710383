/** Reads what pick and shuffle choose from: arguments, or the lines of standard input. */
import { openStdin } from "#kit/files/data-file.ts";
import { formatCount } from "#kit/format/numbers.ts";
import { InputError, UsageError } from "../../errors.ts";
import { letThrough, TURN } from "../../everyday/pick.ts";

export interface Entries {
  /** Bytes of each, as characters from 0 to 255: they need not be text of any encoding. */
  readonly entries: readonly string[];
  /** Ends each of them where they are written. */
  readonly end: string;
}

const MOST_BYTES = 64 << 20;
/** Bytes of a result, at most: long entries may be picked again and again. It is held twice while it is written. */
const MOST_RESULT_BYTES = 256 << 20;
export const MOST_ENTRIES = 1_000_000;

const HINTS = { terminal: ["name what there is, or pipe lines in: pick red green blue, pick < names.txt"] };

/** @param words the arguments; where there are none, standard input is read @throws InputError, UsageError; the signal's reason */
export async function entriesOf(
  words: readonly string[],
  zero: boolean,
  signal: AbortSignal,
): Promise<Entries> {
  if (words.length === 0) return splitEntries(await wholeInput(signal), zero);
  if (words.some((word) => word.includes("\ufffd"))) {
    throw new UsageError("an argument is not UTF-8, and would not come out as it is", [
      "standard input takes any bytes",
    ]);
  }
  return { entries: words.map((word) => Buffer.from(word).toString("latin1")), end: zero ? "\0" : "\n" };
}

/**
 * Cuts bytes into lines, of which empty ones count and the last one need not be ended. Where each ends with CR LF, so does each that is
 * written; else a CR is part of its line.
 * @throws InputError
 */
export function splitEntries(bytes: Buffer, zero: boolean): Entries {
  const end = zero ? "\0" : "\n";
  const entries = bytes.toString("latin1").split(end, MOST_ENTRIES + 2);
  const last = entries.pop();
  const isCrLf = !zero && entries.length > 0 && entries.every((entry) => entry.endsWith("\r"));
  if (last !== "") entries.push(isCrLf && last!.endsWith("\r") ? last! : isCrLf ? `${last}\r` : last!);
  if (entries.length > MOST_ENTRIES) throw tooMuch(`${formatCount(MOST_ENTRIES)} lines`);
  if (entries.length === 0) throw new InputError("there is nothing to choose from: standard input is empty");
  return isCrLf ? { entries: entries.map((entry) => entry.slice(0, -1)), end: "\r\n" } : { entries, end };
}

/** Writes the entries at these places, each with its end. @throws InputError for too much; the signal's reason */
export async function entriesAt(
  places: Uint32Array,
  { entries, end }: Entries,
  signal: AbortSignal,
): Promise<Uint8Array> {
  const bytes = places.reduce((sum, at) => sum + entries[at]!.length + end.length, 0);
  if (bytes > MOST_RESULT_BYTES)
    throw new InputError("the result has more than 256 MiB", { hints: ["pick fewer at a time"] });
  const parts: Buffer[] = [];
  for (let from = 0; from < places.length; from += TURN) {
    const some = Array.from(places.subarray(from, from + TURN), (at) => entries[at]! + end);
    parts.push(Buffer.from(some.join(""), "latin1"));
    await letThrough(signal);
  }
  return Buffer.concat(parts);
}

async function wholeInput(signal: AbortSignal): Promise<Buffer> {
  await using input = await openStdin(HINTS);
  const pieces: Buffer[] = [];
  let length = 0;
  for await (const piece of input.pieces(signal)) {
    length += piece.length;
    if (length > MOST_BYTES) throw tooMuch("64 MiB");
    pieces.push(Buffer.from(piece));
  }
  return Buffer.concat(pieces);
}

function tooMuch(limit: string): InputError {
  return new InputError(`standard input has more than ${limit}`, {
    hints: ["shuf can take its randomness from 'esoteric-entropy stream' by --random-source"],
  });
}
