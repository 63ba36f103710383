/** Cuts a text of decimal numbers, with a space after each but the last, into the blocks of bzip2 1.0.8 at level 5. */

/** Characters after which a block is closed, at the end of a run of equal ones: bzip2 does not split runs. */
const BLOCK_LIMIT = 500_000 - 19;
/** The first run to pass the limit has at most three characters: no number below 256 has a longer one. */
export const LONGEST_BLOCK = BLOCK_LIMIT + 2;
/** Three digits and a space. */
export const LONGEST_PLAIN_TOKEN = 4;

/** A place in the text: character `at` of the token of this number. */
export interface Position {
  readonly token: number;
  readonly at: number;
}

/** Returns the place after the last digit, since the last token's space is not written. */
export function endOfText(symbols: Uint8Array, tokens: readonly Uint8Array[]): Position {
  const token = symbols.length - 1;
  return { token, at: token < 0 ? 0 : tokens[symbols[token]!]!.length - 1 };
}

/**
 * Finds the end of the block that begins at `start`.
 *
 * @param tokens the characters written for each symbol, with a space
 * @param lengths of the tokens
 * @param end of the text
 */
export function endOfBlock(
  symbols: Uint8Array,
  tokens: readonly Uint8Array[],
  lengths: Uint8Array,
  start: Position,
  end: Position,
): Position {
  if ((symbols.length - start.token) * LONGEST_PLAIN_TOKEN < BLOCK_LIMIT) return end;
  let length = -start.at;
  let token = start.token;
  while (length < BLOCK_LIMIT && token < symbols.length) length += lengths[symbols[token++]!]!;
  if (length < BLOCK_LIMIT) return end;
  token--;
  const text = tokens[symbols[token]!]!;
  let at = text.length - (length - BLOCK_LIMIT);
  while (at < text.length && text[at] === text[at - 1]) at++;
  // bzip2 notices that a block is full after reading one more character, which goes in too if it is the last.
  if (token === end.token && at >= end.at - 1) return end;
  return at === text.length ? { token: token + 1, at: 0 } : { token, at };
}
