/** Symbols of a file in one pass, piece by piece, however long it is: all of them, or those of a range. */
import { createHash } from "node:crypto";
import { type DataFile, type DataHints, openDataFile, openStdin } from "#kit/files/data-file.ts";
import { plural } from "#kit/format/numbers.ts";
import { InputError } from "../errors.ts";
import { type InputFormat, symbolsFrom } from "../report/input-format.ts";
import type { SymbolRange } from "../report/nist-commands.ts";

/** How symbols are written in a file. */
export interface SymbolLayout {
  readonly format: InputFormat;
  /** Undefined: as many as the format gives. */
  readonly bitsPerSymbol: number | undefined;
  /** Undefined: all. */
  readonly range?: SymbolRange | undefined;
}

const HINTS: DataHints = {
  endless: ["cut a part of it: head -c 1000000"],
  terminal: ["pipe data in: head -c 1M noise.bin | esoteric-entropy assess -"],
};

export class SymbolStream implements AsyncDisposable {
  readonly #hash = createHash("sha256");
  readonly #layout: SymbolLayout;
  #bytes = 0;
  #notes: readonly string[] = [];

  private constructor(
    private readonly file: DataFile,
    layout: SymbolLayout,
  ) {
    this.#layout = layout;
  }

  /** @param path of a file, or - for standard input @throws UsageError for a terminal; InputError; the signal's reason */
  static async open(path: string, layout: SymbolLayout, signal: AbortSignal): Promise<SymbolStream> {
    const file = path === "-" ? await openStdin(HINTS) : await openDataFile(path, signal, HINTS);
    return new SymbolStream(file, layout);
  }

  get name(): string {
    return this.file.name;
  }

  /** Length of a file that can be read again; undefined for a pipe. */
  get length(): number | undefined {
    return this.file.bytes;
  }

  /** Index of the first symbol of the range. */
  get from(): number {
    const { range } = this.#layout;
    return range === undefined ? 0 : range.index * range.count;
  }

  /** Bytes that were read. */
  get bytes(): number {
    return this.#bytes;
  }

  /**
   * Yields the symbols, one a byte. The file is read to its end also where only a range is wanted: the digest is of the file.
   * @param onBytes told of all bytes so far, after each piece
   * @throws InputError for a file that is empty, too short for the range, of another format or cannot be read; the signal's reason
   */
  async *symbols(
    signal: AbortSignal,
    onBytes: (bytes: number) => void = () => {},
  ): AsyncGenerator<Uint8Array> {
    const { format, bitsPerSymbol, range } = this.#layout;
    const decoded = symbolsFrom(this.#raw(signal, onBytes), format, this.name, bitsPerSymbol);
    const end = range === undefined ? Number.POSITIVE_INFINITY : this.from + range.count;
    let seen = 0;
    for await (const piece of decoded.pieces) {
      const symbols = piece.subarray(Math.max(0, this.from - seen), Math.max(0, end - seen));
      seen += piece.length;
      if (symbols.length > 0) yield symbols;
    }
    if (this.#bytes === 0) throw new InputError(`${this.name} is empty`);
    if (seen === 0) throw new InputError(`${this.name} holds no symbol in the format ${format}`);
    if (seen <= this.from) {
      throw new InputError(
        `${this.name} holds ${plural(seen, "symbol")}; the range begins after ${plural(this.from, "symbol")}`,
      );
    }
    const isCut = range !== undefined && seen < end;
    this.#notes = [
      ...decoded.notes(),
      ...(isCut ? [`the data end in the range: it holds ${plural(seen - this.from, "symbol")}`] : []),
    ];
  }

  async *#raw(signal: AbortSignal, onBytes: (bytes: number) => void): AsyncGenerator<Uint8Array> {
    for await (const piece of this.file.pieces(signal)) {
      this.#hash.update(piece);
      this.#bytes += piece.length;
      onBytes(this.#bytes);
      yield piece;
    }
  }

  /** Returns the SHA-256 of the file, once all symbols were read. To be called once. */
  sha256(): string {
    return this.#hash.digest("hex");
  }

  /** Remarks on how the file was read, once it was. */
  get notes(): readonly string[] {
    return this.#notes;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return Promise.resolve(this.file[Symbol.asyncDispose]());
  }
}
