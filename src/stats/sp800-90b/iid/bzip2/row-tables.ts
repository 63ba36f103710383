/**
 * Tables that derive the sorted rotations of decimal text from the sorted rotations of its tokens. A token is a number
 * with the space after it. Every rotation of the text begins with the rest of a token, possibly all of it, and goes on
 * at the next token's start. A rest ends with its only space, so none is a prefix of another. Rotations are therefore in
 * the order of their rests and, for equal rests, in that of the token rotations that follow. The character before a
 * rotation, which the Burrows–Wheeler transform writes, is the one before the rest.
 */

import type { TokenIntervals } from "./rotation-order.ts";

/** Characters numbered as in move-to-front.ts; a token ends in its only SPACE. */
export const SPACE = 0;

/** Returns the characters of `value` in decimal, with a space after it. */
export function tokenOf(value: number): Uint8Array {
  return Uint8Array.of(...Array.from(String(value), (digit) => Number(digit) + 1), SPACE);
}

/** A row holds the rotations that begin with one rest. Rows are in sorted order, tokens keep their numbers. */
export interface RowTables extends TokenIntervals {
  readonly rowCount: number;
  /** The one character before all rotations of a row, except the joint token's, or VARIOUS. */
  readonly before: Int8Array;
  /** The rests of token t are in rows[starts[t]] … rows[starts[t + 1] − 1], from the whole token to its space. */
  readonly starts: Int32Array;
  readonly rows: Int32Array;
  /** The character before the space of each token: that space is a rest in row 0. */
  readonly last: Uint8Array;
  /** Other rests in rows of various characters: those of token t from variousStarts[t] on, and the characters before. */
  readonly variousStarts: Int32Array;
  readonly variousRows: Int32Array;
  readonly variousCharacters: Uint8Array;
  /** Rests of the joint token in rows where all others have one other character before them. */
  readonly exceptions: readonly RowException[];
}

export interface RowException {
  readonly row: number;
  /** The character before the joint token's rest. */
  readonly character: number;
  /** By token: 1 if it has a rest in this row. */
  readonly members: Uint8Array;
}

export const VARIOUS = -1;

/**
 * @param tokens all different; the last may be a joint token, which occurs once in a block
 * @param frequencies how often each token is expected: good values make sorting fast, none makes it wrong
 * @param joint the last token is a joint token
 */
export function buildRowTables(
  tokens: readonly Uint8Array[],
  frequencies: ArrayLike<number>,
  joint: boolean,
): RowTables {
  const keys: number[] = [];
  const characters: number[] = [];
  const starts = new Int32Array(tokens.length + 1);
  tokens.forEach((token, index) => {
    for (let at = 0; at < token.length; at++) {
      keys.push(sortKey(token, at));
      // The token before ends in a space, whichever it is.
      characters.push(at === 0 ? SPACE : token[at - 1]!);
    }
    starts[index + 1] = keys.length;
  });
  const sorted = Float64Array.from(new Set(keys)).sort();
  const rowOf = new Map(Array.from(sorted, (key, row) => [key, row]));
  const rows = Int32Array.from(keys, (key) => rowOf.get(key)!);
  const first = Array.from(tokens, (_, token) => rows[starts[token]!]!);

  const jointStart = joint ? starts[tokens.length - 1]! : rows.length;
  const before = beforeRows(sorted.length, rows, characters, jointStart);
  const exceptions: RowException[] = [];
  for (let i = jointStart; i < rows.length; i++) {
    const row = rows[i]!;
    if (before[row] === VARIOUS || before[row] === characters[i]) continue;
    const members = Uint8Array.from(tokens, (_, token) =>
      rows.subarray(starts[token]!, starts[token + 1]!).includes(row) ? 1 : 0,
    );
    exceptions.push({ row, character: characters[i]!, members });
  }

  const variousStarts = new Int32Array(tokens.length + 1);
  const variousRows: number[] = [];
  const variousCharacters: number[] = [];
  for (let token = 0; token < tokens.length; token++) {
    for (let i = starts[token]!; i < starts[token + 1]!; i++) {
      if (before[rows[i]!] !== VARIOUS || rows[i] === 0) continue;
      variousRows.push(rows[i]!);
      variousCharacters.push(characters[i]!);
    }
    variousStarts[token + 1] = variousRows.length;
  }
  return {
    rowCount: sorted.length,
    before,
    starts,
    rows,
    last: Uint8Array.from(tokens, (_, token) => characters[starts[token + 1]! - 1]!),
    variousStarts,
    variousRows: Int32Array.from(variousRows),
    variousCharacters: Uint8Array.from(variousCharacters),
    exceptions,
    ...intervals(first, frequencies),
  };
}

/** Characters of two numbers of up to three digits that meet at a block's ends, and a space. */
export const LONGEST_TOKEN = 7;

/** Reads the rest from `at` on as a number in base 11, padded with zeros: numbers are in the order of the strings. */
function sortKey(token: Uint8Array, at: number): number {
  let key = 0;
  for (let i = 0; i < LONGEST_TOKEN; i++) key = 11 * key + (token[at + i] ?? 0);
  return key;
}

/** Finds the character that all rests of a row have before them; those from `jointStart` on count only if alone. */
function beforeRows(
  rowCount: number,
  rows: Int32Array,
  characters: readonly number[],
  jointStart: number,
): Int8Array {
  const before = new Int8Array(rowCount);
  const seen = new Uint8Array(rowCount);
  rows.forEach((row, i) => {
    if (seen[row] === 0) before[row] = characters[i]!;
    else if (i < jointStart && before[row] !== characters[i]) before[row] = VARIOUS;
    seen[row] = 1;
  });
  return before;
}

/** Divides 2^32 by frequency, at least 1 each, in the order of `first`; the slack keeps the sum below 2^32. */
function intervals(first: readonly number[], frequencies: ArrayLike<number>): TokenIntervals {
  const count = first.length;
  let total = 0;
  for (let token = 0; token < count; token++) total += frequencies[token]!;
  const low = new Float64Array(count);
  const width = new Float64Array(count);
  const rank = new Int32Array(count);
  const sorted = Array.from(first, (_, token) => token).sort((a, b) => first[a]! - first[b]!);
  let sum = 0;
  sorted.forEach((token, place) => {
    const share = 1 + Math.floor((frequencies[token]! / total) * (2 ** 32 - count));
    rank[token] = place;
    low[token] = sum / 2 ** 32;
    width[token] = share / 2 ** 32;
    sum += share;
  });
  return { low, width, rank };
}
