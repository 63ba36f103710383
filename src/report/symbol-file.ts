/** Reads files of symbols for an assessment after SP 800-90B. */
import { createHash } from "node:crypto";
import { type DataHints, openDataFile, openStdin } from "#kit/files/data-file.ts";
import { InputError } from "../errors.ts";
import type { RestartMatrix } from "./assessment.ts";
import { type InputFormat, symbolsFrom, textOfBitsHint } from "./input-format.ts";

/**
 * Most symbols that are assessed: the estimators hold all data in memory, about 80 bytes per 8-bit symbol, 2.7 GB for this
 * many. The standard asks for a million.
 */
const MAX_SYMBOLS = 2 ** 25;

const HINTS: DataHints = {
  endless: ["cut a part of it: head -c 1000000"],
  terminal: ["pipe data in: head -c 1M noise.bin | esoteric-entropy assess -"],
};

/** Rows, and symbols of each: SP 800-90B §3.1.4.1. */
const RESTARTS = 1_000;

export interface SymbolFile {
  readonly name: string;
  /** Length of the file, of which `sha256` is the digest. */
  readonly bytes: number;
  readonly sha256: string;
  /** In memory that threads share. */
  readonly symbols: Uint8Array;
  /** Remarks on how the file was read. */
  readonly notes: readonly string[];
}

/** How symbols are written in a file. */
export interface SymbolLayout {
  readonly format: InputFormat;
  /** Undefined: as many as the format gives. */
  readonly bitsPerSymbol: number | undefined;
}

/**
 * @param path of a file, or - for standard input
 * @throws InputError for a file that is empty, too large, of another format or cannot be read; the signal's reason
 */
export async function readSymbols(
  path: string,
  { format, bitsPerSymbol }: SymbolLayout,
  signal: AbortSignal,
): Promise<SymbolFile> {
  await using file = path === "-" ? await openStdin(HINTS) : await openDataFile(path, signal, HINTS);
  const { name } = file;
  const known = format === "bytes" ? file.bytes : undefined;
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
  let symbols = new Uint8Array(new SharedArrayBuffer(known ?? 1 << 20));
  let length = 0;
  const decoded = symbolsFrom(counted(), format, name, bitsPerSymbol);
  for await (const piece of decoded.pieces) {
    if (length + piece.length > MAX_SYMBOLS) throw tooMany(name);
    if (length + piece.length > symbols.length) {
      const larger = new Uint8Array(
        new SharedArrayBuffer(Math.max(length + piece.length, 2 * symbols.length)),
      );
      larger.set(symbols.subarray(0, length));
      symbols = larger;
    }
    symbols.set(piece, length);
    length += piece.length;
  }
  if (bytes === 0) throw new InputError(`${name} is empty`);
  if (length === 0) throw new InputError(`${name} holds no symbol in the format ${format}`);
  const read = symbols.subarray(0, length);
  const hint = format === "bytes" ? textOfBitsHint(read) : undefined;
  const notes = [...(hint === undefined ? [] : [hint]), ...decoded.notes()];
  return { name, bytes, sha256: hash.digest("hex"), symbols: read, notes };
}

function tooMany(name: string): InputError {
  return new InputError(`${name} holds more symbols than the ${MAX_SYMBOLS} that can be assessed at once`, {
    hints: ["cut it: head -c 1000000 FILE > part.bin"],
  });
}

/** Reads restart data, 1,000 rows of 1,000 symbols. @throws as `readSymbols`; InputError for another size */
export async function readMatrix(
  path: string,
  layout: SymbolLayout,
  signal: AbortSignal,
): Promise<RestartMatrix> {
  const { name, symbols } = await readSymbols(path, layout, signal);
  if (symbols.length !== RESTARTS * RESTARTS) {
    throw new InputError(
      `${name} holds ${symbols.length} symbols; restart data are ${RESTARTS} rows of ${RESTARTS}, ${RESTARTS * RESTARTS} in all`,
    );
  }
  return { symbols, rows: RESTARTS, cols: RESTARTS };
}

/** Bits that the largest symbol needs, 1 to 8: the width that NIST's programs assume unless told. */
export function widthOf(symbols: Uint8Array): number {
  let seen = 0;
  for (let i = 0; i < symbols.length; i++) seen |= symbols[i]!;
  return Math.max(1, 32 - Math.clz32(seen));
}

/** @throws InputError naming the first symbol that does not fit */
export function requireWidth(name: string, symbols: Uint8Array, bitsPerSymbol: number): void {
  const at = symbols.findIndex((symbol) => symbol >> bitsPerSymbol !== 0);
  if (at >= 0) {
    throw new InputError(`${name}: symbol ${symbols[at]} at byte ${at} does not fit ${bitsPerSymbol} bits`);
  }
}
