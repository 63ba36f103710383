/** `pick`: some of what there is. */
import { formatCount, plural } from "#kit/format/numbers.ts";
import { command } from "#kit/term/command.ts";
import { EXIT } from "#kit/term/exit.ts";
import { flag, many, positional } from "#kit/term/flags.ts";
import type { Deps } from "../../deps.ts";
import { InputError } from "../../errors.ts";
import { anyBits, anyPlaces, differentBits, differentPlaces, multiplicities } from "../../everyday/pick.ts";
import { entriesAt, entriesOf, MOST_ENTRIES } from "../../faces/pipe/entries.ts";
import { handOut } from "../../faces/pipe/hand-out.ts";
import { accountOf, EVERYDAY_FLAGS, FULL_ENTROPY } from "./everyday-flags.ts";

export const ENTRY_FLAGS = {
  entry: many(
    positional.text({ required: false, about: "What there is; without it, the lines of standard input" }),
  ),
  zero: flag.switch({
    short: "z",
    about: "Entries of standard input and of the result end with a zero byte",
  }),
};

/** Paragraph about entries. */
export const ENTRIES =
  "Lines may hold any bytes, and come out as they are; empty ones count. Where each line ends with CR LF, so does the result. An entry that is there several times is as likely again, and the bits are fewer for it: they are those of the likeliest result.";

export const pick = command({
  name: "pick",
  description: "Pick from arguments or lines",
  details: [FULL_ENTROPY, ENTRIES],
  flags: {
    ...ENTRY_FLAGS,
    count: flag.count(1, MOST_ENTRIES, {
      default: "1",
      about: "How many, in the order in which they are picked",
    }),
    repeat: flag.switch({ about: "An entry may be picked again" }),
    ...EVERYDAY_FLAGS,
  },
  examples: [
    "esoteric-entropy pick red green blue",
    "esoteric-entropy pick --count 3 < names.txt",
    "esoteric-entropy pick --count 10 --repeat heads tails",
  ],
  seeAlso: ["shuffle", "dice"],
  async run(options, io, deps: Deps) {
    const { count, repeat } = options;
    const there = await entriesOf(options.entry, options.zero, io.signal);
    const { entries } = there;
    const all = plural(entries.length, "entry", "entries");
    if (!repeat && count > entries.length) {
      throw new InputError(`${formatCount(count)} cannot be picked from ${all}`, {
        hints: ["--repeat lets an entry be picked again"],
      });
    }
    const places = repeat ? anyPlaces : differentPlaces;
    const bits = (repeat ? anyBits : differentBits)(await multiplicities(entries, io.signal), count);
    await handOut(
      {
        count: 1,
        account: accountOf(bits, `${formatCount(count)} of ${all}`),
        async make(draws) {
          const picked = await places(entries.length, count, draws);
          return { text: await entriesAt(picked, there, io.signal) };
        },
      },
      options,
      io,
      deps,
    );
    return EXIT.ok;
  },
});
