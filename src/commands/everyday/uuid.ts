/** `uuid`: identifiers that nobody else has. */
import { command } from "#kit/term/command.ts";
import { EXIT } from "#kit/term/exit.ts";
import { flag } from "#kit/term/flags.ts";
import type { Deps } from "../../deps.ts";
import { UUID_BITS, uuid4, uuid7 } from "../../everyday/uuid.ts";
import { handOut } from "../../faces/pipe/hand-out.ts";
import { accountOf, COUNT_FLAG, EVERYDAY_FLAGS, FULL_ENTROPY } from "./everyday-flags.ts";

export const uuid = command({
  name: "uuid",
  description: "Make UUIDs",
  details: [
    FULL_ENTROPY,
    "Version 4 of RFC 9562 is random. Version 7 begins with the time in milliseconds, so that databases keep new ones together; those of one millisecond are in no order.",
  ],
  flags: {
    v7: flag.switch({ about: "Version 7, which begins with the time, instead of version 4" }),
    ...COUNT_FLAG,
    ...EVERYDAY_FLAGS,
  },
  examples: ["esoteric-entropy uuid", "esoteric-entropy uuid --v7 --count 5"],
  seeAlso: ["key"],
  async run(options, io, deps: Deps) {
    const { v7, count } = options;
    const account = v7
      ? accountOf(UUID_BITS.v7, "a UUID of version 7, beside the time", count)
      : accountOf(UUID_BITS.v4, "a UUID of version 4", count);
    await handOut(
      {
        count,
        account,
        async make(draws) {
          return { text: `${v7 ? await uuid7(draws, Date.now()) : await uuid4(draws)}\n` };
        },
      },
      options,
      io,
      deps,
    );
    return EXIT.ok;
  },
});
