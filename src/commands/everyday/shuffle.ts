/** `shuffle`: all of what there is, in another order. */
import { plural } from "#kit/format/numbers.ts";
import { command } from "#kit/term/command.ts";
import { EXIT } from "#kit/term/exit.ts";
import type { Deps } from "../../deps.ts";
import { differentBits, differentPlaces, multiplicities } from "../../everyday/pick.ts";
import { entriesAt, entriesOf } from "../../faces/pipe/entries.ts";
import { handOut } from "../../faces/pipe/hand-out.ts";
import { accountOf, EVERYDAY_FLAGS, FULL_ENTROPY } from "./everyday-flags.ts";
import { ENTRIES, ENTRY_FLAGS } from "./pick.ts";

export const shuffle = command({
  name: "shuffle",
  description: "Shuffle arguments or lines",
  details: [FULL_ENTROPY, ENTRIES],
  flags: { ...ENTRY_FLAGS, ...EVERYDAY_FLAGS },
  examples: ["esoteric-entropy shuffle < names.txt", "esoteric-entropy shuffle Ann Bob Carl Dora"],
  seeAlso: ["pick"],
  async run(options, io, deps: Deps) {
    const there = await entriesOf(options.entry, options.zero, io.signal);
    const { entries } = there;
    const bits = differentBits(await multiplicities(entries, io.signal), entries.length);
    await handOut(
      {
        count: 1,
        account: accountOf(bits, `the order of ${plural(entries.length, "entry", "entries")}`),
        async make(draws) {
          const order = await differentPlaces(entries.length, entries.length, draws);
          return { text: await entriesAt(order, there, io.signal) };
        },
      },
      options,
      io,
      deps,
    );
    return EXIT.ok;
  },
});
