/** Reads files of symbols for an assessment after SP 800-90B. */
import { plural } from "#kit/format/numbers.ts";
import { InputError } from "../errors.ts";
import { textOfBitsHint } from "../report/input-format.ts";
import { type SymbolLayout, SymbolStream } from "./symbol-stream.ts";

/**
 * Most symbols that are assessed: the estimators hold all data in memory, about 80 bytes per 8-bit symbol, 2.7 GB for this
 * many. The standard asks for a million.
 */
export const MAX_SYMBOLS = 2 ** 25;

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

/**
 * Reads a file to its end, also where only a range of its symbols is kept.
 * @param path of a file, or - for standard input
 * @throws as `SymbolStream`; InputError for a file that is too large
 */
export async function readSymbols(
  path: string,
  layout: SymbolLayout,
  signal: AbortSignal,
): Promise<SymbolFile> {
  await using stream = await SymbolStream.open(path, layout, signal);
  const { name, from, length } = stream;
  const known = layout.format === "bytes" && layout.range === undefined ? length : undefined;
  if (known !== undefined && known > MAX_SYMBOLS) throw tooMany(name);
  const kept = new Kept(name, known);
  for await (const piece of stream.symbols(signal)) kept.add(piece);
  const { symbols } = kept;
  const hint = layout.format === "bytes" ? textOfBitsHint(symbols) : undefined;
  return {
    name,
    isRegular: length !== undefined,
    bytes: stream.bytes,
    sha256: stream.sha256(),
    symbols,
    from,
    notes: [...(hint === undefined ? [] : [hint]), ...stream.notes],
  };
}

/** Symbols in shared memory that grows. */
class Kept {
  #room: Uint8Array<SharedArrayBuffer>;
  #length = 0;

  /** @param known number of symbols, as far as it is */
  constructor(
    private readonly name: string,
    known: number | undefined,
  ) {
    this.#room = new Uint8Array(new SharedArrayBuffer(known ?? 1 << 20));
  }

  add(piece: Uint8Array): void {
    const length = this.#length + piece.length;
    if (length > MAX_SYMBOLS) throw tooMany(this.name);
    if (length > this.#room.length) {
      const larger = new Uint8Array(new SharedArrayBuffer(Math.max(length, 2 * this.#room.length)));
      larger.set(this.symbols);
      this.#room = larger;
    }
    this.#room.set(piece, this.#length);
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
