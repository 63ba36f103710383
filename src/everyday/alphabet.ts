/** The characters of passwords, and the classes that forms ask for. */
import { InputError, UsageError } from "../errors.ts";

/** Characters by class, for alphabets made of classes. The symbols are those of ASCII. */
const CHARACTERS = {
  lower: "abcdefghijklmnopqrstuvwxyz",
  upper: "ABCDEFGHIJKLMNOPQRSTUVWXYZ",
  digits: "0123456789",
  symbols: "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~",
} as const;

export type CharacterClass = keyof typeof CHARACTERS;

export const CLASSES = Object.keys(CHARACTERS) as readonly CharacterClass[];

/** Characters that are taken for each other when read or spoken. */
const LOOKALIKES = new Set("0Oo1Il|5S2Z8B`'\".,:;");

/** Makes an alphabet of whole classes. */
export function alphabetOf(classes: readonly CharacterClass[]): string[] {
  return CLASSES.filter((each) => classes.includes(each)).flatMap((each) => [...CHARACTERS[each]]);
}

export function withoutLookalikes(alphabet: readonly string[]): string[] {
  return alphabet.filter((character) => !LOOKALIKES.has(character));
}

/** Tells the class of any character: a letter without case is a symbol. */
export function classOf(character: string): CharacterClass {
  if (/^\p{Ll}$/u.test(character)) return "lower";
  if (/^\p{Lu}$/u.test(character)) return "upper";
  return /^\p{Nd}$/u.test(character) ? "digits" : "symbols";
}

/** @throws UsageError for a name that is none */
export function parseClasses(text: string, name: string): readonly CharacterClass[] {
  const names = text.split(",").map((part) => part.trim());
  const stray = names.find((part) => part !== "all" && !CLASSES.some((each) => each === part));
  if (stray !== undefined) {
    throw new UsageError(`${name}: '${stray}' is not one of ${CLASSES.join(", ")}, all`);
  }
  return CLASSES.filter((each) => names.includes(each) || names.includes("all"));
}

const MOST_CHARACTERS = 10_000;

/**
 * Splits what a user typed into characters. A character there twice would come twice as often, so it is refused.
 * @throws UsageError, which says what is wrong with it
 */
export function parseAlphabet(text: string, name: string): string[] {
  if (text.includes("\ufffd")) {
    throw new UsageError(`${name} has bytes in it that are not UTF-8, or the character that stands for them`);
  }
  const characters = [...text.normalize("NFC")];
  // Controls, line breaks, joiners and marks would be lost, or merge with the character before. So do parts of Hangul syllables, of which
  // two make what normalisation takes for a third character; halves of flags; shades of skin.
  const unfit = characters.find(
    (character) => /[\p{C}\p{M}\p{Zl}\p{Zp}]/u.test(character) || mergesWithItself(character),
  );
  if (unfit !== undefined) {
    const code = unfit.codePointAt(0)!.toString(16).toUpperCase().padStart(4, "0");
    throw new UsageError(`${name}: U+${code} is no character that stands for itself`);
  }
  const seen = new Set<string>();
  for (const character of characters) {
    if (seen.has(character)) {
      throw new UsageError(`${name}: '${character}' is there twice, and would come twice as often`);
    }
    seen.add(character);
  }
  if (characters.length > MOST_CHARACTERS) {
    throw new UsageError(`${name} has ${characters.length} characters; ${MOST_CHARACTERS} are the most`);
  }
  return characters;
}

const GRAPHEMES = new Intl.Segmenter("en", { granularity: "grapheme" });

/** Tells if two of it are shown as one: each kind that merges with others does so with its own. */
function mergesWithItself(character: string): boolean {
  return [...GRAPHEMES.segment(character + character)].length === 1;
}

/** @throws InputError for an alphabet that leaves no choice */
export function requireChoice(alphabet: readonly string[]): void {
  if (alphabet.length >= 2) return;
  throw new InputError(
    `an alphabet of ${alphabet.length === 1 ? "one character" : "no character"} leaves no choice`,
  );
}
