/** `passphrase`: words that are easy to remember and to type. */
import { command } from "#kit/term/command.ts";
import { EXIT } from "#kit/term/exit.ts";
import { flag } from "#kit/term/flags.ts";
import type { Deps } from "../../deps.ts";
import { UsageError } from "../../errors.ts";
import type { Draws } from "../../everyday/draws.ts";
import {
  MOST_WORDS,
  passphrase as makePassphrase,
  passphraseBits,
  WORDS,
  wordsFor,
} from "../../everyday/passphrase.ts";
import { handOut } from "../../faces/pipe/hand-out.ts";
import { accountOf, COUNT_FLAG, EVERYDAY_FLAGS, FULL_ENTROPY, outOf } from "./everyday-flags.ts";

const DEFAULT_WORDS = 6;

export const passphrase = command({
  name: "passphrase",
  description: "Make passphrases of English words",
  details: [
    FULL_ENTROPY,
    "The words are the 7,776 of the EFF's large list, of 3 to 9 letters, 12.9 bits each. None begins with another one, so that no two choices of words look the same, whatever stands between them.",
  ],
  flags: {
    words: flag.count(1, MOST_WORDS, { about: `Number of words; without this and --bits, ${DEFAULT_WORDS}` }),
    bits: flag.count(1, 4096, { about: "As many words as hold N bits" }),
    separator: flag.value(parseSeparator, {
      hint: "TEXT",
      about: "Stands between words, '' for nothing; without this, a space",
      mayBeEmpty: true,
    }),
    capitalize: flag.switch({ about: "Begin each word with a capital" }),
    ...COUNT_FLAG,
    ...EVERYDAY_FLAGS,
  },
  examples: [
    "esoteric-entropy passphrase",
    "esoteric-entropy passphrase --words 8 --separator -",
    "esoteric-entropy passphrase --bits 128 --separator '' --capitalize",
  ],
  seeAlso: ["password", "key"],
  check(_, given) {
    if (given.has("words") && given.has("bits")) throw new UsageError("--words and --bits: choose one");
  },
  async run(options, io, deps: Deps) {
    const { bits, count, separator = " " } = options;
    const words = options.words ?? (bits === undefined ? DEFAULT_WORDS : wordsFor(bits));
    const account = accountOf(passphraseBits(words), outOf(words, "word", WORDS.length), count);
    const make = async (draws: Draws) => ({
      text: `${await makePassphrase({ ...options, words, separator }, draws)}\n`,
    });
    await handOut({ count, make, account }, options, io, deps);
    return EXIT.ok;
  },
});

const MOST_SEPARATOR = 64;

function parseSeparator(text: string, name: string): string {
  if (/[\p{Cc}\p{Zl}\p{Zp}\ufffd]/u.test(text) || text.length > MOST_SEPARATOR) {
    throw new UsageError(
      `${name} must be UTF-8 without control characters, ${MOST_SEPARATOR} characters at most`,
    );
  }
  return text;
}
