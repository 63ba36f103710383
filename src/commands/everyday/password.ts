/** `password`: passwords of any alphabet. */
import { completeList } from "#kit/term/candidates.ts";
import { command } from "#kit/term/command.ts";
import { EXIT } from "#kit/term/exit.ts";
import { flag, type OptionsOf } from "#kit/term/flags.ts";
import type { Deps } from "../../deps.ts";
import { UsageError } from "../../errors.ts";
import {
  alphabetOf,
  CLASSES,
  parseAlphabet,
  parseClasses,
  requireChoice,
  withoutLookalikes,
} from "../../everyday/alphabet.ts";
import type { Draws } from "../../everyday/draws.ts";
import { MOST_LENGTH, Passwords } from "../../everyday/password.ts";
import { handOut } from "../../faces/pipe/hand-out.ts";
import { accountOf, COUNT_FLAG, EVERYDAY_FLAGS, FULL_ENTROPY, outOf } from "./everyday-flags.ts";

const DEFAULT_BITS = 128;
const MOST_BITS = 4096;

const completeClasses = (typed: string) =>
  completeList(typed, () => [...CLASSES, "all"].map((value) => ({ value, description: "" })));

const FLAGS = {
  length: flag.count(1, MOST_LENGTH, { about: "Number of characters" }),
  bits: flag.count(1, MOST_BITS, {
    about: `As many characters as hold N bits; without this and --length, ${DEFAULT_BITS}`,
  }),
  classes: flag.value(parseClasses, {
    hint: "LIST",
    default: "lower,upper,digits",
    about: `Characters to choose from: ${CLASSES.join(", ")}, all`,
    complete: completeClasses,
  }),
  alphabet: flag.value(parseAlphabet, { hint: "TEXT", about: "Choose from these characters instead" }),
  unambiguous: flag.switch({ about: "Leave out characters that look alike, as 0 and O, 1 and l" }),
  require: flag.value(parseClasses, {
    hint: "LIST",
    about: "Classes of which there must be a character at least",
    complete: completeClasses,
  }),
  ...COUNT_FLAG,
  ...EVERYDAY_FLAGS,
};

export const password = command({
  name: "password",
  description: "Make passwords",
  details: [
    FULL_ENTROPY,
    "--require takes bits: of all passwords of the length, one is drawn among those that have every class in them, and the figure is the logarithm of their number. Letters, digits and symbols of an alphabet of your own belong to the classes as those of ASCII do.",
  ],
  flags: FLAGS,
  examples: [
    "esoteric-entropy password",
    "esoteric-entropy password --length 16 --classes all --require all",
    "esoteric-entropy password --alphabet 0123456789 --length 6 --count 10",
    "esoteric-entropy password --bits 80 --classes lower,digits --unambiguous",
  ],
  seeAlso: ["passphrase", "key"],
  check(options, given) {
    if (given.has("length") && given.has("bits")) throw new UsageError("--length and --bits: choose one");
    if (given.has("classes") && given.has("alphabet")) {
      throw new UsageError("--classes and --alphabet: choose one");
    }
    planOf(options);
  },
  async run(options, io, deps: Deps) {
    const { passwords, length } = planOf(options);
    const { count, require: required = [] } = options;
    const what = outOf(length, "character", passwords.alphabet.length);
    const classes = required.length === 0 ? "" : `, with ${required.join(", ")} in it`;
    const account = accountOf(passwords.bits(length), what + classes, count);
    const make = async (draws: Draws) => ({
      text: `${await passwords.draw(length, draws)}\n`,
    });
    await handOut({ count, make, account }, options, io, deps);
    return EXIT.ok;
  },
});

/** @throws UsageError, InputError for what cannot be had */
function planOf(options: OptionsOf<typeof FLAGS>): {
  readonly passwords: Passwords;
  readonly length: number;
} {
  const chosen = options.alphabet ?? alphabetOf(options.classes);
  const alphabet = options.unambiguous ? withoutLookalikes(chosen) : chosen;
  requireChoice(alphabet);
  const passwords = new Passwords(alphabet, options.require ?? []);
  const length = options.length ?? passwords.lengthFor(options.bits ?? DEFAULT_BITS);
  passwords.bits(length);
  return { passwords, length };
}
