/**
 * Computes the length to which bzip2 1.0.8, at level 5, compresses symbols written as decimal numbers with a space
 * between them, without compressing. The transform sorts tokens instead of characters, and the code tables are chosen
 * from counts, so this takes a fraction of the time; the result is the same to the byte.
 */

import { endOfBlock, endOfText, LONGEST_BLOCK, LONGEST_PLAIN_TOKEN, type Position } from "./blocks.ts";
import { CodingTables, GROUP_SIZE } from "./coding-tables.ts";
import { CHARACTERS, MoveToFront } from "./move-to-front.ts";
import { RotationSorter, TOKEN_MASK } from "./rotation-order.ts";
import { buildRowTables, LONGEST_TOKEN, type RowTables, SPACE, tokenOf, VARIOUS } from "./row-tables.ts";

/** "BZh5" and, at the end, a 48-bit mark with a 32-bit checksum. */
const STREAM_BITS = 32 + 48 + 32;
/** A 48-bit mark, a 32-bit checksum, the randomized flag and the 24-bit index of the unrotated text. */
const BLOCK_HEADER_BITS = 48 + 32 + 1 + 24;
/** Marks of the characters in use: which sets of 16, then which of each; 0x20 is in one set, 0x30 … 0x39 in another. */
const CHARACTER_SET_BITS = 16;
/** Row tables kept for the tokens that arise where a block's two ends meet. */
const MOST_KEPT_TABLES = 256;

export class DecimalCompressor {
  readonly #tokens: readonly Uint8Array[];
  readonly #tokenLengths: Uint8Array;
  /** The numbers of the tokens, by their characters. */
  readonly #numbers: ReadonlyMap<string, number>;
  readonly #frequencies: Float64Array;
  readonly #tables: RowTables;
  readonly #tablesWith = new Map<string, RowTables>();
  readonly #sorter: RotationSorter;
  readonly #moveToFront: MoveToFront;
  readonly #codingTables: CodingTables;
  /** The tokens of a block, and how often each occurs. */
  readonly #block: Uint16Array;
  readonly #histogram: Int32Array;
  /** The characters before the sorted rotations, and how far each row of them is written. */
  readonly #column: Uint8Array;
  readonly #rowEnds: Int32Array;

  /**
   * @param values the number written for each symbol, all different and below 256
   * @param frequencies about how often each symbol occurs
   * @param length most symbols of a text
   */
  constructor(values: ArrayLike<number>, frequencies: ArrayLike<number>, length: number) {
    this.#tokens = Array.from(values, tokenOf);
    this.#tokenLengths = Uint8Array.from(this.#tokens, (token) => token.length);
    this.#numbers = new Map(this.#tokens.map((token, number) => [token.join(), number]));
    this.#frequencies = Float64Array.from(frequencies);
    this.#tables = buildRowTables(this.#tokens, this.#frequencies, false);
    const shortest = this.#tokenLengths.reduce((least, size) => Math.min(least, size), LONGEST_BLOCK);
    const mostTokens = Math.min(length, Math.ceil(LONGEST_BLOCK / shortest)) + 1;
    const mostCharacters = Math.min(LONGEST_PLAIN_TOKEN * length, LONGEST_BLOCK);
    this.#sorter = new RotationSorter(mostTokens);
    this.#moveToFront = new MoveToFront(mostCharacters + 1);
    this.#codingTables = new CodingTables(Math.ceil((mostCharacters + 1) / GROUP_SIZE));
    this.#block = new Uint16Array(mostTokens);
    this.#column = new Uint8Array(mostCharacters);
    this.#histogram = new Int32Array(this.#tokens.length + 1);
    this.#rowEnds = new Int32Array(this.#tables.rowCount + LONGEST_TOKEN);
  }

  /** Bytes of the compressed text. */
  lengthOf(symbols: Uint8Array): number {
    let bits = STREAM_BITS;
    const end = endOfText(symbols, this.#tokens);
    for (let start: Position = { token: 0, at: 0 }; start.token < end.token || start.at < end.at; ) {
      const stop = endOfBlock(symbols, this.#tokens, this.#tokenLengths, start, end);
      bits += this.#blockBits(symbols, start, stop);
      start = stop;
    }
    return Math.ceil(bits / 8);
  }

  /** Bits of the block from `start` up to `stop`. */
  #blockBits(symbols: Uint8Array, start: Position, stop: Position): number {
    const head = this.#tokens[symbols[start.token]!]!.subarray(start.at);
    // Only the end of the text can be a block of digits without a space.
    if (start.token === stop.token) return this.#digitsBits(head.subarray(0, stop.at - start.at));
    // In a rotation the block's end meets its beginning, and the rests of two tokens join into one.
    const tail = this.#tokens[symbols[stop.token]!]!.subarray(0, stop.at);
    const joint = Uint8Array.of(...tail, ...head);
    const plain = this.#numbers.get(joint.join());
    const jointNumber = plain ?? this.#tokens.length;
    const tables = plain === undefined ? this.#tablesFor(joint) : this.#tables;
    const count = stop.token - start.token;
    this.#block[0] = jointNumber;
    this.#block.set(symbols.subarray(start.token + 1, stop.token), 1);
    const histogram = this.#histogram.fill(0);
    countTokens(this.#block, count, histogram);

    const present = this.#tokens.filter((_, number) => histogram[number]! > 0);
    const used = this.#startBlock([...present, joint]);
    const order = this.#sorter.sort(this.#block, count, tables);
    const sizes = rowSizes(tables, histogram);
    this.#fillColumn(order, count, tables, sizes);
    const places = tables.exceptions.map(({ members }) => placeOfJoint(order, jointNumber, members));
    const mtf = this.#moveToFront;
    for (let row = 0, from = 0; row < tables.rowCount; row++) {
      const size = sizes[row]!;
      const before = tables.before[row]!;
      const exception = tables.exceptions.findIndex((other) => other.row === row);
      if (before === VARIOUS) mtf.add(this.#column, from, from + size);
      else if (exception < 0) mtf.addRun(before, size);
      else {
        mtf.addRun(before, places[exception]!);
        mtf.addRun(tables.exceptions[exception]!.character, 1);
        mtf.addRun(before, size - 1 - places[exception]!);
      }
      from += size;
    }
    return this.#finishBlock(used);
  }

  #digitsBits(digits: Uint8Array): number {
    const used = this.#startBlock([digits]);
    this.#moveToFront.add(lastColumn(digits), 0, digits.length);
    return this.#finishBlock(used);
  }

  /** Writes the character before each rotation to its row, rows in sorted order, where a row has various ones. */
  #fillColumn(order: Int32Array, count: number, tables: RowTables, sizes: Int32Array): void {
    const { last, variousStarts, variousRows, variousCharacters } = tables;
    const column = this.#column;
    // Row 0 begins with the space of any token: it is in the order of what follows that, like `order`.
    for (let i = 0; i < count; i++) column[i] = last[order[i]! & TOKEN_MASK]!;
    if (variousRows.length === 0) return;
    const ends = this.#rowEnds;
    for (let row = 0, sum = 0; row < tables.rowCount; row++) {
      ends[row] = sum;
      sum += sizes[row]!;
    }
    for (let i = 0; i < count; i++) {
      const token = order[i]! & TOKEN_MASK;
      const stop = variousStarts[token + 1]!;
      for (let j = variousStarts[token]!; j < stop; j++) {
        column[ends[variousRows[j]!]!++] = variousCharacters[j]!;
      }
    }
  }

  #startBlock(texts: readonly Uint8Array[]): Uint8Array {
    const used = new Uint8Array(CHARACTERS);
    for (const text of texts) for (const character of text) used[character] = 1;
    this.#moveToFront.start(used);
    return used;
  }

  #finishBlock(used: Uint8Array): number {
    const characters = used.reduce((sum, one) => sum + one, 0);
    const sets = used[SPACE]! + (characters > used[SPACE]! ? 1 : 0);
    this.#moveToFront.end(characters);
    // Two run digits, the places but the first, and end of block.
    const codeBits = this.#codingTables.bits(this.#moveToFront, characters + 2);
    return BLOCK_HEADER_BITS + (1 + sets) * CHARACTER_SET_BITS + codeBits;
  }

  #tablesFor(joint: Uint8Array): RowTables {
    const name = joint.join();
    let tables = this.#tablesWith.get(name);
    if (tables === undefined) {
      if (this.#tablesWith.size >= MOST_KEPT_TABLES) this.#tablesWith.clear();
      tables = buildRowTables([...this.#tokens, joint], [...this.#frequencies, 1], true);
      this.#tablesWith.set(name, tables);
    }
    return tables;
  }
}

function countTokens(tokens: Uint16Array, count: number, histogram: Int32Array): void {
  for (let i = 0; i < count; i++) histogram[tokens[i]!]!++;
}

/** Counts the rotations of each row. */
function rowSizes(tables: RowTables, histogram: Int32Array): Int32Array {
  const sizes = new Int32Array(tables.rowCount);
  const { starts, rows } = tables;
  for (let token = 0; token < starts.length - 1; token++) {
    for (let i = starts[token]!; i < starts[token + 1]!; i++) sizes[rows[i]!]! += histogram[token]!;
  }
  return sizes;
}

/** Counts the tokens with a rest in the joint token's row that come before it there. */
function placeOfJoint(order: Int32Array, joint: number, members: Uint8Array): number {
  let place = 0;
  for (let i = 0; (order[i]! & TOKEN_MASK) !== joint; i++) place += members[order[i]! & TOKEN_MASK]!;
  return place;
}

/** Lists the last characters of the sorted rotations of a short text. */
function lastColumn(text: Uint8Array): Uint8Array {
  const n = text.length;
  const starts = Array.from(text, (_, start) => start);
  const character = (start: number, offset: number) => text[(start + offset) % n]!;
  starts.sort((a, b) => {
    let offset = 0;
    while (offset < n && character(a, offset) === character(b, offset)) offset++;
    return character(a, offset) - character(b, offset);
  });
  return Uint8Array.from(starts, (start) => character(start, n - 1));
}
