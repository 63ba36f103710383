/** `dice`: throws dice as players write them. */
import { plural } from "#kit/format/numbers.ts";
import { command } from "#kit/term/command.ts";
import { EXIT } from "#kit/term/exit.ts";
import { many, positional } from "#kit/term/flags.ts";
import type { Deps } from "../../deps.ts";
import { UsageError } from "../../errors.ts";
import { diceBits, MOST_DICE, parseDice, throwDice } from "../../everyday/dice.ts";
import { handOut } from "../../faces/pipe/hand-out.ts";
import { accountOf, COUNT_FLAG, EVERYDAY_FLAGS, FULL_ENTROPY } from "./everyday-flags.ts";

export const dice = command({
  name: "dice",
  description: "Throw dice",
  details: [
    FULL_ENTROPY,
    "Dice are written as players do: 3d6 is three of six sides, d20 one of twenty, d% or % one of a hundred; 4d6+2 and 2d10-1d4 are sums. The total comes first, then the faces in their order; a single die is its own total. The bits are those of the faces, of which a total tells less.",
  ],
  flags: {
    dice: many(positional.text({ about: "Dice: 3d6, d20, 4d6+2, d%" })),
    ...COUNT_FLAG,
    ...EVERYDAY_FLAGS,
  },
  examples: [
    "esoteric-entropy dice 3d6",
    "esoteric-entropy dice d20 d20 --count 3",
    "esoteric-entropy dice 4d6+2 %",
  ],
  seeAlso: ["pick"],
  check({ dice: texts }) {
    thrownBy(texts);
  },
  async run(options, io, deps: Deps) {
    const { dice: texts, count } = options;
    const { all, total } = thrownBy(texts);
    const bits = all.reduce((sum, each) => sum + diceBits(each), 0);
    const account = accountOf(
      bits,
      total === 1 ? "a die" : `the faces of ${plural(total, "die", "dice")}`,
      count,
    );
    await handOut(
      {
        count,
        account,
        async make(draws) {
          let text = "";
          for (const each of all) text += `${await throwDice(each, draws)}\n`;
          return { text };
        },
      },
      options,
      io,
      deps,
    );
    return EXIT.ok;
  },
});

/** @throws UsageError */
function thrownBy(texts: readonly string[]) {
  const all = texts.map((text) => parseDice(text, "<dice>"));
  const total = all.reduce((sum, { count }) => sum + count, 0);
  if (total > MOST_DICE)
    throw new UsageError(`<dice>: ${plural(MOST_DICE, "die", "dice")} are the most in all`);
  return { all, total };
}
