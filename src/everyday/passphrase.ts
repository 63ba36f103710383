/**
 * Passphrases of the EFF's large list: 7,776 words, 12.9 bits each. No word of it begins with another one, so that different words make
 * different passphrases whatever stands between them, and the bits are those of the words.
 */
import { EFF_LONG_WORDLIST } from "secure-password-utilities/wordlists";
import type { Draws } from "./draws.ts";

export const WORDS: readonly string[] = EFF_LONG_WORDLIST;

export const MOST_WORDS = 1024;

export interface PassphraseForm {
  readonly words: number;
  readonly separator: string;
  /** Begin each word with a capital. */
  readonly capitalize: boolean;
}

export function passphraseBits(words: number): number {
  return words * Math.log2(WORDS.length);
}

/** Finds the least number of words that hold that many bits. */
export function wordsFor(bits: number): number {
  return Math.ceil(bits / Math.log2(WORDS.length));
}

export async function passphrase(
  { words, separator, capitalize }: PassphraseForm,
  draws: Draws,
): Promise<string> {
  const chosen: string[] = [];
  while (chosen.length < words) {
    const word = WORDS[await draws.place(WORDS.length)]!;
    chosen.push(capitalize ? word[0]!.toUpperCase() + word.slice(1) : word);
  }
  return chosen.join(separator);
}
