/**
 * Checks the spelling of comments, messages and documents: British English (Hunspell's dictionary, by nspell) and the words of
 * tools/words.txt. A word with a capital there is right with that capital only.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import dictionary from "dictionary-en-gb";
import nspell from "nspell";
import { proseOf } from "./prose.ts";

const OWN_WORDS = new Set(
  readFileSync(join(import.meta.dirname, "words.txt"), "utf8")
    .trim()
    .split("\n"),
);

const speller = nspell(dictionary);
for (const word of OWN_WORDS) speller.add(word);

const known = new Map<string, boolean>();

function isKnown(word: string): boolean {
  const answer = known.get(word) ?? speller.correct(word);
  known.set(word, answer);
  return answer;
}

/** Returns `path:line: word` for each word of a file's English that nobody knows. */
export function misspellings(path: string, text: string): string[] {
  return proseOf(path, text).flatMap((prose) =>
    prose.text.split("\n").flatMap((line, index) =>
      wordsOf(line)
        .filter((word) => !isKnown(word))
        .map((word) => `${path}:${prose.line + index}: ${word}`),
    ),
  );
}

/** A token with any of these is code: an identifier, a path, an address, an option, a number with its unit. */
const CODE = /[\p{N}_$@/\\=]|\w[.:]+\w|\p{Ll}\p{Lu}|\p{Lu}{2}\p{Ll}{2}|^-|^\.\w/u;

/** Punctuation around a word, and an apostrophe's s behind it. */
const AROUND = /^[-–.:'’]+|(?:['’]s)?[-–.:'’…]*$/gu;

const SHORTEST = 3;

/** Returns the words of a line: no code, no abbreviations in capitals, nothing shorter than three letters. */
function wordsOf(line: string): string[] {
  return [...line.replace(/`[^`]*`/g, " ").matchAll(/[\p{L}\p{M}\p{N}_$@/\\=.:'’–-]+/gu)]
    .map(([token]) => token.replace(/[.:]+$/, ""))
    .filter((token) => !CODE.test(token) && !OWN_WORDS.has(token))
    .flatMap((token) => token.split(/[-–]/))
    .map((part) => part.replace(AROUND, ""))
    .filter((word) => word.length >= SHORTEST && !/^\p{Lu}+s?$/u.test(word));
}
