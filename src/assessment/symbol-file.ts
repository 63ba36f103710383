/** Reads files of symbols for an assessment after SP 800-90B. */
import { createHash } from "node:crypto";
import { type DataHints, openDataFile, openStdin } from "#kit/files/data-file.ts";
import { plural } from "#kit/format/numbers.ts";
import { InputError } from "../errors.ts";
import { type InputFormat, symbolsFrom, textOfBitsHint } from "../report/input-format.ts";
import type { SymbolRange } from "../report/nist-commands.ts";

/**
 * Most symbols that are assessed: the estimators hold all data in memory, about 80 bytes per 8-bit symbol, 2.7 GB for this
 * many. The standard asks for a million.
 */
export const MAX_SYMBOLS = 2 ** 25;

const HINTS: DataHints = {
  endless: ["cut a part of it: head -c 1000000"],
  terminal: ["pipe data in: head -c 1M noise.bin | esoteric-entropy assess -"],
};

/** Rows, and symbols of each: SP 800-90B §3.1.4.1. */
const RESTARTS = 1_000;

/** Largest index of a range: with it every place is a safe integer. */
export const MOST_INDEX = 2 ** 28 - 1;

export interface SymbolFile {
  readonly name: string;
  /** True for a file that can be read again, false for a pipe. */
  readonly isRegular: boolean;
  /** Length of the file, of which `sha256` is the digest. */
  readonly bytes: number;
  readonly sha256: string;
  /** In memory that threads share. */
  readonly symbols: Uint8Array;
  /** Place of the first of them in the file. */
  readonly from: number;
  /** Remarks on how the file was read. */
  readonly notes: readonly string[];
}

/** How symbols are written in a file. */
export interface SymbolLayout {
  readonly format: InputFormat;
  /** Undefined: as many as the format gives. */
  readonly bitsPerSymbol: number | undefined;
  /** Undefined: all. */
  readonly range?: SymbolRange | undefined;
}

/**
 * Reads a file to its end, also where only a range of its symbols is kept: the digest is of the file.
 * @param path of a file, or - for standard input
 * @throws InputError for a file that is empty, too large, too short for the range, of another format or cannot be read; the signal's reason
 */
export async function readSymbols(
  path: string,
  { format, bitsPerSymbol, range }: SymbolLayout,
  signal: AbortSignal,
): Promise<SymbolFile> {
  await using file = path === "-" ? await openStdin(HINTS) : await openDataFile(path, signal, HINTS);
  const { name } = file;
  const known = format === "bytes" && range === undefined ? file.bytes : undefined;
  if (known !== undefined && known > MAX_SYMBOLS) throw tooMany(name);
  const hash = createHash("sha256");
  let bytes = 0;
  async function* counted() {
    for await (const piece of file.pieces(signal)) {
      hash.update(piece);
      bytes += piece.length;
      yield piece;
    }
  }
  const decoded = symbolsFrom(counted(), format, name, bitsPerSymbol);
  const from = range === undefined ? 0 : range.index * range.count;
  const kept = new Kept(name, from, range?.count, known);
  for await (const piece of decoded.pieces) kept.add(piece);
  if (bytes === 0) throw new InputError(`${name} is empty`);
  if (kept.seen === 0) throw new InputError(`${name} holds no symbol in the format ${format}`);
  const { symbols } = kept;
  if (symbols.length === 0) {
    throw new InputError(
      `${name} holds ${plural(kept.seen, "symbol")}; the range begins after ${plural(from, "symbol")}`,
    );
  }
  const hint = format === "bytes" ? textOfBitsHint(symbols) : undefined;
  const isCut = range !== undefined && symbols.length < range.count;
  const notes = [
    ...(hint === undefined ? [] : [hint]),
    ...decoded.notes(),
    ...(isCut ? [`the data end in the range: it holds ${plural(symbols.length, "symbol")}`] : []),
  ];
  return {
    name,
    isRegular: file.bytes !== undefined,
    bytes,
    sha256: hash.digest("hex"),
    symbols,
    from,
    notes,
  };
}

/** The symbols of a range, in shared memory that grows. */
class Kept {
  #room: Uint8Array<SharedArrayBuffer>;
  #length = 0;
  /** Symbols so far, those outside the range too. */
  seen = 0;

  /** @param count of the range; undefined: all that come @param known number of symbols, as far as it is */
  constructor(
    private readonly name: string,
    private readonly from: number,
    private readonly count: number | undefined,
    known: number | undefined,
  ) {
    this.#room = new Uint8Array(new SharedArrayBuffer(known ?? 1 << 20));
  }

  add(piece: Uint8Array): void {
    const skipped = Math.min(piece.length, Math.max(0, this.from - this.seen));
    this.seen += piece.length;
    const left = (this.count ?? Number.POSITIVE_INFINITY) - this.#length;
    const wanted = piece.subarray(skipped, Math.min(piece.length, skipped + left));
    const length = this.#length + wanted.length;
    if (length > MAX_SYMBOLS) throw tooMany(this.name);
    if (length > this.#room.length) {
      const larger = new Uint8Array(new SharedArrayBuffer(Math.max(length, 2 * this.#room.length)));
      larger.set(this.symbols);
      this.#room = larger;
    }
    this.#room.set(wanted, this.#length);
    this.#length = length;
  }

  get symbols(): Uint8Array {
    return this.#room.subarray(0, this.#length);
  }
}

function tooMany(name: string): InputError {
  return new InputError(`${name} holds more symbols than the ${MAX_SYMBOLS} that can be assessed at once`, {
    hints: ["take a part of it: --range 0,1000000"],
  });
}

/** Restart data: one start a row. */
export interface RestartMatrix extends SymbolFile {
  readonly rows: number;
  readonly cols: number;
}

/** Reads restart data, 1,000 rows of 1,000 symbols. @throws as `readSymbols`; InputError for another size */
export async function readMatrix(
  path: string,
  layout: SymbolLayout,
  signal: AbortSignal,
): Promise<RestartMatrix> {
  const file = await readSymbols(path, layout, signal);
  const { name, symbols } = file;
  if (symbols.length !== RESTARTS * RESTARTS) {
    throw new InputError(
      `${name} holds ${plural(symbols.length, "symbol")}${layout.range === undefined ? "" : " in the range"}; restart data are ${RESTARTS} rows of ${RESTARTS}, ${RESTARTS * RESTARTS} in all`,
    );
  }
  return { ...file, rows: RESTARTS, cols: RESTARTS };
}

/** Bits that the largest symbol needs, 1 to 8: the width that NIST's programs assume unless told. */
export function widthOf(symbols: Uint8Array): number {
  let seen = 0;
  for (let i = 0; i < symbols.length; i++) seen |= symbols[i]!;
  return Math.max(1, 32 - Math.clz32(seen));
}

/** @throws InputError naming the first symbol that does not fit */
export function requireWidth(
  { name, symbols, from }: Pick<SymbolFile, "name" | "symbols" | "from">,
  bitsPerSymbol: number,
): void {
  if (widthOf(symbols) <= bitsPerSymbol) return;
  const at = symbols.findIndex((symbol) => symbol >> bitsPerSymbol !== 0);
  throw new InputError(
    `${name}: symbol ${symbols[at]} at byte ${from + at} does not fit ${bitsPerSymbol} bits`,
  );
}
